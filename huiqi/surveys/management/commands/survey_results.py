"""`huiqi survey_results tick`: sums up surveys that got enough new answers, by a timer."""

from typing import Any

from django.core.management.base import CommandParser

from huiqi.core import clock
from huiqi.core.cli import HuiqiCommand
from huiqi.surveys.commands.results import refresh_due


class Command(HuiqiCommand):
    help = "调查结果：新增答卷够了就重新汇总，截止的调查再汇总一次"

    def add_arguments(self, parser: CommandParser) -> None:
        group = parser.add_subparsers(dest="act", required=True, metavar="{tick}")
        self.subparser(group, "tick", "汇总该汇总的；应每十五分钟运行，重复运行不会重复汇总")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = refresh_due(at=clock.now(), wall=clock.wall_now())
        self.answer({"asked": asked}, f"开始汇总{asked}项调查。", as_json=bool(options["as_json"]))
