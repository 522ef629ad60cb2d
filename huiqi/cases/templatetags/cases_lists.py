"""Lists of cases: `{% case_cells row here %}`, `{{ hints|at:row.case.pk }}`, `{{ event.at|moment_zh }}`."""

import html
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huiqi.cases.items.definition import ItemDefinition
from huiqi.cases.models import Clock
from huiqi.cases.queries.red_list import Late
from huiqi.cases.queries.rows import Row, state_look
from huiqi.cases.workflow import Ending, Stage
from huiqi.core.language import chinese, day_words, is_chinese, worded
from huiqi.core.messages import Message
from huiqi.core.templatetags.hq import icon, moment_zh

register = template.Library()


@register.filter
def at(mapping: Mapping[Any, Any], key: Any) -> Any:
    """The value for the key, or None."""
    return mapping.get(key)


register.filter(moment_zh)


@register.filter
def day_zh(instant: datetime | None) -> str:
    """`2020年2月4日` of an instant, in the site's time; `—` for None."""
    return "—" if instant is None else day_words(timezone.localtime(instant).date())


# --- rows of cases and of clocks -----------------------------------------------------------------------
# Without templates: a page has up to a hundred rows, and a template for each took half of its time.

# Whatever is put into these is escaped first, by `_safe` or `_spell`.
_TAG = '<span class="hq-tag hq-tag-{}">{}</span>'
_BELOW = '<br><span class="hq-soft hq-small">{}</span>'


def _safe(words: Any) -> str:
    """`words` as HTML; what is HTML already stays."""
    return words if isinstance(words, SafeString) else html.escape(str(words))


@register.simple_tag
def case_cells(row: Row, back: str = "") -> SafeString:
    """The case with its marks, its state, its end and who has it; `back` is where its page leads back to."""
    case, language = row.case, get_language() or ""
    holder = case.lead or case.desk
    stage = _stage(case.due_stage, language)
    cells = (
        _matter(row, back, language),
        _state(case.state, case.ending, language),
        _TAG.format(row.due.tone, _safe(worded(row.due.words))) + stage if row.due else "—",
        _safe(holder.name) + _below(case.handler and case.handler.name),
    )
    starts = _starts(language)
    # Every part is escaped where it is made.
    return mark_safe("".join(f"{start}{cell}</td>\n" for start, cell in zip(starts, cells, strict=True)))  # noqa: S308


# What is the same in every row, by the language it is asked in: a page asks for each fifty times.


@lru_cache(maxsize=8)
def _starts(language: str) -> tuple[str, ...]:
    labels = (_("诉求"), _("状态"), _("期限"), _("谁在办"))
    return tuple(f'<td data-label="{_safe(label)}">' for label in labels)


@lru_cache(maxsize=256)
def _state(state: str, ending: str, language: str) -> str:
    look = state_look(state)
    words = icon(look.icon) + _safe(look.label)
    return _TAG.format(_safe(look.tone), words) + _below(Ending(ending).label if ending else "")


@lru_cache(maxsize=64)
def _stage(stage: str, language: str) -> str:
    return _below(Stage(stage).label) if stage else ""


@lru_cache(maxsize=64)
def _mark(tone: str, mark: str, language: str) -> str:
    return " " + _TAG.format(_safe(tone), _safe(worded(mark)))


@register.simple_tag
def late_rows(rows: Iterable[Late], names_unit: bool) -> SafeString:
    """Clocks that are over, each with its case; with the unit where they are not listed under it."""
    lines = "".join(_late(row.clock, row.words, names_unit) for row in rows)
    return mark_safe(f'<ul class="hq-rows">{lines}</ul>')  # noqa: S308  escaped in _late


def _late(clock: Clock, words: Message, names_unit: bool) -> str:
    case = clock.case
    over = _TAG.format("danger", _safe(f"{clock.get_stage_display()} {worded(words)}"))
    about = [case.spoken_number]
    about += [clock.unit.name] if names_unit else []
    about += [_("已督办")] if case.supervised_at else []
    url = reverse("cases:case", args=[case.public_id])
    return (
        f'<li><div class="hq-rows-head"><h3><a href="{_safe(url)}">{_safe(case.title)}</a></h3>{over}</div>'
        f'<p class="hq-soft hq-small">{_safe(" · ".join(about))}</p></li>'
    )


def _matter(row: Row, back: str, language: str) -> str:
    case = row.case
    url = reverse("cases:case", args=[case.public_id]) + _leads_back(back)
    marks = "".join(_mark(tone, mark, language) for tone, mark in row.marks)
    where = "".join(f" · {_safe(each)}" for each in (row.firm, row.county, row.topic) if each)
    number = _BELOW.format(f'<span class="hq-code">{_safe(case.spoken_number)}</span>{where}')
    return f'<a href="{_safe(url)}">{_safe(row.title)}</a>{marks}{number}'


@lru_cache(maxsize=256)
def _leads_back(back: str) -> str:
    return f"?next={quote(back)}" if back else ""


def _below(words: Any) -> str:
    return _BELOW.format(_safe(words)) if words else ""


@register.filter
def item_title(definition: ItemDefinition) -> str:
    """The title of a service item: its English one for an English reader, where it has one."""
    if definition.title_en and not is_chinese():
        return definition.title_en
    return chinese(definition.title)
