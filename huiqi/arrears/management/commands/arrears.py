"""`huiqi arrears check|chase`: check rulebook/arrears.yaml; remind units of months of the ledger past due."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from huiqi.arrears.commands.ledger import chase_ledger
from huiqi.arrears.regimes import FILE, load_book
from huiqi.core.cli import HuiqiCommand, instant_of, offer_instant
from huiqi.core.errors import Refused


class Command(HuiqiCommand):
    help = "清欠：check 检查 rulebook/arrears.yaml；chase 催报过了期限的台账（可每天运行，每月只提醒一次）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=("check", "chase"), metavar="check|chase")
        parser.add_argument("--rulebook", metavar="DIR", help="规则手册目录，默认为本站的")
        offer_instant(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "check":
            self._check(Path(options["rulebook"] or settings.RULEBOOK_DIR), bool(options["as_json"]))
            return
        done = chase_ledger(at=instant_of(options["at"]))
        human = f"缺报单位{done['units']}个，提醒{done['people']}人。"
        self.answer(done, human, as_json=bool(options["as_json"]))

    def _check(self, folder: Path, as_json: bool) -> None:
        try:
            read = load_book(folder / FILE)
        except ImproperlyConfigured as error:
            raise Refused("arrears.bad_book", str(error)) from error
        counts = {"regimes": len(read.regimes), "gaps": len(read.gaps), "readings": len(read.readings)}
        human = (
            f"规定{counts['regimes']}部，没有查到的{counts['gaps']}项，待法务核定的{counts['readings']}项。"
        )
        self.answer(counts, human, as_json=as_json)
