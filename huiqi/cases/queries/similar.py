"""Cases beside one: perhaps the same matter, of the same firm, of the same kind near by, of the same words.

Each says why it is shown. A reader finds only what they may open.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import rjieba

from huiqi.cases.models import Case, CaseQuerySet
from huiqi.cases.queries.alike import ALIKE_WITHIN, SHOWN, likely_duplicates
from huiqi.cases.queries.page import Reader
from huiqi.cases.workflow import Ending
from huiqi.core.messages import Message, gettext_noop
from huiqi.knowledge.grams import asked_segments

MOST_SHOWN, MOST_OF_FIRM, MOST_NEAR = 10, 5, 5
# One word in common is chance; of the item so many, the newest anywhere, are looked at for two.
LEAST_WORDS, MOST_READ = 2, 300
_SIGNALS = {
    "firm": gettext_noop("同一企业"),
    "credit_code": gettext_noop("同一信用代码"),
    "phone": gettext_noop("同一电话"),
    "topic": gettext_noop("同一主题"),
}
_OF_FIRM = gettext_noop("同一企业")
_NEAR = gettext_noop("同县市区、同一主题，30天内")
_WORDS = gettext_noop("标题都说到%(words)s，30天内")


@dataclass
class Near:
    """A case and why it is shown; `is_same`: it may be the very matter (queries.alike)."""

    case: Case
    is_same: bool = False
    reasons: list[Message | str] = field(default_factory=list)


@dataclass(frozen=True)
class _Seen:
    """What of a case decides whether it is shown beside another."""

    key: int
    title: str
    item: str
    topic: str
    prefecture: str
    firm: int | None
    ending: str
    opened_at: datetime


def similar(case: Case, reader: Reader, at: datetime) -> list[Near]:
    """The likeliest first; nothing when the requester is kept from the reader. Six queries at most.

    Indexes tell which cases may be like it, before it is asked which of them the reader may open: the other
    way round the database walks through everything the reader may.
    """
    if reader.is_masked:
        return []
    seen = Case.objects.visible_to(reader.user, reader.today).exclude(reader.veil.rows()).exclude(pk=case.pk)
    found: dict[int, Near] = {}
    for each in likely_duplicates(case, among=seen):
        reasons: list[Message | str] = [_SIGNALS[signal] for signal in each.signals]
        found[each.case.pk] = Near(each.case, is_same=True, reasons=reasons)
    rows = _beside(case, seen, at - ALIKE_WITHIN)
    recent = [row for row in rows if row.opened_at >= at - ALIKE_WITHIN and row.ending != Ending.MERGED]
    why: dict[int, list[Message | str]] = {}
    if case.enterprise_id is not None:
        _add(why, [row for row in rows if row.firm == case.enterprise_id][:MOST_OF_FIRM], _OF_FIRM)
    if case.prefecture:
        kind = (case.item, case.topic, case.prefecture)
        near = [row for row in recent if (row.item, row.topic, row.prefecture) == kind]
        _add(why, near[:MOST_NEAR], _NEAR)
    _add_by_words(why, recent, case)
    others = seen.filter(pk__in=[key for key in why if key not in found])
    for row in others.select_related("lead").only(*SHOWN, "lead__name").order_by("-opened_at", "-pk"):
        found[row.pk] = Near(row, reasons=why[row.pk])
    order = sorted(found.values(), key=lambda near: (not near.is_same, -len(near.reasons)))
    return order[:MOST_SHOWN]


def _beside(case: Case, seen: CaseQuerySet, since: datetime) -> list[_Seen]:
    """Those of the firm, the recent ones of the item in the county, the newest of the item anywhere: as far
    as they are `seen`, the newest first."""
    every = Case.objects.order_by()
    place = every.filter(prefecture=case.prefecture, item=case.item, opened_at__gte=since).values_list("pk")
    if case.enterprise_id is not None:
        place = place.union(every.filter(enterprise=case.enterprise_id).values_list("pk"))
    newest = every.filter(item=case.item, opened_at__gte=since).order_by("-opened_at", "-pk")
    keys = {key for (key,) in place} | set(newest.values_list("pk", flat=True)[:MOST_READ])
    rows = seen.filter(pk__in=keys).order_by().values_list(
        "pk", "title", "item", "topic", "prefecture", "enterprise", "ending", "opened_at"
    )  # fmt: skip
    return sorted((_Seen(*row) for row in rows), key=lambda row: (row.opened_at, row.key), reverse=True)


def _add(why: dict[int, list[Message | str]], rows: Sequence[_Seen], reason: Message | str) -> None:
    for row in rows:
        why.setdefault(row.key, []).append(reason)


def _add_by_words(why: dict[int, list[Message | str]], recent: Sequence[_Seen], case: Case) -> None:
    words = _whole(asked_segments(case.title, rjieba.cut))
    if len(words) < LEAST_WORDS:
        return
    scored = []
    for row in recent:
        common = [word for word in words if word in row.title]
        if row.item == case.item and len(common) >= LEAST_WORDS:
            scored.append((row, common))
    scored.sort(key=lambda each: -len(each[1]))
    for row, common in scored[:MOST_NEAR]:
        _add(why, [row], Message(_WORDS, {"words": "".join(f"“{word}”" for word in common)}))


def _whole(words: Sequence[str]) -> list[str]:
    """Without words that are part of another one: they would be counted twice."""
    return [word for word in words if not any(word != other and word in other for other in words)]
