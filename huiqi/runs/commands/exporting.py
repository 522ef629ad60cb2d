"""Letting a list of a run out: with a purpose, recorded with its number of rows."""

from typing import Any

from django.db import transaction

from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.runs.models import Run

# What is made while the browser waits: some five seconds.
MOST_ROWS = 20_000


@transaction.atomic
def note_export(run: Run, *, policy: str, status: str, rows: int, purpose: str, actor: Any) -> None:
    """Record who takes which list out. Refused: `runs.too_many_rows`."""
    if rows > MOST_ROWS:
        said = gettext_noop("共%(rows)d家，一次最多导出%(most)d家。请选定一个市州或县市区再导出。")
        raise Refused("runs.too_many_rows", Message(said, {"rows": rows, "most": MOST_ROWS}))
    audit.record(
        "run.firms_exported", run, actor=actor, policy=policy, status=status, rows=rows, purpose=purpose
    )
