"""Bringing a batch of read rows into the register: first what would happen to each row, then the writing.

1. Find each row's firm (code, former code; without a code name and county) and lock those firms.
2. Decide: new, changed, unchanged, or rejected with its faults; nothing is written yet. A check stops here.
3. Write firms, statements, contacts in bulk; bring the columns of changed firms up to date.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import F
from django.utils import timezone

from huiqi.accounts.models import Unit
from huiqi.accounts.scope import Scope
from huiqi.core import crypto
from huiqi.core.ids import new_public_id
from huiqi.core.messages import Message, gettext_noop
from huiqi.core.personal import index_of, plain_name, plain_phone
from huiqi.enterprises.bulk_rows import Row, insert_rows
from huiqi.enterprises.commands.columns import project_firms
from huiqi.enterprises.importing.compare import Change, new_cells
from huiqi.enterprises.importing.fields import CITY, CODE, COUNTY, NAME
from huiqi.enterprises.importing.names import are_strangers, name_key
from huiqi.enterprises.importing.remarks import leaps_in, remark
from huiqi.enterprises.importing.rows import ReadRow
from huiqi.enterprises.models import (
    Contact,
    Enterprise,
    Filing,
    FormerIdentity,
    Registration,
    SourceKind,
    Standing,
    Statement,
)
from huiqi.enterprises.projection import Projector
from huiqi.enterprises.queries.import_rows import Former, Holdings, Present, holdings_of
from huiqi.enterprises.queries.statements import size_class_of
from huiqi.enterprises.resolution import Stated
from huiqi.enterprises.search_text import search_text
from huiqi.files.tables.faults import Fault
from huiqi.reference.pinyin import pinyin_of
from huiqi.rules.catalogue import Catalogue

# Any number that nothing else on the site locks: imports write one after the other, batch by batch, so that
# two of them never wait for each other in a ring nor both make the same firm.
_ADVISORY_LOCK = 3_201_002_015
LONGEST_INITIALS = 120
Kind = FormerIdentity.Kind


@dataclass(frozen=True)
class Terms:
    """What holds for all rows of an import."""

    scope: Scope | None
    """Where the importer may write; None: everywhere (the command line)."""
    standing: str
    as_of: date
    on: date
    at: datetime
    actor: Any
    heading: Mapping[str, str]
    catalogue: Catalogue

    @cached_property
    def projector(self) -> Projector:
        """One for all new firms of the import: what they have in common is worked out once."""
        return Projector(self.catalogue, self.on, size_class_of)

    @property
    def contact_source(self) -> str:
        """Only a number that an office has confirmed is the registered one: whoever holds that telephone can
        claim the firm (queries.people.registered_phone). A number the firm gave stays the firm's word."""
        is_confirmed = self.standing == Standing.CONFIRMED
        return (SourceKind.REGISTER if is_confirmed else SourceKind.FIRM).value


