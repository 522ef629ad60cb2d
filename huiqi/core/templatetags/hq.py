"""Tags and filters of every page: `{% load hq %}`. Seen at /gallery/, listed in templates/README.md."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.forms import (
    BaseForm,
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    Field,
    RadioSelect,
    Select,
    Textarea,
)
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.core import language
from huiqi.core.messages import Message

register = template.Library()


@dataclass(frozen=True)
class Word:
    """One word of a fixed vocabulary, always shown with its icon and colour."""

    text: Any
    icon: str
    tone: str


# At most nine words (no synonyms): whoever adds one must drop one.
STATUS_WORDS = {
    "eligible": Word(gettext_lazy("可享"), "circle-check", "ok"),
    "near": Word(gettext_lazy("差一点"), "target-arrow", "near"),
    "unknown": Word(gettext_lazy("待认定"), "help-circle", "wait"),
    "ineligible": Word(gettext_lazy("不适用"), "circle-minus", "no"),
    "not_in_force": Word(gettext_lazy("不在有效期"), "calendar-off", "later"),
    "ended": Word(gettext_lazy("已截止"), "clock", "no"),
    "open": Word(gettext_lazy("待补充"), "hourglass", "near"),
    "live": Word(gettext_lazy("有效"), "check", "ok"),
    "draft": Word(gettext_lazy("草稿"), "pencil", "draft"),
}
NATURE_WORDS = {
    "cash": Word(gettext_lazy("现金"), "cash", "quiet"),
    "saving": Word(gettext_lazy("减免"), "receipt-tax", "quiet"),
    "deferral": Word(gettext_lazy("缓缴"), "calendar-time", "quiet"),
    "credit": Word(gettext_lazy("授信"), "building-bank", "quiet"),
    "status": Word(gettext_lazy("资质"), "certificate", "quiet"),
    "service": Word(gettext_lazy("服务"), "users", "quiet"),
    "rule": Word(gettext_lazy("规则"), "scale", "quiet"),
}
RESULT_WORDS = {
    True: Word(gettext_lazy("通过"), "check", "ok"),
    False: Word(gettext_lazy("不通过"), "x", "danger"),
    None: Word(gettext_lazy("缺数据"), "circle-dashed", "wait"),
}


@cache
def _sprite() -> str:
    # Asked hundreds of times a page; the name of a built file does not change while a process lives.
    return static("icons.svg")


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite (assets/icons.txt); hidden from screen readers unless it has a label."""
    if label:
        html = '<svg class="hq-icon" role="img" aria-label="{}"><use href="{}#{}"></use></svg>'
        return format_html(html, label, _sprite(), name)
    return _plain_icon(name)


@cache
def _plain_icon(name: str) -> SafeString:
    html = '<svg class="hq-icon" aria-hidden="true"><use href="{}#{}"></use></svg>'
    return format_html(html, _sprite(), name)


@register.simple_tag
def safe_static(name: str) -> str:
    """The address of a built file, also when the list of built files is missing: for the error page."""
    try:
        return static(name)
    except ValueError:
        return f"{settings.STATIC_URL}{name}"


# --- tags of fixed words --------------------------------------------------------------------------
def _tag(word: Word) -> SafeString:
    # Without a template: a result page draws hundreds of them.
    html = '<span class="hq-tag hq-tag-{}">{}{}</span>'
    return format_html(html, word.tone, icon(word.icon), word.text)


@register.simple_tag
def status_tag(status: str) -> SafeString:
    """A status: eligible near unknown ineligible not_in_force ended open live draft."""
    return _tag(STATUS_WORDS[status])


@register.simple_tag
def nature_tag(nature: str) -> SafeString:
    """The nature of a benefit: cash saving deferral credit status service rule."""
    return _tag(NATURE_WORDS[nature])


@register.simple_tag
def result_tag(result: bool | None) -> SafeString:
    """The result of one condition: True, False or None."""
    return _tag(RESULT_WORDS[result])


@register.inclusion_tag("core/part/assurance.html")
def assurance(level: str, authority: str, status: str = "eligible") -> dict[str, Any]:
    """How far a verdict can be relied on. `level`: listed, confirmed or claimed."""
    sentences = {
        "listed": _("已在%(authority)s的名单中，可以直接享受。"),
        "confirmed": _("依据已核实的数据得出，由%(authority)s认定。"),
        "claimed": _("依据您填写的数据得出，以%(authority)s认定为准。"),
    }
    heads = {"listed": _("名单已认定"), "confirmed": _("数据已核实"), "claimed": _("初步符合")}
    head = heads[level] if status == "eligible" else _("初步判断")
    sentence = sentences[level if status == "eligible" or level != "listed" else "confirmed"]
    return {"head": head, "sentence": sentence % {"authority": authority}, "is_firm": level != "claimed"}


