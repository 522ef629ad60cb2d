"""`{% figure_cell tally %}`: a number; `{% figure_cells tallies days %}`: the cells of a row of a table.

Without templates: a table has a thousand cells.
"""

from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from huiqi.cases.queries.figure_tables import Days, Share, Tally
from huiqi.core.language import worded

register = template.Library()


@register.simple_tag
def figure_cell(tally: Share | Tally) -> SafeString:
    """A count, or a rate with numerator and denominator; `—` of nothing."""
    if tally.number.counted is None:
        return format_html("{}", tally.counted)
    if tally.percent is None:
        return SafeString("—")
    return format_html('{}% <small class="hq-soft">{}/{}</small>', tally.percent, tally.counted, tally.of)


@register.simple_tag
def figure_cells(tallies: Iterable[Share | Tally], days: Days | None = None) -> SafeString:
    """Table cells, each with its heading for narrow screens, and the median of working days at the end."""
    cells: list[tuple[str, str]] = [(worded(tally.number.label), figure_cell(tally)) for tally in tallies]
    if days is not None:
        cells.append((_("用时中位数（工作日）"), "—" if days.median is None else str(days.median)))
    return format_html_join("", '<td class="hq-right" data-label="{}">{}</td>', cells)