@dataclass
class Outcome:
    """What becomes of a batch's rows."""

    new: list[ReadRow] = field(default_factory=list)
    changed: list[tuple[ReadRow, int, Change]] = field(default_factory=list)
    unchanged: list[ReadRow] = field(default_factory=list)
    rejected: list[tuple[ReadRow, list[Fault]]] = field(default_factory=list)
    # What to look at in rows that go in: figures that leap, cells that were left out.
    remarked: list[tuple[ReadRow, list[Fault]]] = field(default_factory=list)

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Accepted, updated, unchanged, rejected."""
        return len(self.new), len(self.changed), len(self.unchanged), len(self.rejected)


class Seen:
    """Which firm stood in which row of this file: the second row about a firm is rejected.

    Rows of a batch count when the batch is written (`keep`); when it was rolled back they do not (`forget`).
    """

    def __init__(self) -> None:
        self._rows: dict[tuple[object, ...], int] = {}
        self._batch: dict[tuple[object, ...], int] = {}

    def first(self, keys: Iterable[tuple[object, ...]], number: int) -> int | None:
        """The earlier row with one of the keys, or None; then this row is remembered."""
        keys = list(keys)
        for key in keys:
            earlier = self._rows.get(key) or self._batch.get(key)
            if earlier is not None:
                return earlier
        self._batch.update(dict.fromkeys(keys, number))
        return None

    def keep(self) -> None:
        self._rows |= self._batch
        self._batch = {}

    def forget(self) -> None:
        self._batch = {}


def decide(rows: Sequence[ReadRow], terms: Terms, seen: Seen, *, lock: bool) -> tuple[Outcome, Holdings]:
    """What would become of each row. `lock` (inside a transaction): the answer holds until its end."""
    if lock and connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ADVISORY_LOCK])
    known = [row for row in rows if not row.faults or _is_known(row, terms)]
    with_contacts = any(row.phone or row.person for row in known)
    source = terms.contact_source if with_contacts else ""
    holdings = holdings_of(known, lock=lock, contact_source=source)
    outcome = Outcome()
    for row in rows:
        faults = _faults(row, holdings, terms, seen)
        if faults:
            outcome.rejected.append((row, faults))
            continue
        if row.remarks:
            outcome.remarked.append((row, [*row.remarks]))
        pk = holdings.of_row.get(row.number)
        if pk is None:
            outcome.new.append(row)
            continue
        change = _change(row, pk, holdings, terms)
        leaps = _leaps(change, holdings.stated.get(pk, {}), terms)
        if leaps:
            outcome.remarked.append((row, leaps))
        if change.is_empty:
            outcome.unchanged.append(row)
        else:
            outcome.changed.append((row, pk, change))
    return outcome, holdings


# --- what keeps a sound row out -----------------------------------------------------------------------


def _faults(row: ReadRow, holdings: Holdings, terms: Terms, seen: Seen) -> list[Fault]:
    """All that is wrong with a row, so that one round of mending does: its cells, and the row as a whole.

    Of a firm elsewhere nothing more is said. A row that is rejected anyway is not remembered: a sound row
    about the same firm may follow.
    """
    if row.faults and not _is_known(row, terms):
        return row.faults
    pk = holdings.of_row.get(row.number)
    firm = holdings.firms.get(pk) if pk is not None else None
    outside = _outside(row, firm, terms)
    if outside is not None:
        return [*row.faults, outside]
    wrong = _unclear(row, holdings, terms) or _lacking(row, firm, terms)
    if wrong is None and not row.faults:
        wrong = _twice(row, pk, terms, seen)
    return [*row.faults, *(one for one in (wrong, _slipped(row, firm, terms)) if one is not None)]


def _is_known(row: ReadRow, terms: Terms) -> bool:
    """Whether a row with faulty cells still says which firm it is about, and where that is."""
    telling = {terms.heading.get(key) for key in (NAME, CODE, COUNTY, CITY)}
    broken = {fault.column for fault in row.faults}
    return "" not in broken and not broken & telling and bool(row.name or row.code)


def _leaps(change: Change, stated: Mapping[str, list[Stated]], terms: Terms) -> list[Fault]:
    """What a row's new figures are remarked for."""
    found = leaps_in(change.cells, stated, terms.as_of, terms.catalogue)
    return [remark(fact, one, terms.heading.get(fact.id, "")) for fact, one in found]


def _outside(row: ReadRow, firm: Present | None, terms: Terms) -> Fault | None:
    """The same words whether or not the register has the firm: who may not see it does not learn of it."""
    if terms.scope is None:
        return None
    county, park = row.county, row.park_id
    if firm is not None:  # a firm keeps its place where the row names none
        county, park = county or firm.county, park or firm.park_id
    is_here = firm is None or terms.scope.admits(firm.county, firm.park_id)
    if is_here and terms.scope.admits(county, park):
        return None
    column = terms.heading.get(COUNTY) or terms.heading.get(CODE, "")
    return Fault(column, gettext_noop("不在您负责的区域。请由企业所在地的部门导入。"))


def _unclear(row: ReadRow, holdings: Holdings, terms: Terms) -> Fault | None:
    count = holdings.unclear.get(row.number)
    if count is None:
        return None
    column = terms.heading.get(CODE if row.code else NAME, "")
    said = gettext_noop("有%(count)s家企业与它相符，分不清是哪一家。请填写统一社会信用代码。")
    if row.code:
        said = gettext_noop("有%(count)s家企业用过这个代码，分不清是哪一家。请填写现在的代码。")
    return Fault(column, str(Message(said, {"count": count})), "" if row.code else row.name)


def _lacking(row: ReadRow, firm: Present | None, terms: Terms) -> Fault | None:
    if firm is not None:
        return None
    if not row.name:
        return Fault(terms.heading.get(NAME, ""), gettext_noop("没有企业名称。新企业必须有名称。"))
    if row.code is None and row.county is None:
        said = gettext_noop("没有统一社会信用代码的企业，须写明所在县市区。")
        return Fault(terms.heading.get(COUNTY, terms.heading.get(CODE, "")), said)
    return None


