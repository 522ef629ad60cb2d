"""`huiqi sizeclass FILE.csv`: the size class of many firms, as a CSV on standard output."""

import csv
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from huiqi.core.cli import HuiqiCommand
from huiqi.core.dates import readable
from huiqi.core.errors import Refused
from huiqi.reference.queries import size_rules
from huiqi.reference.size_class import SizeClassifier
from huiqi.reference.size_table import Fault, SizeTable, TableError
from huiqi.rules.problems import RulebookError

MOST_FAULTS_SHOWN = 100
LARGEST_FILE = 500_000_000


class Command(HuiqiCommand):
    help = (
        "按划型标准为表中企业划型。输入 CSV，列：gb_code, employees, revenue_wan, assets_wan（可留空）；"
        "输出加一列 size_class：large、medium、small、micro 或 unclassified。"
        "有错的行写到标准错误并以 1 退出，其余各行照常输出。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE.csv", help="CSV 文件，UTF-8 或 GB18030")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            classifier, lookup = size_rules()
            table = SizeTable(_content(options["file"]), lookup)
        except TableError as error:
            raise Refused("reference.table", str(error)) from error
        except RulebookError as error:
            raise Refused("reference.rulebook", f"事实目录 facts.yaml 有误，无法划型：{error}") from error
        faults: list[Fault] = []
        rows = _classified(table, classifier, faults)
        if options["as_json"]:
            self._write_json(table.heading, rows, faults)
        else:
            writer = csv.writer(self.stdout, lineterminator="\n")
            writer.writerow(table.heading)
            writer.writerows(rows)
        if faults:
            self._report(faults)

    def _write_json(self, heading: list[str], rows: Iterator[list[str]], faults: list[Fault]) -> None:
        firms = [dict(zip(heading, row, strict=True)) for row in rows]
        errors = [{"row": fault.row, "column": fault.column, "reason": fault.reason} for fault in faults]
        self.answer({"rows": firms, "errors": errors}, "", as_json=True)

    def _report(self, faults: list[Fault]) -> None:
        for fault in faults[:MOST_FAULTS_SHOWN]:
            self.stderr.write(str(fault))
        more = len(faults) - MOST_FAULTS_SHOWN
        rest = f"（另有{more}行未列出）" if more > 0 else ""
        self.stderr.write(f"共{len(faults)}行有错{rest}，未输出；其余各行已输出。请改正后重新划型。")
        sys.exit(1)


def _content(name: str) -> bytes:
    """The bytes of the file, or Refused naming what is wrong with it."""
    shown = readable(name, 200)
    try:
        path = Path(name)
        if path.is_file() and path.stat().st_size > LARGEST_FILE:
            raise Refused("reference.table", f"文件“{shown}”超过{LARGEST_FILE // 10**6}MB，请拆分后再试。")
        return path.read_bytes()
    except FileNotFoundError:
        raise Refused("reference.table", f"找不到文件“{shown}”。请检查路径。") from None
    except IsADirectoryError:
        raise Refused("reference.table", f"“{shown}”是文件夹，请指定一个 CSV 文件。") from None
    except (OSError, ValueError):
        raise Refused("reference.table", f"文件“{shown}”打不开。请检查路径和权限。") from None


def _classified(table: SizeTable, classifier: SizeClassifier, faults: list[Fault]) -> Iterator[list[str]]:
    """The sound rows with their class; faults are put aside into `faults`."""
    for row in table.rows():
        if isinstance(row, Fault):
            faults.append(row)
        else:
            yield [*row.cells, classifier.classify(row.figures)]
