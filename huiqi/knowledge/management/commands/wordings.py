"""`huiqi wordings expire`: marks approved wording whose last day is past, by a timer once a day."""

from typing import Any

from django.core.management.base import CommandParser

from huiqi.core import clock
from huiqi.core.cli import HuiqiCommand
from huiqi.knowledge.commands.wording import expire_wordings


class Command(HuiqiCommand):
    help = "口径到期处理：把过了有效期的标为已到期；每天运行一次，重复运行不会重复处理"

    def add_arguments(self, parser: CommandParser) -> None:
        group = parser.add_subparsers(dest="act", required=True, metavar="{expire}")
        self.subparser(group, "expire", "标出已过有效期的口径")

    def handle(self, *args: Any, **options: Any) -> None:
        count = expire_wordings(today=clock.today())
        self.answer({"expired": count}, f"{count}条口径已到期。", as_json=bool(options["as_json"]))