def _twice(row: ReadRow, pk: int | None, terms: Terms, seen: Seen) -> Fault | None:
    keys: list[tuple[object, ...]] = [("code", row.code) if row.code else ("name", row.name, row.county)]
    if pk is not None:
        keys.append(("firm", pk))
    first = seen.first(keys, row.number)
    if first is None:
        return None
    said = gettext_noop("与第%(first)s行是同一家企业，只读了第%(first)s行。请合并成一行。")
    column = terms.heading.get(CODE if row.code else NAME, "")
    return Fault(column, str(Message(said, {"first": first})), row.code or row.name)


def _slipped(row: ReadRow, firm: Present | None, terms: Terms) -> Fault | None:
    if firm is None or not row.name or not row.code or not are_strangers(row.name, firm.name):
        return None
    said = gettext_noop(
        "这个代码的企业在档案中叫“%(name)s”，与表中的名称完全不同，可能是名称与代码错行。"
        "请核对；企业确已更名的，请在企业页面办理更名。"
    )
    return Fault(terms.heading.get(NAME, ""), str(Message(said, {"name": firm.name})), row.name[:40])


# --- what a row changes -------------------------------------------------------------------------------


def _change(row: ReadRow, pk: int, holdings: Holdings, terms: Terms) -> Change:
    firm = holdings.firms[pk]
    change = Change(new_cells(row.cells, holdings.stated.get(pk, {}), terms.standing, terms.as_of))
    former = holdings.former.get(pk, Former())
    names = {name_key(name) for name in (firm.name, *former.names)}
    if row.name and name_key(row.name) not in names and former.is_older(Kind.NAME, terms.as_of):
        change.name = row.name
    is_current = former.is_older(Kind.REGISTRATION, terms.as_of)
    if row.registration and row.registration != firm.registration and is_current:
        change.registration = row.registration
    if row.park_id and row.park_id != firm.park_id and former.is_older(Kind.PARK, terms.as_of):
        change.park_id = row.park_id
    known = (holdings.contacts.get(pk), holdings.registered.get(pk))
    change.has_new_contact = all(_is_new_contact(row, contact) for contact in known)
    return change


def _is_new_contact(row: ReadRow, known: Contact | None) -> bool:
    if not row.phone:
        return False
    if known is None:
        return True
    is_other_person = bool(row.person) and plain_name(row.person) != plain_name(known.person)
    return plain_phone(known.phone) != row.phone or is_other_person


# --- writing ------------------------------------------------------------------------------------------


def write(outcome: Outcome, holdings: Holdings, filing: Filing, terms: Terms) -> None:
    """Write what `decide` found, inside its transaction."""
    firms = _insert_firms(outcome.new, terms)
    known = [(pk, change.cells) for _row, pk, change in outcome.changed]
    pairs = [*((firms[row.number], row.cells) for row in outcome.new), *known]
    insert_rows(
        Statement,
        [_statement(pk, key, cell, filing, terms) for pk, cells in pairs for key, cell in cells.items()],
    )
    _write_contacts(outcome, firms, holdings, terms)
    _write_firms(outcome, holdings, filing, terms)
    project_firms([pk for pk, cells in known if cells], on=terms.on)


def _insert_firms(rows: Sequence[ReadRow], terms: Terms) -> dict[int, int]:
    """Make the new firms; row number to key."""
    by_id = {new_public_id(): row for row in rows}
    insert_rows(Enterprise, [_firm_row(public_id, row, terms) for public_id, row in by_id.items()])
    made = Enterprise.objects.filter(public_id__in=list(by_id)).order_by().values_list("public_id", "pk")
    return {by_id[public_id].number: pk for public_id, pk in made}


def _firm_row(public_id: str, row: ReadRow, terms: Terms) -> Row:
    """A firm with its columns as a projection of its statements would make them."""
    recorded_on = timezone.localdate(terms.at)
    by_fact: dict[str, list[Stated]] = {}
    for (fact, period), cell in row.cells.items():
        stated = Stated(0, fact, period, cell, terms.as_of, recorded_on, terms.standing)
        by_fact.setdefault(fact, []).append(stated)
    projected = terms.projector.project(by_fact)
    initials = initials_of(row.name)
    return {
        "public_id": public_id,
        "version": 1,
        "name": row.name,
        "initials": initials,
        "search_text": search_text(row.name, initials, row.code),
        "credit_code": row.code,
        "registration": row.registration or Registration.ACTIVE.value,
        "park_id": row.park_id,
        "is_synthetic": False,
        "created_at": terms.at,
        "current_on": terms.on,
        "current_until": projected.until,
        **{name: value for name, value in projected.columns.items() if value is not None},
    }


