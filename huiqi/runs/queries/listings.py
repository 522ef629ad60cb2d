"""What lists say of all firms beyond the register, told once for a run."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Q

from huiqi.enterprises.models import Enterprise
from huiqi.lists.models import Entry, ImportLine, ListBatch
from huiqi.lists.queries.book import kinds
from huiqi.lists.queries.membership import covered_kinds
from huiqi.runs.pieces import Lists

STEP = 500


def lists_on(on: date, known_on: date, firms: Sequence[int] | None = None) -> Lists:
    """What lists say of all firms, or of these alone, as `lists.queries.membership.with_lists` says of single
    ones; answers to list comparisons are left to the firm's own page, as each was asked for a purpose."""
    book = kinds()
    entries = Entry.objects.all().in_force_on(on, known_on).order_by("pk")
    if firms is not None:
        entries = entries.filter(Q(enterprise__in=firms) | Q(enterprise__merged_into__in=firms))
    members: dict[str, set[str]] = {}
    listed: dict[str, set[str]] = {}
    named = entries.values_list("batch__kind", "enterprise__public_id", "enterprise__merged_into__public_id")
    for kind, firm, kept in named.iterator(chunk_size=2_000):
        if kind not in book:
            continue
        listed.setdefault(kind, set()).add(kept or firm)
        for fact in book[kind].proves:
            members.setdefault(fact, set()).add(kept or firm)
    absent: dict[str, set[str]] = {}
    for kind in covered_kinds(on, known_on):
        excepted = listed.get(kind, set()) | _doubted(kind, firms)
        for fact in book[kind].feeds:
            # With two lists feeding one fact, being absent from either settles it, as with single firms.
            absent[fact] = absent[fact] & excepted if fact in absent else set(excepted)
    return Lists(
        {fact: frozenset(firms) for fact, firms in members.items()},
        {fact: frozenset(firms) for fact, firms in absent.items()},
    )


def _doubted(kind: str, firms: Sequence[int] | None) -> set[str]:
    """Firms that a line nobody has matched yet may mean, by name or code."""
    lines = ImportLine.objects.filter(
        batch__in=ListBatch.objects.published().order_by(), batch__kind=kind, state=ImportLine.State.OPEN
    )
    if firms is not None:
        named = Enterprise.objects.filter(pk__in=firms).order_by("pk").values_list("name", "credit_code")
        called = {text for pair in named for text in pair if text}
        lines = lines.filter(Q(name__in=called) | Q(credit_code__in=called))
    texts = sorted(
        {text for pair in lines.order_by("pk").values_list("name", "credit_code") for text in pair if text}
    )
    found: set[str] = set()
    for first in range(0, len(texts), STEP):
        some = texts[first : first + STEP]
        meant = Enterprise.objects.filter(Q(name__in=some) | Q(credit_code__in=some)).order_by("pk")
        found |= set(meant.values_list("public_id", flat=True))
    return found
