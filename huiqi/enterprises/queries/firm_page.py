"""A firm's page: what is known of it on a day, grouped, each fact with who said it and how long it holds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import groupby
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from huiqi.core.language import day_words
from huiqi.core.personal import mask_name, mask_phone
from huiqi.enterprises.catalogue import columns
from huiqi.enterprises.fact_groups import GROUPS, REST
from huiqi.enterprises.models import Contact, Enterprise, Filing, SourceKind, Statement
from huiqi.enterprises.queries.history import Entry, KnownOn, Line, known_on
from huiqi.enterprises.queries.identity import IdentityEvent, identity_events
from huiqi.enterprises.queries.statements import catalogue, rows_known_as
from huiqi.enterprises.resolution import FOREVER
from huiqi.reference.queries import Tables, code_tables, explain_size_class
from huiqi.reference.size_class import SizeClass
from huiqi.rules.catalogue import Fact

SIZE_INPUTS = ("gb4754", "employees", "revenue", "assets")
# A fact is said to run out soon in the last fifth of the time for which it holds, at most 45 days before its
# end (ours): membership of a list is read anew every 30 days and would otherwise always run out soon.
SHORT, SHARE = 45, 5
LATEST_FILINGS = 8
FACTS_NAMED = 4
TOP = frozenset({"basis", "size"})


@dataclass(frozen=True)
class Days:
    """The day looked at and the day as of whose knowledge; `known_on` None takes all that is recorded."""

    on: date
    known_on: date | None = None
    is_past: bool = False


@dataclass(frozen=True)
class FactLine:
    """One fact as the page shows it."""

    line: Line
    value: str
    # The value of today, when the page shows another day and it differs.
    today: str = ""
    is_soon_over: bool = False

    @property
    def fact(self) -> Fact:
        return self.line.fact

    @property
    def label(self) -> str:
        return self.line.fact.label

    @property
    def entry(self) -> Entry | None:
        return self.line.entry

    @property
    def is_unknown(self) -> bool:
        """Whether nothing that counts says anything, nor follows from what does."""
        return self.line.entry is None and not self.line.derived

    @property
    def source_words(self) -> str:
        """Who said it: the issuer if there is one, and by which door it came."""
        entry = self.line.entry or self.line.stale
        return source_words(entry) if entry else ""

    @property
    def freshness(self) -> str:
        """`截至2019年12月31日 · 2020年2月20日记入 · 有效至2020年12月31日`."""
        entry = self.line.entry
        if entry is None:
            return ""
        parts = [
            _("截至%s") % day_words(entry.as_of),
            _("%s记入") % day_words(timezone.localdate(entry.recorded_at)),
        ]
        if self.line.until not in (None, FOREVER):
            parts.append(_("有效至%s") % day_words(self.line.until))
        return " · ".join(parts)

    @property
    def staleness(self) -> str:
        """What was known before it ran out: `已过期：原为35人，截至2018年12月31日`."""
        stale = self.line.stale
        if stale is None:
            return ""
        return _("已过期：原为%(value)s，截至%(day)s") % {"value": stale.shown, "day": day_words(stale.as_of)}

    @property
    def rivalry(self) -> str:
        """What another says: `企业自报为80人（截至2020年1月31日）`."""
        rival = self.line.rival
        if rival is None:
            return ""
        words = {"who": rival.standing_label, "value": rival.shown, "day": day_words(rival.as_of)}
        return _("有不同说法：%(who)s为%(value)s（截至%(day)s）") % words


def source_words(entry: Entry) -> str:
    """`市场监管部门 · 登记或导入 · 湘市监〔2020〕3号`, what is empty left out."""
    return " · ".join(part for part in (entry.issuer, entry.source_label, entry.document) if part)


@dataclass(frozen=True)
class Group:
    """Facts under one heading, and what is not known there."""

    id: str
    title: str
    lines: tuple[FactLine, ...]
    unknown: tuple[Fact, ...]

    @property
    def is_first(self) -> bool:
        """Whether the group stands on top and is open from the start."""
        return self.id in TOP

    @property
    def is_notable(self) -> bool:
        """Whether something in it should not stay folded: another says otherwise, or today differs."""
        return any(line.today or line.rivalry for line in self.lines)


@dataclass(frozen=True)
class MaskedContact:
    """A person to reach, masked."""

    pk: int
    person: str
    position: str
    phone: str
    source: str
    is_main: bool


@dataclass(frozen=True)
class Act:
    """One filing on the time line: who stated what when."""

    filing: Filing
    title: str
    text: str
    at: datetime


def known_once(firm: Enterprise, days: Days) -> KnownOn:
    """What is known of the firm; kept on the object, which lives as long as one request, for its panels."""
    kept: dict[Days, KnownOn] = firm.__dict__.setdefault("_known_once", {})
    if days not in kept:
        kept[days] = known_on(firm, days.on, days.known_on)
    return kept[days]


def show_days(firm: Enterprise, days: Days) -> None:
    """Say which day the page shows, for the panels of other apps on it."""
    firm.__dict__["_days_shown"] = days


def days_shown(firm: Enterprise, today: date) -> Days:
    """The day the page about this firm shows: what show_days said, else today."""
    shown: Days = firm.__dict__.get("_days_shown") or Days(today)
    return shown


@dataclass(frozen=True)
class FirmPage:
    """All of a firm's page that this app itself shows."""

    firm: Enterprise
    days: Days
    known: KnownOn
    tables: Tables
    today: KnownOn | None  # what is known today, when the page shows another day

    @cached_property
    def groups(self) -> list[Group]:
        """Headings that have facts, known or not, in their order."""
        return [group for group in _groups(self) if group.lines or group.unknown]

    @property
    def known_groups(self) -> list[Group]:
        """Headings under which something is or was known."""
        return [group for group in self.groups if group.lines]

    @property
    def first_groups(self) -> list[Group]:
        """Who the firm is and how large: what stands on top."""
        return [group for group in self.known_groups if group.id in TOP]

    @property
    def further_groups(self) -> list[Group]:
        """The headings below what other apps show."""
        return [group for group in self.known_groups if group.id not in TOP]

    @property
    def unknown_count(self) -> int:
        """How many facts nobody ever stated."""
        return sum(len(group.unknown) for group in self.groups)

    @property
    def changed_count(self) -> int:
        """How many facts are otherwise today than on the page's day."""
        return sum(bool(line.today) for group in self.groups for line in group.lines)

    @property
    def county(self) -> str:
        """长沙市浏阳市, as far as known."""
        division = self.tables.divisions.get(str(self._value("prefecture") or ""))
        return division.full_name if division else ""

    @property
    def industry(self) -> str:
        """制造业 > … > 卫生材料及医药用品制造, as far as known."""
        entry = self.tables.industries.get(str(self._value("gb4754") or ""))
        return f"{entry.path_text}（{entry.full_code}）" if entry else ""

    @cached_property
    def size(self) -> SizeClass:
        """The size class by the figures, explained."""
        code, *figures = (self._value(name) for name in SIZE_INPUTS)
        known_code = code if isinstance(code, str) and code in self.tables.industries else ""
        return explain_size_class(known_code, *(None if one is None else int(one) for one in figures))

    @property
    def size_line(self) -> Line | None:
        """The size class that counts, settled by an office or derived."""
        return self.known.line("size_class")

    def _value(self, fact_id: str) -> Any:
        return self.known.facts.get(fact_id)

    def line(self, fact_id: str) -> FactLine | None:
        """One fact as shown, None when nobody ever stated it."""
        found = self.known.line(fact_id)
        return self.shown(found) if found else None

    def shown(self, line: Line) -> FactLine:
        """A line in the page's words."""
        value, now = self._words(line), ""
        if self.today is not None:
            other = self.today.line(line.fact.id)
            words = self._words(other) if other else line.fact.format(None)
            now = words if words != value else ""
        return FactLine(line, value, now, _runs_out_soon(line, self.days.on))

    def _words(self, line: Line) -> str:
        return named(line.fact, line.shown, self.tables) if line.entry is not None else line.shown