def initials_of(name: str) -> str:
    """The first letters of the name's pinyin, as the column holds them."""
    return pinyin_of(name)[1][:LONGEST_INITIALS]


def _statement(pk: int, key: tuple[str, str], cell: int | str, filing: Filing, terms: Terms) -> Row:
    is_text = isinstance(cell, str)
    return {
        "enterprise_id": pk,
        "filing_id": filing.pk,
        "fact": key[0],
        "period": key[1],
        "number": None if is_text else cell,
        "text": cell if is_text else None,
        "as_of": terms.as_of,
        "recorded_at": terms.at,
        "standing": terms.standing,
    }


def _write_contacts(outcome: Outcome, firms: Mapping[int, int], holdings: Holdings, terms: Terms) -> None:
    """One contact of a firm of each source: what the firm gave stays beside what is registered."""
    pairs = [(row, firms[row.number]) for row in outcome.new if row.phone]
    pairs += [(row, pk) for row, pk, change in outcome.changed if change.has_new_contact]
    for row, pk in pairs:
        known = holdings.contacts.get(pk)
        if known is not None:
            known.phone, known.person = row.phone, row.person or known.person
            known.save(update_fields=["phone", "phone_index", "person", "updated_at"])
    insert_rows(Contact, [_contact(row, pk, terms) for row, pk in pairs if pk not in holdings.contacts])


def _contact(row: ReadRow, pk: int, terms: Terms) -> Row:
    return {
        "enterprise_id": pk,
        "person": crypto.encrypt(row.person.encode()) if row.person else "",
        "position": "",
        "phone": crypto.encrypt(row.phone.encode()),
        "phone_index": index_of(row.phone, "phone"),
        "is_main": False,
        "source": terms.contact_source,
        "updated_at": terms.at,
    }


def _write_firms(outcome: Outcome, holdings: Holdings, filing: Filing, terms: Terms) -> None:
    """New names, states and parks; what was before is kept as a former identity."""
    left: list[FormerIdentity] = []
    touched = [(holdings.firms[pk], change) for _row, pk, change in outcome.changed if change.touches_firm]
    parks = dict(Unit.objects.filter(firms__in=[firm.pk for firm, _ in touched]).values_list("pk", "name"))
    for firm, change in touched:
        values = _left_behind(firm, change, parks)
        left += [_former(firm.pk, *one, filing=filing, terms=terms) for one in values]
        former = holdings.former.get(firm.pk, Former())
        columns = _new_columns(firm, change, former)
        Enterprise.objects.filter(pk=firm.pk).update(version=F("version") + 1, **columns)
    FormerIdentity.objects.bulk_create(left)


def _new_columns(firm: Present, change: Change, known: Former) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    if change.name:
        initials = initials_of(change.name)
        former = [firm.name, *known.names, *known.codes]
        columns |= {"name": change.name, "initials": initials}
        columns["search_text"] = search_text(change.name, initials, firm.credit_code, former)
    if change.registration:
        columns["registration"] = change.registration
    if change.park_id:
        columns["park_id"] = change.park_id
    return columns


def _left_behind(firm: Present, change: Change, parks: Mapping[int, str]) -> list[tuple[str, str, str]]:
    """Kind, value and reason of everything the firm no longer is."""
    reasons = FormerIdentity.Reason
    found: list[tuple[str, str, str]] = []
    if change.name:
        found.append((Kind.NAME, firm.name, reasons.RENAMED))
    if change.registration:
        found.append((Kind.REGISTRATION, firm.registration, reasons.REGISTERED))
    if change.park_id and firm.park_id:
        found.append((Kind.PARK, parks.get(firm.park_id, ""), reasons.MOVED))
    return found


def _former(pk: int, kind: str, value: str, reason: str, *, filing: Filing, terms: Terms) -> FormerIdentity:
    return FormerIdentity(
        enterprise_id=pk,
        kind=kind,
        value=value,
        until_on=terms.as_of,
        reason=reason,
        document=filing.document,
        actor=terms.actor,
        recorded_at=terms.at,
    )
