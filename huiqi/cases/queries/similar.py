"""Cases beside one: perhaps the same matter, of the same firm, of the same kind near by, of the same words.

Each says why it is shown. A reader finds only what they may open.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import rjieba

from huiqi.cases.models import Case, CaseQuerySet
from huiqi.cases.queries.alike import ALIKE_WITHIN, likely_duplicates
from huiqi.cases.queries.page import Reader
from huiqi.cases.workflow import Ending
from huiqi.core.messages import Message, gettext_noop
from huiqi.knowledge.grams import asked_segments

MOST_SHOWN, MOST_OF_FIRM, MOST_NEAR = 10, 5, 5
# One word in common is chance; so many titles, the newest, are looked at for two.
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


def similar(case: Case, reader: Reader, at: datetime) -> list[Near]:
    """The likeliest first; nothing when the requester is kept from the reader. Six queries at most."""
    if reader.is_masked:
        return []
    seen = Case.objects.visible_to(reader.user, reader.today).exclude(reader.veil.rows()).exclude(pk=case.pk)
    found: dict[int, Near] = {}
    alike = likely_duplicates(case)
    allowed = set(seen.filter(pk__in=[each.case.pk for each in alike]).values_list("pk", flat=True))
    for each in alike:
        if each.case.pk in allowed:
            reasons: list[Message | str] = [_SIGNALS[signal] for signal in each.signals]
            found[each.case.pk] = Near(each.case, is_same=True, reasons=reasons)
    recent = seen.filter(opened_at__gte=at - ALIKE_WITHIN).exclude(ending=Ending.MERGED)
    if case.enterprise_id is not None:
        _add(found, _newest(seen.filter(enterprise=case.enterprise_id), MOST_OF_FIRM), _OF_FIRM)
    if case.prefecture:
        place = {"item": case.item, "topic": case.topic, "prefecture": case.prefecture}
        _add(found, _newest(recent.filter(**place), MOST_NEAR), _NEAR)
    _add_by_words(found, recent, case)
    order = sorted(found.values(), key=lambda near: (not near.is_same, -len(near.reasons)))
    return order[:MOST_SHOWN]


def _newest(rows: CaseQuerySet, most: int) -> list[Case]:
    return list(rows.select_related("lead").order_by("-opened_at", "-pk")[:most])


def _add(found: dict[int, Near], rows: list[Case], reason: Message | str) -> None:
    for row in rows:
        near = found.setdefault(row.pk, Near(row))
        if not near.is_same:
            near.reasons.append(reason)


def _add_by_words(found: dict[int, Near], recent: CaseQuerySet, case: Case) -> None:
    words = _whole(asked_segments(case.title, rjieba.cut))
    if len(words) < LEAST_WORDS:
        return
    # Titles alone, and of this item: a search for parts of words would read every case of the month.
    titles = recent.filter(item=case.item).order_by("-opened_at", "-pk").values_list("pk", "title")
    scored = []
    for key, title in titles[:MOST_READ]:
        common = [word for word in words if word in title]
        if len(common) >= LEAST_WORDS:
            scored.append((key, common))
    scored.sort(key=lambda each: -len(each[1]))
    shown = dict(scored[:MOST_NEAR])
    for row in _newest(recent.filter(pk__in=shown), MOST_NEAR):
        said = Message(_WORDS, {"words": "".join(f"“{word}”" for word in shown[row.pk])})
        _add(found, [row], said)


def _whole(words: Sequence[str]) -> list[str]:
    """Without words that are part of another one: they would be counted twice."""
    return [word for word in words if not any(word != other and word in other for other in words)]
