"""Who is on a list on a date, and what follows from it for the rules: membership is a fact on a date."""

from dataclasses import replace
from datetime import date, timedelta

from django.db.models import Q

from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.queries import statements
from huiqi.enterprises.queries.statements import Known, catalogue
from huiqi.lists.kinds import ListKind
from huiqi.lists.models import Entry, ListBatch
from huiqi.lists.models.entries import EntryQuerySet
from huiqi.lists.queries.book import kinds
from huiqi.rules.catalogue import Value


def members_on(kind: str, on: date, known_on: date | None = None) -> EntryQuerySet:
    """Entries in force of a kind of list on `on`, as far as published by `known_on` (default: ever)."""
    return Entry.objects.filter(batch__kind=kind).in_force_on(on, known_on).order_by("enterprise", "pk")


def member_ids(kind: str, on: date) -> list[int]:
    """The firms on a kind of list, each once, for apps that work on them (stationing)."""
    return list(members_on(kind, on).order_by("enterprise").values_list("enterprise", flat=True).distinct())


def is_member(enterprise: Enterprise, kind: str, on: date, known_on: date | None = None) -> bool:
    """Whether one firm is on a kind of list on a day."""
    return members_on(kind, on, known_on).filter(enterprise=enterprise).exists()


def lists_of(enterprise: Enterprise, on: date, known_on: date | None = None) -> EntryQuerySet:
    """The entries in force of one firm on a day, with their batches."""
    found = Entry.objects.filter(enterprise__in=_rows_of(enterprise)).in_force_on(on, known_on)
    return found.select_related("batch").order_by("-valid_from", "pk")


def _rows_of(enterprise: Enterprise) -> list[int]:
    """The firm and the rows merged into it, which may have been listed before they were merged."""
    merged = Enterprise.objects.filter(merged_into=enterprise).order_by("pk").values_list("pk", flat=True)
    return [enterprise.pk, *merged]


def covered_kinds(on: date, known_on: date | None = None) -> set[str]:
    """Exhaustive kinds with a batch in force on the day: there, not being listed means no.

    An imported list speaks for as long as the fact stays fresh, then it is old news.
    """
    exhaustive = {kind.id: kind for kind in kinds().values() if kind.is_exhaustive}
    batches = ListBatch.objects.published().filter(
        Q(valid_to=None) | Q(valid_to__gte=on), kind__in=exhaustive, valid_from__lte=on
    )
    if known_on is not None:
        batches = batches.filter(published_on__lte=known_on)
    rows = batches.order_by("pk").values_list("kind", "valid_from", "is_import")
    return {
        kind for kind, since, imported in rows if not imported or on <= _fresh_until(exhaustive[kind], since)
    }


def _fresh_until(kind: ListKind, since: date | None) -> date:
    facts = catalogue().facts
    days = [facts[name].fresh_days for name in kind.feeds if facts[name].fresh_days is not None]
    return date.max if since is None or not days else since + timedelta(days=min(days))  # type: ignore[type-var]


def facts_on(enterprise: Enterprise, on: date, known_on: date | None = None) -> Known:
    """What is known of a firm on a day, lists included.

    The register's facts; True for each list it is on that day; False for each exhaustive list in force
    that it is not on. Where the register knows a fact itself, only a listing overrides it.
    """
    known = statements.facts_on(enterprise, on, known_on)
    book = kinds()
    listed = set(lists_of(enterprise, on, known_on).order_by("pk").values_list("batch__kind", flat=True))
    given: dict[str, Value] = {
        name: False
        for kind in covered_kinds(on, known_on) - listed
        for name in book[kind].feeds
        if known.facts.get(name) is None
    }
    given |= {name: True for kind in listed if kind in book for name in book[kind].feeds}
    if not given:
        return known
    values = {**known.facts.values, **given}
    standings = {**known.facts.standings, **dict.fromkeys(given, "listed")}
    return replace(known, facts=catalogue().facts_of(values, standings))
