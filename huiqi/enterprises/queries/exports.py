"""What a list of firms shows outside the register: the columns a person may take, and the rows, streamed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import islice
from typing import Any

from huiqi.accounts.models import Unit, UnitKind, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import scope_with
from huiqi.accounts.scope import Area
from huiqi.core.messages import gettext_noop
from huiqi.core.personal import mask_name, mask_phone
from huiqi.enterprises.catalogue import columns as kept_columns
from huiqi.enterprises.catalogue import from_cell
from huiqi.enterprises.models import Contact, Enterprise, ExportRun, Registration
from huiqi.enterprises.models.firm import EnterpriseQuerySet
from huiqi.enterprises.queries.register import matching
from huiqi.enterprises.queries.statements import catalogue
from huiqi.enterprises.wanted import Gap, Question, Wanted
from huiqi.enterprises.wanted import Kind as QuestionKind
from huiqi.files.sheets import Column, Kind
from huiqi.reference.models import Division
from huiqi.reference.queries import Tables, code_tables
from huiqi.rules.catalogue import Fact

CHUNK = 1_000
AREAS = "areas"  # beside the filters in ExportRun.wanted
ORDER = ("prefecture", "gb4754", "size_class", "pk")
# Output, stock and allocation of key materials stay in their compartment; what concerns persons does too.
NEVER = frozenset({"key_materials", "personal"})


@dataclass(frozen=True)
class FileForm:
    """A format of the file, as people call it."""

    label: str
    is_xlsx: bool
    encoding: str = ""
    suffix: str = ".csv"


FORMS: Mapping[str, FileForm] = {
    "xlsx": FileForm(gettext_noop("Excel 工作簿（.xlsx）"), True, suffix=".xlsx"),
    "csv": FileForm(gettext_noop("CSV 文本，UTF-8（多数软件）"), False, "utf-8"),
    "csv-gb": FileForm(gettext_noop("CSV 文本，GB18030（旧版软件）"), False, "gb18030"),
}


@dataclass(frozen=True)
class ExportColumn:
    """One column that may be chosen; `source` is the firm's column it is made from."""

    key: str
    column: Column
    source: str
    group: str
    is_personal: bool = False
    is_usual: bool = False


MAIN, FACTS, CONTACT = (
    gettext_noop("基本信息"),
    gettext_noop("其他事实"),
    gettext_noop("联系方式（部分隐藏）"),
)
_MAIN = (
    ("name", "企业名称", Kind.TEXT, "name"),
    ("credit_code", "统一社会信用代码", Kind.CODE, "credit_code"),
    ("registration", "登记状态", Kind.TEXT, "registration"),
    ("city", "所在市州", Kind.TEXT, "prefecture"),
    ("county", "所在县市区", Kind.TEXT, "prefecture"),
    ("county_code", "区划代码", Kind.CODE, "prefecture"),
    ("park", "所在园区", Kind.TEXT, "park_id"),
    ("industry_code", "行业代码", Kind.CODE, "gb4754"),
    ("industry", "行业", Kind.TEXT, "gb4754"),
    ("org_type", "单位类型", Kind.TEXT, "org_type"),
    ("size_class", "划型结果", Kind.TEXT, "size_class"),
    ("employees", "从业人员期末人数（人）", Kind.NUMBER, "employees"),
    ("revenue", "营业收入（万元）", Kind.WAN, "revenue"),
    ("assets", "资产总额（万元）", Kind.WAN, "assets"),
)
_USUAL = frozenset({"name", "credit_code", "county", "industry", "size_class", "employees", "revenue"})
_CONTACT = (("person", "联系人", "pk"), ("phone", "联系电话", "pk"))


def takes_contacts(user: User, today: date) -> bool:
    """Whether every firm the person may export is one whose contacts they may reveal.

    A deputy may have the two powers from different posts: then contacts stay behind, of all firms. Areas are
    compared as they are; a county inside a city counts as another area, which errs on the safe side.
    """
    revealed = scope_with(user, Power.REVEAL_CONTACTS, today)
    exported = scope_with(user, Power.EXPORT_FIRMS, today)
    return bool(revealed.areas) and (revealed.is_whole or set(exported.areas) <= set(revealed.areas))


def export_columns(*, with_contacts: bool) -> dict[str, ExportColumn]:
    """All columns that may be chosen, by key. Contacts (masked) are for those who may reveal them."""
    found = [
        ExportColumn(key, Column(header, kind), source, MAIN, is_usual=key in _USUAL)
        for key, header, kind, source in _MAIN
    ]
    if with_contacts:
        found += [
            ExportColumn(key, Column(header), source, CONTACT, is_personal=True)
            for key, header, source in _CONTACT
        ]
    known = {"province", "prefecture", *(source for *_rest, source in _MAIN)}
    found += [
        ExportColumn(fact.id, Column(_headed(fact), _kind(fact)), fact.id, FACTS)
        for fact in kept_columns(catalogue())
        if fact.id not in known and fact.sensitivity not in NEVER
    ]
    return {column.key: column for column in found}


def _headed(fact: Fact) -> str:
    unit = {"fen": "万元", "person": "人", "month": "月", "day": "天"}.get(fact.unit, "")
    return f"{fact.full}（{unit}）" if unit and fact.type == "int" else fact.full


