"""`huiqi send_digests`: one text message a day per person about unread notices."""

from typing import Any

from huiqi.core import clock
from huiqi.core.cli import HuiqiCommand
from huiqi.messages.commands.digests import send_digests


class Command(HuiqiCommand):
    help = "给有未读通知的人每天发一条短信提醒；重复运行不会重发。"

    def handle(self, *args: Any, **options: Any) -> None:
        told = send_digests(at=clock.wall_now())
        human = f"已为{told['people']}人排队发送提醒，共{told['notices']}条通知。"
        self.answer(told, human, as_json=options["as_json"])
