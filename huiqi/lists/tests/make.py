"""Plain functions that make batches and entries for tests."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from huiqi.accounts.models import User
from huiqi.accounts.tests.make import make_office
from huiqi.core import clock
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.tests.make import make_firm
from huiqi.lists.commands.objections import admit_objection, raise_objection
from huiqi.lists.models import Entry, ImportLine, ListBatch, Objection
from huiqi.lists.queries.book import kind_called

_numbers = count(1)
AT = datetime(2020, 2, 20, 1, 0, tzinfo=UTC)
TODAY = date(2020, 2, 20)


def make_batch(kind: str = "key-supplier-local", state: str = "collecting", **fields: Any) -> ListBatch:
    """A batch of a kind; in force when `state` is published."""
    number = next(_numbers)
    known = kind_called(kind)
    if state in ("publishing", "published", "closed"):
        fields.setdefault("document", f"湘工信测试〔2020〕{number}号")
        fields.setdefault("valid_from", TODAY)
        fields.setdefault("published_on", TODAY)
        fields.setdefault("published_at", AT)
    fields.setdefault("secrecy", known.secrecy)
    fields.setdefault("is_import", known.is_import)
    fields.setdefault("title", f"测试批次{number}")
    fields.setdefault("unit", make_office("province"))
    return ListBatch.objects.create(kind=kind, issuer=known.issuer, state=state, created_at=AT, **fields)


def make_entry(
    batch: ListBatch,
    firm: Enterprise | None = None,
    state: str = "proposed",
    level: str = "county",
    **fields: Any,
) -> Entry:
    """An entry of a batch as it lies in the database, without the steps that led there."""
    fields.setdefault("origin", level)
    fields.setdefault("door", "search")
    if state in ("published", "removed"):
        fields.setdefault("valid_from", batch.valid_from or TODAY)
        fields.setdefault("published_on", batch.published_on or TODAY)
    return Entry.objects.create(
        batch=batch, enterprise=firm or make_firm(), state=state, level=level, created_at=AT, **fields
    )


def play_officer(part: str) -> User:
    """An officer of the cast's offices: province, changsha, liuyang, longshan, xiangtan, park."""
    number = next(_numbers)
    return User.objects.create_user(
        f"officer{number}", name=f"干部{number}", role="officer", unit=make_office(part)
    )


# --- for the access matrix: the arguments of an address, of a firm in 浏阳 ---------------------------


def collecting_list() -> dict[str, Any]:
    """A batch that takes proposals."""
    return {"public_id": make_batch().public_id}


def noticed_list() -> dict[str, Any]:
    """A batch on public notice."""
    today = clock.today()
    batch = make_batch("little-giant-hunan", "noticing", notice_days=5, notice_from=today, notice_until=today)
    return {"public_id": batch.public_id}


def foreign_list() -> dict[str, Any]:
    """A batch of another authority's list."""
    return {"public_id": make_batch("severe-dishonesty", "drafting").public_id}


def liuyang_entry() -> dict[str, Any]:
    """A firm of 浏阳 on a batch."""
    return {"public_id": make_entry(make_batch()).public_id}


def unmatched_line() -> dict[str, Any]:
    """A line that no firm was found for."""
    batch = make_batch("severe-dishonesty", "drafting")
    return {"public_id": ImportLine.objects.create(batch=batch, row=2, name="某厂", problem="").public_id}


def stand(batch: ListBatch, *, officer: User, **told: Any) -> Objection:
    """An objection that the office has taken up."""
    objection, _token = raise_objection(batch, wall=clock.wall_now(), **told)
    return admit_objection(objection, reason="已电话核实", actor=officer, today=TODAY, at=told["at"])


def objection_to_list() -> dict[str, Any]:
    """An objection to a notice."""
    batch = ListBatch.objects.get(**noticed_list())
    told = {"name": "赵先生", "phone": "13800000000", "grounds": "不实"}
    when = {"on": clock.today(), "at": clock.now(), "wall": clock.wall_now()}
    objection, _token = raise_objection(batch, entry=None, **when, **told)
    return {"public_id": objection.public_id}
