"""`huiqi send_messages`: sends what waits, after a line was down."""

from typing import Any

from huiqi.core import clock
from huiqi.core.cli import HuiqiCommand
from huiqi.messages.commands.deliveries import send_due


class Command(HuiqiCommand):
    help = "发送到期待发的短信并清理30天前的发送记录；应每分钟运行。"

    def handle(self, *args: Any, **options: Any) -> None:
        done = send_due(at=clock.wall_now())
        human = (
            f"已发送{done['sent']}条，未能发送{done['not_sent']}条（稍后再试），"
            f"结果不明{done['unsure']}条，清理{done['forgotten']}条记录。"
        )
        self.answer(done, human, as_json=options["as_json"])
