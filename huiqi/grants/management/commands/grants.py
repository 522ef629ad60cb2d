"""`huiqi grants verify`: the books of grants agree to the fen, and every amount follows from its record."""

from argparse import ArgumentParser
from typing import Any

from huiqi.core.cli import HuiqiCommand
from huiqi.core.errors import Refused
from huiqi.core.money import format_yuan
from huiqi.grants.queries.verifying import faults, totals

MOST_SHOWN = 20


class Command(HuiqiCommand):
    help = "资金兑现：verify 核对拨付、入账、审计三者相等，并按记录重新推算每一笔金额"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=("verify",), metavar="verify")

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(faults())
        if found:
            listed = "\n".join(found[:MOST_SHOWN])
            raise Refused("grants.books_differ", f"资金账目有{len(found)}处不一致：\n{listed}")
        sums = totals()
        human = (
            f"账目一致：已拨付{format_yuan(sums['booked_fen'])}，退回{format_yuan(sums['repaid_fen'])}，"
            f"按记录重新推算{sums['judgements']}笔。"
        )
        self.answer(sums, human, as_json=bool(options["as_json"]))
