"""`huiqi rebuild_facts`: make the columns of all firms anew from their statements, or only compare."""

from typing import Any

from django.core.management.base import CommandParser

from huiqi.core import clock
from huiqi.core.cli import HuiqiCommand
from huiqi.core.dates import parse_date
from huiqi.enterprises.commands.projection import Rebuilt, last_of, rebuild_facts


class Command(HuiqiCommand):
    help = "由事实陈述重新推算全部企业的现状；加 --check 只比较不改动，有差异时退出码为1。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="只比较，不改动")
        parser.add_argument("--on", metavar="日期", help="推算到哪一天，默认为今天（演示站为参考日期）")

    def handle(self, *args: Any, **options: Any) -> None:
        on = parse_date(options["on"]) if options["on"] else clock.today()
        met = last_of(rebuild_facts(on, check=options["check"]), Rebuilt())
        shown = [{"firm": firm, "columns": list(names)} for firm, names in met.shown]
        machine = {"firms": met.firms, "differing": met.differing, "examples": shown}
        if options["check"] and met.differing:
            self.answer(machine, "", as_json=True)
            self.fail(f"{met.differing}家企业的现状与陈述不符，请运行 huiqi rebuild_facts 重新推算。")
        words = f"比较{met.firms}家企业，{met.differing}家不符。"
        self.answer(machine, words, as_json=options["as_json"])
