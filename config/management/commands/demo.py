"""`huiqi demo`: what the demonstration needs, made once; running it again changes nothing."""

from typing import Any

from django.conf import settings

from huiqi.accounts.commands import create_demo_accounts
from huiqi.accounts.roles import DEMO_ACCOUNTS, DEMO_PASSWORD
from huiqi.core.cli import HuiqiCommand
from huiqi.core.errors import Refused


class Command(HuiqiCommand):
    help = "建立演示账号（只用于演示站点；可重复运行）"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.HUIQI_DEMO:
            raise Refused("policies.not_a_demo", "本站不是演示站点，不能建立演示账号。")
        made = create_demo_accounts(actor=None)
        machine = {
            "accounts": [username for username, _name, _role in DEMO_ACCOUNTS],
            "made": [user.username for user in made],
        }
        listed = "、".join(f"{username}（{name}）" for username, name, _role in DEMO_ACCOUNTS)
        state = f"新建{len(made)}个" if made else "此前已建好，没有改动"
        self.answer(
            machine, f"演示账号：{listed}；密码 {DEMO_PASSWORD}；{state}。", as_json=bool(options["as_json"])
        )
