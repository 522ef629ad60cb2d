"""`huiqi workdays due`: the day on which a term in working days ends."""

from argparse import ArgumentParser
from typing import Any

from huiqi.core import clock
from huiqi.core.cli import HuiqiCommand
from huiqi.reference.terms import term


class Command(HuiqiCommand):
    help = "按工作日推算期限（机关或企业日历，可指定当时已知的节假日安排）。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        due = self.subparser(verbs, "due", "推算办结日期：自收到之日的次日起算。")
        due.add_argument(
            "--from", dest="received", required=True, metavar="D", help="收到日期，如 2020-01-22"
        )
        due.add_argument("--days", required=True, metavar="N", help="工作日数，0至3650")
        due.add_argument("--known-on", metavar="D", help="按该日已公布的节假日安排推算（默认今天）")
        due.add_argument(
            "--calendar", default="office", metavar="office|enterprise", help="机关或企业日历，默认机关"
        )
        due.add_argument("--region", default="", metavar="CODE", help="六位行政区划代码；默认全国统一安排")

    def handle(self, *args: Any, **options: Any) -> None:
        # The calendar as known today, not on the demo's reference date: a machine asks for what is true.
        answer = term(
            options["received"],
            options["days"],
            known_on=options["known_on"] or clock.today(),
            calendar=options["calendar"],
            region=options["region"],
        )
        self.answer(
            {
                "due": answer.due.isoformat(),
                "explanation": answer.explanation,
                "provisional": answer.provisional,
            },
            answer.explanation + "。",
            as_json=options["as_json"],
        )
