"""`huiqi rulebook check|facts|judge|run`: the rulebook from the command line, the site's or another.

`facts` and `judge` always print JSON; `check` prints Chinese for people and JSON with `--json` or into a
pipe. Cases that do not hold are named on standard error either way.
"""

import json
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from huiqi.core.cli import HuiqiCommand, printable
from huiqi.core.dates import parse_date, readable
from huiqi.core.errors import Refused
from huiqi.core.strict_json import MAX_BYTES, parse_object
from huiqi.policies.queries.contract import counts_json, facts_json, verdicts_json
from huiqi.policies.queries.verification import Counts, counts
from huiqi.rules.cases import CaseReport, run_cases
from huiqi.rules.judge import Judge
from huiqi.rules.problems import RulesError
from huiqi.rules.rulebook import Rulebook, load_rulebook

LONGEST_PATH_SHOWN = 200
BACKENDS = ("columnar", "python")


class Command(HuiqiCommand):
    help = "检查规则库、列出事实目录、判断一家或许多家企业"

    def add_arguments(self, parser: CommandParser) -> None:
        group = parser.add_subparsers(dest="act", required=True, metavar="{check,facts,judge,run}")
        check = self.subparser(group, "check", "读入全部规则并运行全部用例")
        facts = self.subparser(group, "facts", "列出事实目录（JSON）")
        judge = self.subparser(group, "judge", "判断一家企业可享受哪些政策（JSON）")
        judge.add_argument(
            "--facts", required=True, metavar="FACTS.json", help='企业情况，形如 {"employees": 35}'
        )
        run = self.subparser(group, "run", "判断一张表里的全部企业，写出每家企业每项政策的结论（Parquet）")
        run.add_argument(
            "--facts", required=True, metavar="FACTS.parquet", help="enterprise 列加每个事实一列"
        )
        run.add_argument("--out", required=True, metavar="OUT.parquet", help="结论写到哪个文件")
        run.add_argument(
            "--backend", choices=BACKENDS, default=BACKENDS[0], help="按列计算，或逐家计算（慢，用于核对）"
        )
        for parser_ in (judge, run):
            parser_.add_argument("--on", required=True, metavar="D", help="按哪一天判断，如 2020-03-01")
            parser_.add_argument("--known-on", metavar="D", help="按哪一天已公布的政策（默认同 --on）")
        for parser_ in (check, facts, judge, run):
            parser_.add_argument("--rulebook", metavar="DIR", help="规则库目录（默认为本站的）")

    def handle(self, *args: Any, **options: Any) -> None:
        as_json = bool(options["as_json"])
        folder = _folder(options["rulebook"])
        try:
            if options["act"] == "check":
                self._check(folder, as_json)
            elif options["act"] == "facts":
                self._print(facts_json(load_rulebook(folder).catalogue))
            elif options["act"] == "judge":
                self._judge(folder, options)
            else:
                self._run(folder, options)
        except RulesError as error:
            self.fail(_listed(error))

    def _check(self, folder: Path, as_json: bool) -> None:
        rulebook = load_rulebook(folder)
        report = run_cases(rulebook)
        found = counts(rulebook)
        for failure in report.failures:
            self.stderr.write(printable(f"不符：{failure.text}"))
        self.answer(counts_json(found, report.failed), _said(rulebook, found, report), as_json=as_json)
        if report.failed:
            sys.exit(1)

    def _judge(self, folder: Path, options: dict[str, Any]) -> None:
        # What was typed is read first: a slip is told at once, not after the rulebook.
        on = parse_date(options["on"])
        known_on = parse_date(options["known_on"]) if options["known_on"] is not None else None
        given = parse_object(_read(options["facts"]), what=f"文件 {_shown(options['facts'])} ")
        rulebook = load_rulebook(folder)
        facts = rulebook.catalogue.parse(given)
        self._print(verdicts_json(Judge(rulebook, on, known_on).explain_all(facts)))

    def _run(self, folder: Path, options: dict[str, Any]) -> None:
        # Polars takes half a second to load, which the other acts need not wait for.
        from huiqi.policies.queries.verdict_tables import judge_table  # noqa: PLC0415

        on = parse_date(options["on"])
        known_on = parse_date(options["known_on"]) if options["known_on"] is not None else None
        facts, out = Path(options["facts"]), Path(options["out"])
        done = judge_table(load_rulebook(folder), facts, out, on, known_on, options["backend"])
        words = f"{done['enterprises']}家企业、{done['policies']}项政策，写出{done['verdicts']}条结论。"
        self.answer(done, words, as_json=bool(options["as_json"]))

    def _print(self, machine: object) -> None:
        indent = 2 if self.stdout.isatty() else None
        self.stdout.write(printable(json.dumps(machine, ensure_ascii=False, indent=indent)))


def _folder(given: str | None) -> Path:
    return Path(settings.RULEBOOK_DIR) if given is None else Path(given)


def _shown(path: str) -> str:
    return readable(path, LONGEST_PATH_SHOWN)


def _read(path: str) -> bytes:
    """The file's bytes, never more than a fact file may have."""
    try:
        with Path(path).open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reasons: dict[type[Exception], str] = {
            FileNotFoundError: "没有这个文件",
            IsADirectoryError: "是目录，不是文件",
            PermissionError: "没有读取权限",
        }
        reason = reasons.get(type(error), "读不出来")
        raise Refused("policies.unreadable_file", f"{_shown(path)} {reason}，请核对路径。") from error
    return raw


def _listed(error: RulesError) -> str:
    lines = [f"· {problem}" for problem in error.problems]
    return "\n".join([f"有{len(lines)}处需要修改：", *lines])


def _said(rulebook: Rulebook, found: Counts, report: CaseReport) -> str:
    lines = [
        f"政策{found.policies}项（可判断{found.live}项，待补充{found.draft}项），"
        f"版本{found.editions}个，用例{found.cases}个。"
    ]
    lines += [f"提醒：{problem}" for problem in rulebook.warnings]
    lines.append(f"有{report.failed}个用例不符，请改用例或规则。" if report.failed else "全部用例相符。")
    return "\n".join(lines)
