"""`huiqi lists check|read`: check rulebook/lists.yaml, and read the lists of the day into the register."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from huiqi.core import clock
from huiqi.core.cli import HuiqiCommand, printable
from huiqi.lists.commands.publication import read_lists
from huiqi.lists.criteria import case_fault
from huiqi.lists.kinds import load_kinds
from huiqi.rules.facts_file import read_catalogue
from huiqi.rules.problems import RulebookError


class Command(HuiqiCommand):
    help = "检查名单种类（rulebook/lists.yaml），按日把名单读入企业档案"

    def add_arguments(self, parser: CommandParser) -> None:
        group = parser.add_subparsers(dest="act", required=True, metavar="{check,read}")
        check = self.subparser(group, "check", "读入名单种类并运行全部用例")
        check.add_argument("--rulebook", metavar="DIR", help="规则库目录（默认为本站的）")
        self.subparser(group, "read", "按日读名单：续写将过期的，写入已到期的；每天运行一次")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["act"] == "check":
            self._check(Path(options["rulebook"] or settings.RULEBOOK_DIR), bool(options["as_json"]))
        else:
            counts = read_lists(on=clock.today(), at=clock.now())
            said = f"续写{counts['confirmed']}家，到期{counts['ended']}家。"
            self.answer(counts, said, as_json=bool(options["as_json"]))

    def _check(self, folder: Path, as_json: bool) -> None:
        try:
            catalogue, problems = read_catalogue(folder / "facts.yaml")
            if catalogue is None or problems:
                raise RulebookError(problems)
            kinds = load_kinds(folder / "lists.yaml", catalogue)
        except RulebookError as error:
            self.fail("\n".join(["有需要修改的地方：", *(f"· {problem}" for problem in error.problems)]))
        cases = [(kind, case) for kind in kinds.values() for case in kind.cases]
        faults = [fault for kind, case in cases if (fault := case_fault(kind, case))]
        for fault in faults:
            self.stderr.write(printable(f"不符：{fault}"))
        counts = {"kinds": len(kinds), "cases": len(cases), "failed": len(faults)}
        said = f"名单{len(kinds)}种，用例{len(cases)}个，{len(faults)}个不符。"
        self.answer(counts, said, as_json=as_json)
        if faults:
            sys.exit(1)
