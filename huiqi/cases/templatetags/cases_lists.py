"""Lists of cases: `{% case_cells row here %}`, `{{ hints|at:row.case.pk }}`, `{{ event.at|moment_zh }}`."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from huiqi.cases.items.definition import ItemDefinition
from huiqi.cases.models import Clock
from huiqi.cases.queries.red_list import Late
from huiqi.cases.queries.rows import Row
from huiqi.core.language import chinese, day_words, is_chinese, worded
from huiqi.core.messages import Message
from huiqi.core.templatetags.hq import icon

register = template.Library()


@register.filter
def at(mapping: Mapping[Any, Any], key: Any) -> Any:
    """The value for the key, or None."""
    return mapping.get(key)


@register.filter
def moment_zh(instant: datetime | None) -> str:
    """`2020年2月4日 10:21` in the site's time; `—` for None."""
    if instant is None:
        return "—"
    local = timezone.localtime(instant)
    return f"{day_words(local.date())} {local:%H:%M}"


@register.filter
def day_zh(instant: datetime | None) -> str:
    """`2020年2月4日` of an instant, in the site's time; `—` for None."""
    return "—" if instant is None else day_words(timezone.localtime(instant).date())


# --- rows of cases and of clocks -----------------------------------------------------------------------
# Without templates: a page has up to a hundred rows, and a template for each took half of its time.

_CELL = '<td data-label="{}">{}</td>\n'
_TAG = '<span class="hq-tag hq-tag-{}">{}</span>'
_BELOW = '<br><span class="hq-soft hq-small">{}</span>'


@register.simple_tag
def case_cells(row: Row, back: str = "") -> SafeString:
    """The case with its marks, its state, its end and who has it; `back` is where its page leads back to."""
    case = row.case
    holder = case.lead or case.desk
    cells = (
        (_("诉求"), _matter(row, back)),
        (
            _("状态"),
            _tag(row.look.tone, format_html("{}{}", icon(row.look.icon), row.look.label), row.ending),
        ),
        (_("期限"), _tag(row.due.tone, worded(row.due.words), row.stage) if row.due else "—"),
        (_("谁在办"), format_html("{}{}", holder.name, _below(case.handler and case.handler.name))),
    )
    return format_html_join("", _CELL, cells)


@register.simple_tag
def late_rows(rows: Iterable[Late], names_unit: bool) -> SafeString:
    """Clocks that are over, each with its case; with the unit where they are not listed under it."""
    lines = format_html_join("", "{}", ((_late(row.clock, row.words, names_unit),) for row in rows))
    return format_html('<ul class="hq-rows">{}</ul>', lines)


def _late(clock: Clock, words: Message, names_unit: bool) -> SafeString:
    case = clock.case
    over = format_html(_TAG, "danger", f"{clock.get_stage_display()} {worded(words)}")
    about = [case.spoken_number]
    about += [clock.unit.name] if names_unit else []
    about += [_("已督办")] if case.supervised_at else []
    return format_html(
        '<li><div class="hq-rows-head"><h3><a href="{}">{}</a></h3>{}</div>'
        '<p class="hq-soft hq-small">{}</p></li>',
        reverse("cases:case", args=[case.public_id]),
        case.title,
        over,
        " · ".join(about),
    )


def _matter(row: Row, back: str) -> SafeString:
    case = row.case
    url = reverse("cases:case", args=[case.public_id]) + (f"?next={quote(back)}" if back else "")
    marks = format_html_join("", " " + _TAG, ((tone, worded(mark)) for tone, mark in row.marks))
    where = format_html_join("", " · {}", ((each,) for each in (row.firm, row.county, row.topic) if each))
    number = format_html('<span class="hq-code">{}</span>{}', case.spoken_number, where)
    return format_html('<a href="{}">{}</a>{}{}', url, row.title, marks, _below(number))


def _tag(tone: str, words: Any, below: Any) -> SafeString:
    return format_html("{}{}", format_html(_TAG, tone, words), _below(below))


def _below(words: Any) -> SafeString | str:
    return format_html(_BELOW, words) if words else ""


@register.filter
def item_title(definition: ItemDefinition) -> str:
    """The title of a service item: its English one for an English reader, where it has one."""
    if definition.title_en and not is_chinese():
        return definition.title_en
    return chinese(definition.title)