def named(fact: Fact, shown: str, tables: Tables) -> str:
    """A value in words with the name of its code: 浏阳市（430181）."""
    if fact.type != "code":
        return shown
    names: Mapping[str, Any] = tables.industries if fact.id == "gb4754" else tables.divisions
    found = names.get(shown)
    return f"{found.name}（{shown}）" if found else shown


def _runs_out_soon(line: Line, on: date) -> bool:
    until = line.until or FOREVER
    whole = (until - line.entry.as_of).days if line.entry else SHORT * SHARE
    return until != FOREVER and (until - on).days <= min(SHORT, whole // SHARE)


def firm_page(firm: Enterprise, days: Days, today: date) -> FirmPage:
    """The page for a day: three queries, five when another day than today is looked at."""
    known = known_once(firm, days)
    now = known_once(firm, Days(today)) if days.is_past else None
    return FirmPage(firm, days, known, code_tables(), now)


def _groups(page: FirmPage) -> Iterator[Group]:
    placed = {fact_id for _title, ids in GROUPS.values() for fact_id in ids}
    kept = {fact.id: fact for fact in columns(catalogue())}
    rest = tuple(fact_id for fact_id in kept if fact_id not in placed)
    lines = {line.fact.id: page.shown(line) for line in page.known.lines}
    for name, (title, ids) in {**GROUPS, REST: (_("其他"), rest)}.items():
        yield Group(
            name,
            str(title),
            tuple(lines[fact_id] for fact_id in ids if fact_id in lines),
            tuple(kept[fact_id] for fact_id in ids if fact_id in kept and fact_id not in lines),
        )


def contacts_of(firm: Enterprise) -> list[MaskedContact]:
    """The people to reach, masked; the main one first."""
    return [
        MaskedContact(
            row.pk,
            mask_name(row.person),
            row.position,
            mask_phone(row.phone),
            str(dict(SourceKind.choices).get(row.source, row.source)),
            row.is_main,
        )
        for row in Contact.objects.filter(enterprise=firm)
    ]


def events_of(firm: Enterprise, *, is_office: bool) -> list[IdentityEvent]:
    """How the firm was called before, what it came from and became."""
    return identity_events(firm, is_office=is_office)


def acts_on(firm: Enterprise, days: Days) -> list[Act]:
    """The latest filings that stated something of the firm by the page's day, newest first; two queries."""
    rows = Statement.objects.filter(enterprise__in=rows_known_as(firm, days.known_on))
    if days.known_on is not None:
        rows = rows.filter(recorded_at__date__lte=days.known_on)
    rows = rows.select_related("filing__actor").only(
        "fact",
        "recorded_at",
        "filing__source",
        "filing__issuer",
        "filing__document",
        "filing__actor__name",
        "filing__recorded_at",
    )
    newest = rows.order_by("-recorded_at", "-filing", "-pk")[:200]
    groups = groupby(newest, key=lambda row: row.filing)
    return [_act(filing, list(said)) for filing, said in groups][:LATEST_FILINGS]


def _act(filing: Filing, said: Sequence[Statement]) -> Act:
    facts = catalogue().facts
    ids = list(dict.fromkeys(row.fact for row in reversed(said)))
    labels = [facts[fact_id].label for fact_id in ids if fact_id in facts]
    named = "、".join(labels[:FACTS_NAMED])
    text = (
        _("%(facts)s等%(n)s项") % {"facts": named, "n": len(labels)} if len(labels) > FACTS_NAMED else named
    )
    who = [filing.issuer, filing.actor.name if filing.actor else "", filing.document]
    title = " · ".join(part for part in (str(SourceKind(filing.source).label), *who) if part)
    return Act(filing, title, text, said[0].recorded_at)
