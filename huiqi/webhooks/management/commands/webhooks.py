"""`huiqi webhooks send`: events that wait or whose line was down."""

from typing import Any

from huiqi.core import clock
from huiqi.core.cli import HuiqiCommand
from huiqi.webhooks.commands.sending import send_due


class Command(HuiqiCommand):
    help = "事件推送"

    def add_arguments(self, parser: Any) -> None:
        super().add_arguments(parser)
        group = parser.add_subparsers(dest="act", required=True, metavar="{send}")
        self.subparser(group, "send", "发送到期待发的事件；应每分钟运行")

    def handle(self, *args: Any, **options: Any) -> None:
        done = send_due(at=clock.wall_now())
        human = f"已送达{done['sent']}条，未送达{done['not_sent']}条（稍后再试），清理{done['forgotten']}条。"
        self.answer(done, human, as_json=bool(options["as_json"]))