def _kind(fact: Fact) -> Kind:
    if fact.type == "int":
        return Kind.WAN if fact.unit == "fen" else Kind.NUMBER
    return {"date": Kind.DATE, "code": Kind.CODE}.get(fact.type, Kind.TEXT)


# --- which firms --------------------------------------------------------------------------------------


def firms_for(user: User, wanted: Wanted, *, today: date, on: date) -> EnterpriseQuerySet:
    """The firms of the list that the person may take out: those of posts with the power to export."""
    mine = Enterprise.objects.changeable_by(user, Power.EXPORT_FIRMS, today)
    return mine.filter(matching(wanted, on))


def wanted_json(wanted: Wanted) -> dict[str, Any]:
    """The filters as they are kept with the export."""
    return asdict(wanted)


def asked_json(user: User, wanted: Wanted, today: date) -> dict[str, Any]:
    """What an export keeps of how it came about: the filters, and the areas its owner had then."""
    areas = [asdict(area) for area in scope_with(user, Power.EXPORT_FIRMS, today).areas]
    return {**wanted_json(wanted), AREAS: areas}


def is_still_theirs(run: ExportRun, user: User, today: date) -> bool:
    """Whether a file made under the posts of its day may be fetched under those of today.

    Deputyships end and people move: every area the file was made from must be theirs still, and their right
    to contacts if it has any. An export without areas was made by an earlier release and is asked for anew.
    """
    kept = {Area(**{**area, "excluded": tuple(area["excluded"])}) for area in run.wanted.get(AREAS, ())}
    present = scope_with(user, Power.EXPORT_FIRMS, today)
    if not kept or not (present.is_whole or kept <= set(present.areas)):
        return False
    has_contacts = any(key in run.columns for key, *_rest in _CONTACT)
    return not has_contacts or takes_contacts(user, today)


def wanted_of(kept: Mapping[str, Any]) -> Wanted:
    """The filters that `wanted_json` kept."""
    question = kept["question"]
    return Wanted(
        **{
            **{name: value for name, value in kept.items() if name != AREAS},
            "question": Question(QuestionKind(question["kind"]), question["text"], tuple(question["grams"])),
            "industries": tuple(kept["industries"]) if kept["industries"] else None,
            "sizes": tuple(kept["sizes"]),
            "lists": tuple(kept["lists"]),
            "gap": Gap(kept["gap"]) if kept["gap"] else None,
        }
    )


# --- rows ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Words:
    """What codes are called: by column, then by value."""

    tables: Tables
    names: Mapping[str, Mapping[Any, str]]
    facts: Mapping[str, Fact]


def rows_of_export(
    firms: EnterpriseQuerySet, columns: Sequence[ExportColumn]
) -> Iterator[tuple[object, ...]]:
    """The rows in the list's order, a chunk at a time: memory stays the same for a million firms."""
    words = _words()
    sources = list(dict.fromkeys(["pk", *(column.source for column in columns)]))
    places = {source: place for place, source in enumerate(sources)}
    personal = any(column.is_personal for column in columns)
    stream = firms.order_by(*ORDER).values_list(*sources).iterator(chunk_size=CHUNK)
    while chunk := list(islice(stream, CHUNK)):
        contacts = _contacts(row[0] for row in chunk) if personal else {}
        for row in chunk:
            yield tuple(_shown(column, row[places[column.source]], words, contacts) for column in columns)


def _words() -> _Words:
    facts, tables = catalogue().facts, code_tables()
    names: dict[str, Mapping[Any, str]] = {
        fact.id: fact.values for fact in facts.values() if fact.type == "enum"
    }
    parks = Unit.objects.filter(kind=UnitKind.PARK).order_by("pk").values_list("pk", "name")
    names["park"] = dict(parks)
    names["industry"] = {code: entry.name for code, entry in tables.industries.items()}
    names["registration"] = {key: str(label) for key, label in Registration.choices}
    return _Words(tables, names, facts)


def _contacts(pks: Iterable[int]) -> dict[int, Contact]:
    """The contact of each firm that people would ring first."""
    rows = Contact.objects.filter(enterprise__in=list(pks)).order_by("is_main", "-pk")
    return {row.enterprise_id: row for row in rows}


def _shown(column: ExportColumn, value: Any, words: _Words, contacts: Mapping[int, Contact]) -> object:
    if value is None:
        return None
    if column.is_personal:
        contact = contacts.get(value)
        if contact is None:
            return None
        return mask_phone(contact.phone) if column.key == "phone" else mask_name(contact.person)
    return _named(column, value, words)


def _named(column: ExportColumn, value: Any, words: _Words) -> object:
    key = column.key
    if key in {"county", "city"}:
        return _division(value, words.tables, is_city=key == "city")
    if key in words.names:
        return words.names[key].get(value, value)
    fact = words.facts.get(key)
    return fact.format(from_cell(fact, value)) if fact is not None and fact.type == "ratio" else value


def _division(code: str, tables: Tables, *, is_city: bool) -> str:
    row = tables.divisions.get(code)
    if row is None:
        return code
    if not is_city:
        return row.name if row.level == Division.Level.COUNTY else ""
    city = row if row.level == Division.Level.PREFECTURE else tables.divisions.get(row.parent_id or "")
    return city.name if city else ""