# --- forms ----------------------------------------------------------------------------------------
def _kind(bound: BoundField) -> str:
    widget = bound.field.widget
    kind = getattr(widget, "hq_kind", "")
    if kind:
        return str(kind)
    # CheckboxSelectMultiple is a RadioSelect to Python, so it is asked first.
    pairs = [(CheckboxSelectMultiple, "ticks"), (RadioSelect, "radios"), (CheckboxInput, "tick")]
    pairs += [(Select, "select"), (Textarea, "textarea")]
    return next((name for cls, name in pairs if isinstance(widget, cls)), "text")


CLASS_OF_KIND = {
    "unit": "hq-input hq-input-number",
    "date": "hq-input hq-input-date",
    "creditcode": "hq-input hq-input-code",
    "select": "hq-select",
    "textarea": "hq-textarea",
    "ahead": "hq-input",
}

TEMPLATE_OF_KIND = {
    "radios": "core/field/choices.html",
    "ticks": "core/field/choices.html",
    "tick": "core/field/tick.html",
    "money": "core/field/money.html",
    "unit": "core/field/unit.html",
    "creditcode": "core/field/creditcode.html",
    "point": "core/field/point.html",
}
# Several controls under one legend.
GROUPS = frozenset({"radios", "ticks", "rank"})


@dataclass(frozen=True)
class Option:
    """One radio button or tick box."""

    id: str
    name: str
    value: str
    label: str
    is_chosen: bool
    hint: str
    input_type: str


def _options(bound: BoundField) -> list[Option]:
    """The choices of a field; its widget's `hq_hints` may add a line under each, by value."""
    hints = getattr(bound.field.widget, "hq_hints", {})
    made = [sub.data for sub in bound.subwidgets]
    return [
        Option(
            row["attrs"].get("id", ""),
            row["name"],
            str(row["value"]),
            str(row["label"]),
            row["selected"],
            hints.get(str(row["value"]), ""),
            row["type"],
        )
        for row in made
    ]


def control_id(bound: BoundField) -> str:
    """The id of the control that takes the focus when the field is at fault."""
    many = _kind(bound) in {*GROUPS, "money"}
    return f"{bound.auto_id}_0" if many else str(bound.auto_id)


def _described_by(bound: BoundField, why: str) -> str:
    parts = [("_why", bool(why)), ("_helptext", bool(bound.help_text)), ("_error", bool(bound.errors))]
    return " ".join(f"{bound.auto_id}{suffix}" for suffix, present in parts if present)


def _control_attrs(bound: BoundField, kind: str, described_by: str) -> dict[str, Any]:
    if kind == "tick":
        return {"aria-describedby": described_by} if described_by else {}
    css = "hq-select" if kind == "ahead" and isinstance(bound.field.widget, Select) else ""
    attrs: dict[str, Any] = {"class": css or CLASS_OF_KIND.get(kind, "hq-input")}
    if described_by:
        attrs["aria-describedby"] = described_by
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return attrs


def _money_controls(bound: BoundField, attrs: dict[str, Any]) -> dict[str, Any]:
    widget: Any = bound.field.widget
    value = bound.value()
    amount, unit = value if isinstance(value, list) else widget.decompress(value)
    named = {**attrs, "id": control_id(bound), "class": "hq-input hq-input-number"}
    unit_attrs = {"id": f"{bound.auto_id}_1", "class": "hq-select", "aria-label": _("%s的单位") % bound.label}
    if bound.field.required and bound.form.use_required_attribute:
        named["required"] = True
    return {
        "amount": widget.widgets[0].render(bound.html_name, amount, named),
        "unit": widget.widgets[1].render(f"{bound.html_name}_unit", unit or "wan", unit_attrs),
        "last": getattr(bound.field, "last", None) or 0,
    }


