"""What the staff's page of a case shows, and who the reader is towards it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may, scope_with, units_with
from huiqi.accounts.roles import Role
from huiqi.cases.models import Case, Event, Order
from huiqi.cases.queries.people import offices_above
from huiqi.cases.queries.veil import Veil, veil_of, veiled
from huiqi.cases.timeline import Line, line_of, units_named
from huiqi.enterprises.queries.register import seen_by
from huiqi.files.models import AttachmentQuerySet
from huiqi.files.queries import attachments_of

_DESK_POWERS = (Power.DISPATCH_CASES, Power.REVIEW_ANSWERS, Power.CALL_BACK, Power.SUPERVISE_CASES)
# The acts of the desk itself; for the others the offices above stand in (queries.people).
_AT_DESK_ONLY = frozenset({Power.DISPATCH_CASES})


@dataclass(frozen=True)
class Reader:
    """One person before one case: what is theirs to do, and what of the requester they may see.

    `desk`: powers at the case's desk (or above it). `orders`: orders of this case to units the person
    handles for, the newest first. `is_masked`: the item keeps the requester from units asked, and the
    person sees the case as one of them alone.
    """

    user: User
    today: date
    desk: frozenset[Power]
    orders: tuple[Order, ...]
    sees_region: bool
    is_masked: bool
    veil: Veil

    @property
    def open_order(self) -> Order | None:
        """The open order of the reader's unit; the lead's before a co-handler's."""
        rows = sorted((row for row in self.orders if row.is_open), key=lambda row: row.part != "lead")
        return rows[0] if rows else None

    @property
    def acts(self) -> bool:
        """Whether the person has anything to do with the case, or only reads."""
        return bool(self.desk or self.orders)

    def may_reveal(self, case: Case) -> bool:
        """Whether the person may see who asks, with a reason: who has to call them, and nobody the item
        keeps them from."""
        calls = {Power.DISPATCH_CASES, Power.CALL_BACK} & self.desk
        return not is_complained_of(case, self) and bool(calls or self.open_order)


def reader_of(case: Case, user: User, today: date) -> Reader:
    """The person before this case."""
    line = {case.desk_id, *(office.pk for office in offices_above(case.desk))}
    desk = frozenset(
        power for power in _DESK_POWERS if _reach(case, power, line) & _units(user, power, today)
    )
    handles = _units(user, Power.HANDLE_CASES, today)
    # All of the case's orders, which are few: a unit's own may be thousands.
    rows = case.orders.select_related("unit", "handler", "case").order_by("-pk")
    own = tuple(row for row in rows if row.unit_id in handles)
    sees_region = scope_with(user, Power.VIEW_CASES, today).admits(case.prefecture or None, case.park_id)
    veil = veil_of(user, today)
    return Reader(user, today, desk, own, sees_region, veil.hides(case), veil)


def reader_on(case: Case, user: User, today: date) -> Reader:
    """`reader_of`, asked once for a page and its panels: kept on the case, which a page reads anew after
    every act."""
    kept: Reader | None = case.__dict__.get("_reader")
    if kept is None or (kept.user, kept.today) != (user, today):
        kept = case.__dict__["_reader"] = reader_of(case, user, today)
    return kept


def _reach(case: Case, power: Power, line: set[int]) -> set[int]:
    return {case.desk_id} if power in _AT_DESK_ONLY else line


def _units(user: User, power: Power, today: date) -> set[int]:
    return set(units_with(user, power, today))


def is_complained_of(case: Case, reader: Reader) -> bool:
    """Whether the reader sits at the unit the case complains of, by the name the requester gave."""
    if not reader.is_masked:
        return False
    named = str(case.answers.get("debtor_name") or case.answers.get("bank_name") or "")
    return any(named and (row.unit.name in named or named in row.unit.name) for row in reader.orders)


def read_by(reader: Reader, case: Case, row: Any, *names: str) -> Any:
    """A row of the case for showing, never for saving: these texts of it as the reader may read them."""
    if reader.is_masked:
        for name in names:
            setattr(row, name, veiled(case, getattr(row, name) or ""))
    return row


def files_for(case: Case, reader: Reader) -> AttachmentQuerySet:
    """The case's files the reader may open: at the unit complained of only what the unit gave itself, since a
    contract names who asks; nothing where the reader only looks and the requester is kept from them."""
    rows = attachments_of(case)
    if not reader.is_masked:
        return rows
    if is_complained_of(case, reader) or not reader.acts:
        return rows.filter(uploaded_by__unit__in={order.unit_id for order in reader.orders})
    return rows


def timeline(case: Case, reader: Reader) -> list[Line]:
    """What happened, the newest first, with who and for whose eyes; two queries."""
    rows = list(case.events.select_related("actor", "unit").order_by("-at", "-pk"))
    return lines_of(case, rows, reader)


def since(case: Case, reader: Reader, seen: int) -> list[Line]:
    """What happened after the reader last looked: events younger than the one on their page."""
    rows = list(case.events.filter(pk__gt=seen).select_related("actor", "unit").order_by("at", "pk"))
    return lines_of(case, rows, reader)


def lines_of(case: Case, rows: Iterable[Event], reader: Reader) -> list[Line]:
    """Events in words; without the requester's name for whom the item keeps them from."""
    rows = list(rows)
    names = unit_names(units_named(rows))
    found = [line_of(row, case.edition.definition, names) for row in rows]
    if not reader.is_masked:
        return found
    theirs = {row.pk for row in rows if _is_of_requester(case, row)}
    return [_veiled_line(case, line, line.key in theirs) for line in found]


def _is_of_requester(case: Case, event: Event) -> bool:
    """Whether an event names the requester, the firm's people, or who filled in for them."""
    asking = event.actor_id is not None and event.actor_id in {case.requester_id, case.taken_by_id}
    return asking or (event.actor is not None and event.actor.role == Role.FIRM)


def _veiled_line(case: Case, line: Line, is_theirs: bool) -> Line:
    marks = tuple(veiled(case, str(mark)) for mark in line.marks)
    shown = replace(line, text=veiled(case, line.text), marks=marks)
    return replace(shown, who="", unit="") if is_theirs else shown


def unit_names(public_ids: Iterable[str]) -> Mapping[str, str]:
    """Names of units by public id."""
    rows = Unit.objects.filter(public_id__in=set(public_ids)).order_by("pk")
    return dict(rows.values_list("public_id", "name"))


def firm_is_seen(case: Case, reader: Reader) -> bool:
    """Whether the firm's page in the register opens for this reader."""
    if case.enterprise_id is None or reader.is_masked:
        return False
    if not may(reader.user, Power.VIEW_REGISTER, reader.today):
        return False
    return seen_by(reader.user, reader.today).filter(pk=case.enterprise_id).exists()


def last_event(case: Case) -> int:
    """Key of the newest event: what the reader has seen when a page is drawn."""
    found = case.events.order_by("-pk").values_list("pk", flat=True).first()
    return found or 0


def case_numbered(number: str, user: User, today: date) -> Case | None:
    """A case the person may open, by its number as read out (spaces allowed); None otherwise."""
    digits = "".join(char for char in number if char.isdigit())
    rows = Case.objects.visible_to(user, today).filter(number=digits)
    return rows.select_related("edition").first()
