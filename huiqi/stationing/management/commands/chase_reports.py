"""`huiqi chase_reports`: reminds officers, and an hour later their superiors, of missing reports."""

from argparse import ArgumentParser
from typing import Any

from huiqi.core.cli import HuiqiCommand, instant_of, offer_instant
from huiqi.stationing.commands.chase import chase_reports


class Command(HuiqiCommand):
    help = "到点催报三数缺报（HUIQI_REPORT_CHASE_HOUR，一小时后告知督办员）；可每刻钟运行，不会重复提醒。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        offer_instant(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        done = chase_reports(at=instant_of(options["at"]))
        human = f"缺报{done['missing']}家，提醒联络员{done['officers']}人、督办{done['superiors']}人。"
        self.answer(done, human, as_json=options["as_json"])
