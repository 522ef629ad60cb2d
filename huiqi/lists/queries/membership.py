"""Who is on a list on a date, and what follows from it for the rules: membership is a fact on a date."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from django.db.models import Q

from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.queries.statements import Known, catalogue, known_of, stated_of
from huiqi.lists.kinds import ListKind
from huiqi.lists.models import Entry, ImportLine, ListBatch
from huiqi.lists.models.entries import EntryQuerySet
from huiqi.lists.queries.book import kinds
from huiqi.lists.queries.comparison import answers_on
from huiqi.rules.catalogue import Facts, Value


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

    An imported list must be the whole one, and speaks for as long as the fact stays fresh.
    """
    exhaustive = {kind.id: kind for kind in kinds().values() if kind.is_exhaustive}
    batches = ListBatch.objects.published().filter(
        Q(valid_to=None) | Q(valid_to__gte=on), kind__in=exhaustive, valid_from__lte=on
    )
    if known_on is not None:
        batches = batches.filter(published_on__lte=known_on)
    rows = batches.order_by("pk").values_list("kind", "valid_from", "is_import", "is_whole")
    return {
        kind
        for kind, since, imported, whole in rows
        if not imported or (whole and since is not None and on <= _fresh_until(exhaustive[kind], since))
    }


def _fresh_until(kind: ListKind, since: date) -> date:
    facts = catalogue().facts
    days = [fresh for name in kind.feeds if (fresh := facts[name].fresh_days) is not None]
    return since + timedelta(days=min(days)) if days else date.max


def facts_on(enterprise: Enterprise, on: date, known_on: date | None = None) -> Known:
    """What is known of a firm on a day, lists included (see facts_of_firms)."""
    return facts_of_firms([enterprise.pk], on, known_on)[enterprise.pk]


def facts_of_firms(enterprise_ids: Sequence[int], on: date, known_on: date | None = None) -> dict[int, Known]:
    """What is known of each firm on a day, lists and comparisons included; a fixed number of queries."""
    stated = stated_of(enterprise_ids)
    known = {pk: known_of(stated[pk], on, known_on) for pk in enterprise_ids}
    whole = with_lists({pk: one.facts for pk, one in known.items()}, on, known_on)
    return {pk: replace(one, facts=whole[pk]) for pk, one in known.items()}


def with_lists(facts: Mapping[int, Facts], on: date, known_on: date | None = None) -> dict[int, Facts]:
    """Facts of the register by firm, completed by what lists and authorities' answers say that day.

    True for what each list proves of its members; False for each exhaustive list in force that the firm is
    not on and of which no unmatched line may mean it; an answer to a list comparison where the register may
    not keep the figure itself. Where the register knows a fact, only a listing overrides it. A fixed number
    of queries.
    """
    firms = list(facts)
    listed, covered, book = _listed(firms, on, known_on), covered_kinds(on, known_on), kinds()
    answers, doubted = answers_on(firms, on, known_on), _doubted(firms, covered)
    found = {}
    for pk, register in facts.items():
        absent = {name for kind in covered - listed[pk] - doubted[pk] for name in book[kind].feeds}
        proved = {name for kind in listed[pk] if kind in book for name in book[kind].proves}
        given: dict[str, tuple[Value, str]] = {
            **{name: (value, "confirmed") for name, value in answers[pk].items()},
            **dict.fromkeys(absent, (False, "listed")),
        }
        given = {name: one for name, one in given.items() if register.get(name) is None}
        given |= dict.fromkeys(proved, (True, "listed"))
        found[pk] = _with(register, given) if given else register
    return found


def _doubted(enterprise_ids: Sequence[int], kinds_asked: set[str]) -> dict[int, set[str]]:
    """The kinds of which a line that nobody has matched yet may mean the firm, by its name or code."""
    found: dict[int, set[str]] = {pk: set() for pk in enterprise_ids}
    if not kinds_asked:
        return found
    lines = ImportLine.objects.filter(
        batch__in=ListBatch.objects.published().order_by(),
        batch__kind__in=kinds_asked,
        state=ImportLine.State.OPEN,
    )
    meant: dict[str, set[str]] = defaultdict(set)
    for kind, *texts in lines.order_by("pk").values_list("batch__kind", "name", "credit_code"):
        for text in filter(None, texts):
            meant[text].add(kind)
    if not meant:
        return found
    firms = Enterprise.objects.filter(pk__in=enterprise_ids).order_by("pk")
    for pk, name, code in firms.values_list("pk", "name", "credit_code"):
        found[pk] = meant.get(name, set()) | meant.get(code or "", set())
    return found


def _with(facts: Facts, given: Mapping[str, tuple[Value, str]]) -> Facts:
    values = {**facts.values, **{name: value for name, (value, _standing) in given.items()}}
    standings = {**facts.standings, **{name: standing for name, (_value, standing) in given.items()}}
    return catalogue().facts_of(values, standings)


def _listed(enterprise_ids: Sequence[int], on: date, known_on: date | None) -> dict[int, set[str]]:
    """The kinds each firm is on, by itself or by a row merged into it."""
    merged = Enterprise.objects.filter(merged_into__in=enterprise_ids).order_by("pk")
    kept_as = dict(merged.values_list("pk", "merged_into_id"))
    rows = Entry.objects.filter(enterprise__in=[*enterprise_ids, *kept_as]).in_force_on(on, known_on)
    found: dict[int, set[str]] = {pk: set() for pk in enterprise_ids}
    for pk, kind in rows.order_by("pk").values_list("enterprise_id", "batch__kind"):
        found[kept_as.get(pk, pk)].add(kind)
    return found