def _error_texts(bound: BoundField) -> list[str]:
    """The errors of a field; Django's bare 'required' becomes a sentence that says what to do."""
    bare = str(Field.default_error_messages["required"])
    is_choice = _kind(bound) in {*GROUPS, "select", "ahead"}
    missing = (_("请选择“%s”。") if is_choice else _("请填写“%s”。")) % bound.label
    if _kind(bound) == "tick":
        missing = _("请勾选“%s”后再继续。") % bound.label
    return [missing if str(text) == bare else str(text) for text in bound.errors]


@register.inclusion_tag("core/field/field.html")
def field(
    bound: BoundField, big: bool = False, why: str = "", layout: str = "", mark_optional: bool = True
) -> dict[str, Any]:
    """One form field: label, hint, error and control, wired for screen readers.

    `big`: the field is the page's question, so its label is the page's h1. `why`: why we ask (personal
    items). `layout`: "row" puts choices side by side, "plain" draws them without frames.
    """
    kind = _kind(bound)
    described_by = _described_by(bound, why)
    attrs = _control_attrs(bound, kind, described_by)
    context: dict[str, Any] = {
        "bound": bound,
        "errors": _error_texts(bound),
        "kind": kind,
        "template": TEMPLATE_OF_KIND.get(kind, "core/field/plain.html"),
        "is_group": kind in GROUPS,
        "control_id": control_id(bound),
        "described_by": described_by,
        "big": big,
        "why": why,
        "layout": layout,
        "is_optional": mark_optional and not bound.field.required,
        "unit_text": getattr(bound.field.widget, "unit", ""),
    }
    if kind == "money":
        context |= _money_controls(bound, attrs)
    elif kind in {"radios", "ticks"}:
        context["options"] = _options(bound)
    else:
        context["control"] = bound.as_widget(attrs=attrs)
    return context


def _with_label(bound: BoundField, text: str) -> str:
    return (
        text if str(bound.label) in text else _("%(label)s：%(text)s") % {"label": bound.label, "text": text}
    )


@register.inclusion_tag("core/part/errors.html")
def error_summary(*forms: BaseForm) -> dict[str, Any]:
    """The list of everything wrong, on top of the page; takes the focus where script runs."""
    lines = []
    for form in forms:
        lines += [(str(text), "") for text in form.non_field_errors()]
        for bound in form:
            lines += [(_with_label(bound, text), control_id(bound)) for text in _error_texts(bound)]
    return {"lines": lines}


@register.simple_tag
def error_prefix(*forms: BaseForm) -> str:
    """`错误：` for the page's title when a form has errors, so that a screen reader says it first."""
    return _("错误：") if any(form.errors for form in forms) else ""


# --- parts of pages -------------------------------------------------------------------------------
@register.inclusion_tag("core/part/progress.html")
def progress(current: int, total: int, minutes: int = 0, by_page: bool = False) -> dict[str, Any]:
    """`第3题/共7题 · 约2分钟` with one mark per question, or page; `minutes` is what is left."""
    steps = range(1, total + 1)
    return {"current": current, "total": total, "minutes": minutes, "steps": steps, "by_page": by_page}


@register.inclusion_tag("core/part/breadcrumbs.html")
def breadcrumbs(items: list[tuple[str, str]]) -> dict[str, Any]:
    """The way here: (label, address) each; the last one is the page itself, with an empty address."""
    return {"items": items}


@dataclass(frozen=True)
class TimelineItem:
    """One point of a timeline; `when` is a date or the words to show instead."""

    title: str
    when: Any = ""
    text: str = ""
    status: str = ""
    is_current: bool = False
    url: str = ""


@register.inclusion_tag("core/part/timeline.html")
def timeline(items: list[dict[str, Any]]) -> dict[str, Any]:
    """Editions or steps of handling: dicts with the fields of TimelineItem, in the order shown."""
    return {"items": [TimelineItem(**item) for item in items]}


@register.inclusion_tag("core/part/facts.html")
def facts(items: list[tuple[Any, ...]]) -> dict[str, Any]:
    """A list of (label, value) or (label, value, address of 更改)."""
    return {"items": [(item[0], item[1], item[2] if len(item) > 2 else "") for item in items]}


@register.inclusion_tag("core/part/note.html")
def note(text: str, tone: str = "wait") -> dict[str, Any]:
    """A sentence set apart. `tone`: wait (information), ok, near (careful), danger."""
    icons = {"wait": "info-circle", "ok": "circle-check"}
    return {"text": text, "tone": tone, "icon_name": icons.get(tone, "alert-triangle")}


