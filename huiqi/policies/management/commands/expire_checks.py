"""`huiqi expire_checks`: delete checks past their time; meant for a daily timer, safe to run again."""

from typing import Any

from huiqi.core import clock
from huiqi.core.cli import HuiqiCommand
from huiqi.policies.commands import expire_checks


class Command(HuiqiCommand):
    help = "删除已过期的政策体检（可重复运行，适合每日定时）"

    def handle(self, *args: Any, **options: Any) -> None:
        steps = list(expire_checks(clock.wall_now()))
        deleted = steps[-1][0] if steps else 0
        self.answer(
            {"deleted": deleted}, f"删除了{deleted}次过期的政策体检。", as_json=bool(options["as_json"])
        )
