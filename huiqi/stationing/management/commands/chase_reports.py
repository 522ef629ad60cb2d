"""`huiqi chase_reports`: reminds officers, and an hour later their superiors, of missing reports."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.utils import timezone

from huiqi.core import clock
from huiqi.core.cli import HuiqiCommand
from huiqi.core.errors import Refused
from huiqi.stationing.commands.chase import chase_reports


class Command(HuiqiCommand):
    help = "到点催报三数缺报（HUIQI_REPORT_CHASE_HOUR，一小时后告知督办员）；可每刻钟运行，不会重复提醒。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--at", metavar="时刻", help="按这个时刻判断，如 2020-03-01T10:00")

    def handle(self, *args: Any, **options: Any) -> None:
        done = chase_reports(at=_instant(options["at"]))
        human = f"缺报{done['missing']}家，提醒联络员{done['officers']}人、督办{done['superiors']}人。"
        self.answer(done, human, as_json=options["as_json"])


def _instant(text: str | None) -> datetime:
    if not text:
        return clock.now()
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused(
            "stationing.bad_instant", f"“{text[:40]}”不是时刻，请写成 2020-03-01T10:00。"
        ) from error
    return at if at.tzinfo else timezone.make_aware(at)