@register.inclusion_tag("core/part/empty.html")
def empty(
    title: str, text: str, link_label: str = "", link_url: str = "", icon_name: str = "inbox"
) -> dict[str, Any]:
    """An empty list: why it is empty, and what to do next."""
    link = {"link_label": link_label, "link_url": link_url}
    return {"title": title, "text": text, "icon_name": icon_name, **link}


@register.inclusion_tag("core/part/print.html")
def print_button() -> dict[str, Any]:
    """Prints the page; shown only where script runs."""
    return {}


@register.inclusion_tag("core/part/copy.html")
def copy_link(url: str = "", label: str = "") -> dict[str, Any]:
    """Copies an address (the page's own by default); shown only where script runs."""
    return {"url": url, "label": label or _("复制链接")}


@register.inclusion_tag("core/part/chips.html")
def active_filters(chips: list[tuple[str, str]], clear_url: str) -> dict[str, Any]:
    """The filters in force as (words, address without this one), and a way to drop all."""
    return {"chips": chips, "clear_url": clear_url}


def _page_url(request: HttpRequest, number: int, parameter: str) -> str:
    kept = [(key, value) for key, values in request.GET.lists() if key != parameter for value in values]
    return "?" + urlencode([*kept, (parameter, number)] if number > 1 else kept)


@register.inclusion_tag("core/part/pages.html", takes_context=True)
def pagination(
    context: template.Context, page: Page[Any], unit: str = "", parameter: str = "page", capped: bool = False
) -> dict[str, Any]:
    """Links to the other pages; filters in the address are kept. `unit` counts the rows (项 by default).

    `capped`: there are more rows than are listed, so that their number is not the whole.
    """
    request: HttpRequest = context["request"]
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    links = [(n, _page_url(request, n, parameter) if isinstance(n, int) else "") for n in numbers]
    return {
        "page": page,
        "links": links,
        "before": _page_url(request, page.number - 1, parameter) if page.has_previous() else "",
        "after": _page_url(request, page.number + 1, parameter) if page.has_next() else "",
        "unit": unit or _("项"),
        "capped": capped,
    }


# --- numbers and dates in words -------------------------------------------------------------------
@register.filter
def yuan(fen: int | None) -> str:
    """`1,280,000元`; `—` for None."""
    return "—" if fen is None else language.yuan_words(fen)


@register.filter
def wan(fen: int | None) -> str:
    """`128万元`; `—` for None. In English the whole amount, which has no word for 万."""
    return "—" if fen is None else language.wan_words(fen)


@register.filter(expects_localtime=True)
def date_zh(day: date | None) -> str:
    """`2020年2月9日`, of an instant its day in the site's zone; `—` for None."""
    return "—" if day is None else language.day_words(day)


@register.filter
def moment_zh(instant: datetime | None) -> str:
    """`2020年2月4日 10:21` in the site's time; `—` for None."""
    if instant is None:
        return "—"
    local = timezone.localtime(instant)
    return f"{language.day_words(local.date())} {local:%H:%M}"


@register.filter
def listed(items: Iterable[object]) -> str:
    """Words in a row: `甲、乙`, in English `A, B`."""
    return language.listed(items)


@register.filter
def series(items: Iterable[object]) -> str:
    """Phrases in a row: `甲；乙`, in English `A; B`."""
    return language.series(items)


@register.simple_tag
def gap() -> str:
    """The space between two parts of a line: full width in Chinese."""
    return language.gap()


@register.filter
def zh(text: str) -> str:
    """Text of the law or of the engine, which is Chinese: marked so on a page in another language."""
    return language.chinese(text)


@register.filter
def worded(said: Message | str) -> str:
    """A message of pure code, or a stored sentence, in the reader's language."""
    return language.worded(said)


@register.filter
def summary_words(result: dict[str, Any]) -> str:
    """The summary of a job's result in the reader's language."""
    said = result.get("said")
    return language.worded(Message(said["template"], said["values"]) if said else result["summary"])


@register.filter
def percent(ratio: Fraction | Decimal | str | int | None) -> str:
    """`5.5%`, one decimal, half up, exact; ratios come as Fraction, Decimal or text like "11/200"."""
    if ratio is None:
        return "—"
    tenths = (Fraction(ratio) * 1000 * 2 + 1) // 2
    return f"{'-' if tenths < 0 else ''}{abs(tenths) // 10}.{abs(tenths) % 10}%"
