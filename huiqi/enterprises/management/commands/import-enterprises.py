"""`huiqi import-enterprises FILE`: bring a table of firms into the register, by the same way as the pages."""

import hashlib
from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from huiqi.core import clock
from huiqi.core.cli import HuiqiCommand
from huiqi.core.dates import parse_date
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.enterprises.commands.imports import Now, Tally, begin, check_rows, finish, import_rows
from huiqi.enterprises.importing.fields import MONEY_UNITS, Guess, Meaning, fields, guess_all
from huiqi.enterprises.importing.rows import missing_units
from huiqi.enterprises.models import ImportRun, Standing
from huiqi.enterprises.queries.imports import check_mapping, default_year, no_unit, open_table
from huiqi.enterprises.queries.statements import catalogue
from huiqi.files.tables.table import Table


class Command(HuiqiCommand):
    """Imports .csv (UTF-8, GB18030) and .xlsx.

    The answer counts the file's rows of firms, each once: `accepted` firms new to the register, `updated`
    firms of which the file says something new, `unchanged` firms of which it says nothing new, `rejected`
    rows; their sum is the number of rows. `errors` lists what is wrong by row (as Excel numbers them),
    column (the heading) and reason; a rejected row may have more than one. Faulty rows do not stop the
    others: exit 0. A file that cannot be read as a whole: exit 1 with the place and the remedy.
    """

    help = (
        "把企业表格（.csv、.xlsx）导入档案：有错的行列出原因，其余照常导入；同一文件导入两次不会改变任何内容"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="表格文件，第一行（或标题下面一行）是表头")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")
        parser.add_argument("--sheet", default="", help="读哪个工作表；只有一个有内容时不必写")
        parser.add_argument("--hidden", choices=["read", "skip"], help="隐藏的行列：read 也读取，skip 不读取")
        parser.add_argument("--as-of", help="数据截至哪一天，默认为系统的参考日期")
        parser.add_argument("--year", help="年度指标的所属年份，默认为截至日期的上一年")
        parser.add_argument("--money-unit", choices=MONEY_UNITS, help="表头没有写明单位的金额列按此单位读")
        parser.add_argument(
            "--confirmed",
            metavar="文号",
            default="",
            help="数据已由主管部门核实，写明依据的文号；否则按企业自报",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            said = Message(gettext_noop("没有这个文件：%(path)s"), {"path": path})
            raise Refused("enterprises.no_file", said)
        choices = {"sheet": options["sheet"], "hidden": options["hidden"] or "ask"}
        with open_table(str(path), choices) as table:
            if table.questions:
                raise Refused("files.hidden_parts", str(table.questions[0]))
            run = self._run(path, table, options)
            for notice in table.notices:
                self.stderr.write(str(notice))
            now = Now(clock.today(), clock.now())
            found = _check(run, table, now) if options["dry_run"] else _import(run, table, now)
        self.answer(found, _words(found, dry=options["dry_run"]), as_json=options["as_json"])

    def _run(self, path: Path, table: Table, options: dict[str, Any]) -> ImportRun:
        """The run as it would be saved; nobody owns it and its file stays where it is."""
        as_of = parse_date(options["as_of"]) if options["as_of"] else clock.today()
        mapping = self._mapping(table, options["money_unit"] or "")
        return ImportRun(
            file_name=path.name[:200],
            sha256=_digest(path),
            mapping={heading: meaning.as_json() for heading, meaning in mapping.items()},
            year=_year(options["year"], as_of),
            as_of=as_of,
            standing=Standing.CONFIRMED if options["confirmed"] else Standing.CLAIMED,
            document=options["confirmed"][:80],
            total_rows=table.filled_rows,
            created_at=clock.now(),
            kept_until=clock.wall_now(),  # its file is not ours to keep
        )

    def _mapping(self, table: Table, money_unit: str) -> dict[str, Meaning]:
        """What each heading means; says on standard error which columns are not read, and why."""
        headings = [header.text for header in table.headers]
        guesses = dict(zip(headings, guess_all(headings, catalogue(), table.preamble), strict=True))
        for heading, guess in guesses.items():
            if guess.refused:
                self.stderr.write(f"“{heading}”：{guess.refused}")
        mapping = {heading: _with_unit(guess, money_unit) for heading, guess in guesses.items()}
        unclear = missing_units(mapping, fields(catalogue()))
        if unclear:
            self.stderr.write(str(no_unit(unclear)))
        unread = [heading for heading, guess in guesses.items() if not (guess.meaning.field or guess.refused)]
        if unread:
            self.stderr.write(f"没有读取的列：{'、'.join(unread)}")
        mapping = {key: one for key, one in mapping.items() if one.field and key not in unclear}
        check_mapping(mapping)
        return mapping


def _with_unit(guess: Guess, money_unit: str) -> Meaning:
    meaning = guess.meaning
    is_money = bool(meaning.field) and fields(catalogue())[meaning.field].is_money
    return Meaning(meaning.field, money_unit, meaning.year) if is_money and not meaning.unit else meaning


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _year(given: str | None, as_of: date) -> str:
    if given is None:
        return default_year(as_of)
    if not (given.isascii() and given.isdigit() and len(given) == 4):
        said = Message(gettext_noop("年份应为四位数字，如 2019；您填的是“%(given)s”。"), {"given": given})
        raise Refused("enterprises.bad_year", said)
    return given


def _check(run: ImportRun, table: Table, now: Now) -> dict[str, Any]:
    tally = Tally()
    for _progress in check_rows(run, table, tally, now):
        pass
    return _answer(tally, tally.faults)


def _import(run: ImportRun, table: Table, now: Now) -> dict[str, Any]:
    with transaction.atomic():
        run.save()
        begin(run, actor=None, at=now.at)
    for _progress in import_rows(run, table, now):
        pass
    finish(run, at=clock.now(), wall=clock.wall_now())
    run.refresh_from_db()
    return _answer(run, run.faults.order_by("row", "pk"))


def _answer(counts: Any, faults: Sequence[Any] | Any) -> dict[str, Any]:
    return {
        "accepted": counts.accepted,
        "updated": counts.updated,
        "unchanged": counts.unchanged,
        "rejected": counts.rejected,
        "errors": [_line(one) for one in faults if not one.is_remark],
        "remarks": [_line(one) for one in faults if one.is_remark],
    }


def _line(one: Any) -> dict[str, Any]:
    return {"row": one.row, "column": one.column, "reason": one.reason}


def _words(found: dict[str, Any], *, dry: bool) -> str:
    said = (
        f"{'预检' if dry else '导入'}结果：新增{found['accepted']}家，更新{found['updated']}家，"
        f"无变化{found['unchanged']}家，未导入{found['rejected']}行。"
    )
    places = (f"第{one['row']}行“{one['column']}”：{one['reason']}" for one in found["errors"])
    remarks = (f"请核对：第{one['row']}行“{one['column']}”：{one['reason']}" for one in found["remarks"])
    return "\n".join([said, *places, *remarks])
