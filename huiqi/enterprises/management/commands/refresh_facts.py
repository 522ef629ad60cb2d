"""`huiqi refresh_facts`: bring the current columns of firms up to date where time alone changed them."""

from datetime import date
from typing import Any

from django.core.management.base import CommandParser

from huiqi.core import clock
from huiqi.core.cli import HuiqiCommand
from huiqi.core.dates import parse_date
from huiqi.enterprises.commands.projection import last_of, refresh_facts


class Command(HuiqiCommand):
    help = "把已经过期的企业现状重新推算一遍（事实到期、跨年、次日生效）；每天零时后执行一次，可以重复执行。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", metavar="日期", help="推算到哪一天，默认为今天（演示站为参考日期）")

    def handle(self, *args: Any, **options: Any) -> None:
        on: date = parse_date(options["on"]) if options["on"] else clock.today()
        done, _total = last_of(refresh_facts(on), (0, 0))
        machine = {"refreshed": done, "on": on.isoformat()}
        self.answer(machine, f"重新推算{done}家企业。", as_json=options["as_json"])
