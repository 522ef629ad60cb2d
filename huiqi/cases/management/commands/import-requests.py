"""`huiqi import-requests FILE`: open cases from a file of the 12345 hotline, by the same way as the page."""

import hashlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from huiqi.cases.commands.file_12345 import (
    Tally,
    begin_requests,
    check_requests,
    finish_requests,
    import_requests,
)
from huiqi.cases.models import RequestImport
from huiqi.cases.queries.request_tables import open_requests
from huiqi.core import clock
from huiqi.core.cli import HuiqiCommand
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.files.tables.table import Table


class Command(HuiqiCommand):
    """The answer counts the file's rows, each once: `accepted` cases opened, `unchanged` rows whose number
    is a case already, `rejected`; `errors` lists what is wrong by row (as Excel has them), column, reason.

    Faulty rows do not stop the others: exit 0. A file that cannot be read as a whole: exit 1 with the place.
    """

    help = "把12345转办的诉求表格（.csv、.xlsx）登记为诉求：有错的行列出原因；同一工单编号只登记一次"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="表格文件，第一行（或标题下面一行）是表头")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不登记")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            said = Message(gettext_noop("没有这个文件：%(path)s"), {"path": path})
            raise Refused("cases.no_file", said)
        run = RequestImport(
            file_name=path.name[:200],
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            created_at=clock.now(),
            kept_until=clock.wall_now(),  # its file is not ours to keep
        )
        with open_requests(str(path)) as table:
            tally = Tally()
            for _progress in check_requests(run, table, tally, clock.today()):
                pass
            for notice in run.notices:
                self.stderr.write(notice)
            if run.unread:
                self.stderr.write(f"没有读取的列：{'、'.join(run.unread)}")
            found = _answer(tally, tally.faults) if options["dry_run"] else _import(run, table)
        self.answer(found, _words(found, dry=options["dry_run"]), as_json=options["as_json"])


def _import(run: RequestImport, table: Table) -> dict[str, Any]:
    run.save()
    begin_requests(run)
    run.preview = ""
    run.save()
    for _progress in import_requests(run, table, today=clock.today(), at=clock.now()):
        pass
    done = finish_requests(run, at=clock.now(), wall=clock.wall_now())
    return _answer(done, list(done.faults.order_by("row", "pk")))


def _answer(counts: RequestImport | Tally, faults: list[Any]) -> dict[str, Any]:
    return {
        "accepted": counts.accepted,
        "unchanged": counts.unchanged,
        "rejected": counts.rejected,
        "errors": [{"row": one.row, "column": one.column, "reason": one.reason} for one in faults],
    }


def _words(found: dict[str, Any], *, dry: bool) -> str:
    said = (
        f"{'预检' if dry else '导入'}结果：登记{found['accepted']}件，登记过的{found['unchanged']}件，"
        f"未导入{found['rejected']}行。"
    )
    places = (f"第{one['row']}行“{one['column']}”：{one['reason']}" for one in found["errors"])
    return "\n".join([said, *places])
