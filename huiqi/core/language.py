"""Dates, amounts, lists and messages in the reader's language. What the law says stays Chinese."""

from collections.abc import Callable, Iterable
from datetime import date
from html import unescape

from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huiqi.core.dates import format_date_zh
from huiqi.core.messages import Listed, Message
from huiqi.core.money import Sum, format_wan, format_yuan


def is_chinese() -> bool:
    """Whether the reader reads Chinese; so outside a request."""
    return (get_language() or "zh").startswith("zh")


def day_words(day: date) -> str:
    """`2020年2月9日` or `9 February 2020`."""
    return format_date_zh(day) if is_chinese() else date_format(day, "j F Y")


def month_words(day: date) -> str:
    """`2020年2月` or `February 2020`."""
    return f"{day.year}年{day.month}月" if is_chinese() else date_format(day, "F Y")


def year_words(day: date) -> str:
    """`2020年` or `2020`."""
    return f"{day.year}年" if is_chinese() else str(day.year)


def yuan_words(fen: int) -> str:
    """`1,280,000元` or `CNY 1,280,000`."""
    return format_yuan(fen) if is_chinese() else f"CNY {format_yuan(fen).removesuffix('元')}"


def wan_words(fen: int) -> str:
    """`128万元`; in English the whole amount, which has no word for 万."""
    return format_wan(fen) if is_chinese() else yuan_words(fen)


def listed(items: Iterable[object]) -> str:
    """Words in a row: `甲、乙` or `A, B`."""
    return _in_a_row("、" if is_chinese() else ", ", items)


def series(items: Iterable[object]) -> str:
    """Phrases in a row: `甲；乙` or `A; B`."""
    return _in_a_row("；" if is_chinese() else "; ", items)


def _in_a_row(between: str, items: Iterable[object]) -> str:
    parts = [item if isinstance(item, str) else str(item) for item in items]
    if any(isinstance(part, SafeString) for part in parts):
        return mark_safe(between.join(conditional_escape(part) for part in parts))  # noqa: S308
    return between.join(parts)


def gap() -> str:
    """What stands between two parts of a line."""
    return "　" if is_chinese() else "\u2003"


def chinese(text: str) -> str:
    """A Chinese text to be put into a page: marked as Chinese where the page is in another language."""
    return text if is_chinese() else format_html('<span lang="zh-CN">{}</span>', text)


def joined(template: str, **values: str) -> str:
    """`template` with its values: as HTML when one of them is (marked by `chinese`), else as plain text."""
    if any(isinstance(value, SafeString) for value in values.values()):
        return mark_safe(conditional_escape(template) % {k: conditional_escape(v) for k, v in values.items()})  # noqa: S308
    return template % values


def bare(text: str) -> str:
    """`text` without the marks of `chinese`, for places that are not HTML."""
    return unescape(strip_tags(text)) if isinstance(text, SafeString) else text


def spelled(value: object) -> object:
    """A message's value in the reader's language."""
    if isinstance(value, Message):
        return worded(value)
    if isinstance(value, Sum):
        return wan_words(value.fen)
    return value


def worded(said: Message | str, spell: Callable[[object], object] = spelled) -> str:
    """A message, or a fixed sentence, in the reader's language; `spell` words the values."""
    if not isinstance(said, Message):
        return _(said) if said else ""
    values = {name: _spelled(value, spell) for name, value in said.values.items()}
    return _(said.template) % values


def _spelled(value: object, spell: Callable[[object], object]) -> object:
    if isinstance(value, Listed):
        return listed(spell(part) for part in value)
    return series(spell(part) for part in value) if isinstance(value, tuple) else spell(value)
