"""What the register already holds of the firms in a batch of imported rows: constant queries for a batch."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import QuerySet

from huiqi.enterprises.importing.rows import ReadRow
from huiqi.enterprises.models import Contact, Enterprise, FormerIdentity, SourceKind
from huiqi.enterprises.queries.statements import stated_of
from huiqi.enterprises.resolution import Stated

CODE, NAME = FormerIdentity.Kind.CREDIT_CODE, FormerIdentity.Kind.NAME
REGISTER = SourceKind.REGISTER.value


@dataclass(frozen=True, slots=True)
class Present:
    """A firm of the register as an import compares it."""

    pk: int
    name: str
    credit_code: str | None
    county: str | None
    park_id: int | None
    registration: str


@dataclass
class Former:
    """What a firm was called before, and until when each kind of its properties was another."""

    names: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    until: dict[str, date] = field(default_factory=dict)

    def is_older(self, kind: str, as_of: date) -> bool:
        """Whether the present value holds since `as_of` or before: older papers bring back nothing."""
        return kind not in self.until or self.until[kind] <= as_of


@dataclass
class Holdings:
    """The firms of a batch: by row number the firm, or how many it may mean; and what is known of each."""

    of_row: dict[int, int] = field(default_factory=dict)
    unclear: dict[int, int] = field(default_factory=dict)
    firms: dict[int, Present] = field(default_factory=dict)
    stated: Mapping[int, Mapping[str, list[Stated]]] = field(default_factory=dict)
    contacts: dict[int, Contact] = field(default_factory=dict)
    registered: dict[int, Contact] = field(default_factory=dict)
    former: dict[int, Former] = field(default_factory=dict)


def holdings_of(rows: Sequence[ReadRow], *, lock: bool, contact_source: str) -> Holdings:
    """Everything about the rows' firms. `lock` holds the firms' rows, in the order of their keys, until the
    transaction ends, so that two imports of one firm wait for each other. Contacts are those of one source
    and the registered ones, none when it is empty."""
    found = locate(rows)
    pks = sorted(set(found.of_row.values()))
    firms: QuerySet[Enterprise] = Enterprise.objects.filter(pk__in=pks).order_by("pk")
    if lock:
        firms = firms.select_for_update(of=("self",))
    columns = firms.values_list("pk", "name", "credit_code", "prefecture", "park_id", "registration")
    found.firms = {row[0]: Present(*row) for row in columns}
    if pks:
        found.stated = stated_of(pks)
        found.former = _former(pks)
    if pks and contact_source:
        sources = {contact_source, REGISTER}
        contacts = list(Contact.objects.filter(enterprise__in=pks, source__in=sources).order_by("-pk"))
        found.contacts = {one.enterprise_id: one for one in contacts if one.source == contact_source}
        found.registered = {one.enterprise_id: one for one in contacts if one.source == REGISTER}
    return found


def locate(rows: Sequence[ReadRow]) -> Holdings:
    """Which firm each row means: by code, present or former; without a code by name and county."""
    found = Holdings()
    codes = _firms_by_code({row.code for row in rows if row.code})
    nameless = [row for row in rows if row.code is None and row.name]
    names = _firms_by_name({row.name for row in nameless}) if nameless else {}
    for row in rows:
        pks = codes.get(row.code, set()) if row.code else names.get((row.name, row.county), set())
        if len(pks) == 1:
            found.of_row[row.number] = next(iter(pks))
        elif pks:
            found.unclear[row.number] = len(pks)
    return found


def _firms_by_code(codes: set[str]) -> dict[str, set[int]]:
    """Code to the firm that stands for it today."""
    found: dict[str, set[int]] = defaultdict(set)
    present = Enterprise.objects.filter(credit_code__in=codes).order_by()
    for pk, code, kept in present.values_list("pk", "credit_code", "merged_into_id"):
        found[str(code)].add(kept or pk)
    rest = codes - found.keys()
    if rest:
        former = FormerIdentity.objects.filter(kind=CODE, value__in=rest).order_by()
        for owner, value, root in former.values_list("enterprise_id", "value", "enterprise__merged_into_id"):
            found[value].add(root or owner)
    return found


def _firms_by_name(names: set[str]) -> dict[tuple[str, str | None], set[int]]:
    """(Name, county) to the firms so called now or before; merged rows lead to the row they are part of."""
    found: dict[tuple[str, str | None], set[int]] = defaultdict(set)
    present = Enterprise.objects.filter(name__in=names).order_by()
    for pk, name, county, kept in present.values_list("pk", "name", "prefecture", "merged_into_id"):
        found[name, county].add(kept or pk)
    former = FormerIdentity.objects.filter(kind=NAME, value__in=names).order_by()
    columns = former.values_list(
        "enterprise_id", "value", "enterprise__prefecture", "enterprise__merged_into_id"
    )
    for owner, value, place, root in columns:
        found[value, place].add(root or owner)
    return found


def _former(pks: Iterable[int]) -> dict[int, Former]:
    found: dict[int, Former] = defaultdict(Former)
    rows = FormerIdentity.objects.filter(enterprise__in=list(pks)).order_by("pk")
    for pk, kind, value, until_on in rows.values_list("enterprise_id", "kind", "value", "until_on"):
        former = found[pk]
        former.until[kind] = max(until_on, former.until.get(kind, until_on))
        if kind in {CODE, NAME}:
            (former.names if kind == NAME else former.codes).append(value)
    return found
