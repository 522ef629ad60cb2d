"""The boxes of a questionnaire's pages: which control asks which kind of question."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from huiqi.core.fields import AheadSelect, DateInput
from huiqi.core.language import worded
from huiqi.files.uploads import EVERY_KIND, UploadKind, accept_attribute, limits_text
from huiqi.questionnaires.xform.definition import Kind
from huiqi.questionnaires.xform.pages import QuestionView

# More options than these are looked for by typing instead of read one by one.
MOST_RADIOS = 12
# Options of so few letters stand side by side, in twos on a phone.
SHORT = 6
FILES = frozenset({Kind.IMAGE, Kind.FILE})
_SIDE_BY_SIDE = frozenset(
    {"likert", "horizontal", "horizontal-compact", "list-nolabel", "columns", "columns-pack", "rating"}
    | {f"columns-{number}" for number in (2, 3, 4)}
)


class RankInput(forms.Widget):
    """One select for each rank; posts `name_0`, `name_1` …"""

    hq_kind = "rank"

    def __init__(self, choices: list[tuple[str, str]]) -> None:
        super().__init__()
        self.choices = choices

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """A numbered list of selects, each with its own label."""
        given = value if isinstance(value, list) else str(value or "").split()
        base = (attrs or {}).get("id", name)
        lines = []
        for at in range(len(self.choices)):
            chosen = given[at] if at < len(given) else ""
            box = forms.Select({"class": "hq-select", "id": f"{base}_{at}"}, self._options())
            drawn = box.render(f"{name}_{at}", chosen, renderer=renderer)
            lines.append((f"{base}_{at}", _("第%(number)s位") % {"number": at + 1}, drawn))
        rows = format_html_join("", '<li><label for="{}">{}</label>{}</li>', lines)
        return format_html('<ol class="hq-flat hq-rank">{}</ol>', rows)

    def _options(self) -> list[tuple[str, str]]:
        return [("", _("请选择")), *self.choices]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        """The names in the order of their ranks."""
        return [data.get(f"{name}_{at}", "") for at in range(len(self.choices))]


class PointInput(forms.TextInput):
    """Latitude and longitude, typed or asked of the telephone where script runs."""

    hq_kind = "point"


def make_field(view: QuestionView) -> forms.Field:
    """The field of a question. It judges nothing: what is right is said by the session."""
    field = _MADE.get(view.kind, _text)(view)
    field.required = False
    field.label = view.label or view.name
    field.initial = field.initial if field.initial is not None else view.value
    hints = [view.hint, str(field.help_text or "")]
    field.help_text = "　".join(hint for hint in hints if hint)
    return field


def layout_of(view: QuestionView) -> str:
    """ "row" when options stand side by side."""
    if view.range is not None or view.appearance & _SIDE_BY_SIDE:
        return "row"
    is_short = all(len(one.label) <= SHORT for one in view.choices)
    return "row" if "quickcompact" in view.appearance and is_short else ""


def _text(view: QuestionView) -> forms.Field:
    rows = view.rows or (4 if "multiline" in view.appearance else 0)
    attrs = {"inputmode": "url"} if "url" in view.appearance else {}
    if view.appearance & {"numbers", "thousands-sep"}:
        attrs = {"inputmode": "numeric"}
    widget = forms.Textarea({"rows": rows}) if rows else forms.TextInput(attrs)
    return forms.CharField(widget=widget, strip=False)


def _number(view: QuestionView) -> forms.Field:
    keyboard = "decimal" if view.kind is Kind.DECIMAL else "numeric"
    widget = forms.TextInput({"inputmode": keyboard, "autocomplete": "off", "class": "hq-input-number"})
    return forms.CharField(widget=widget)


def _choice(view: QuestionView) -> forms.Field:
    choices = [(one.value, one.label) for one in view.choices]
    looks = view.appearance & {"minimal", "autocomplete", "search"}
    if looks or len(choices) > MOST_RADIOS:
        return forms.CharField(widget=_ahead([("", _("请选择")), *choices]))
    return forms.CharField(widget=forms.RadioSelect(choices=choices))


def _ahead(choices: list[tuple[str, str]]) -> AheadSelect:
    widget = AheadSelect()
    widget.choices = choices
    return widget


def _choices(view: QuestionView) -> forms.Field:
    choices = [(one.value, one.label) for one in view.choices]
    return forms.Field(widget=forms.CheckboxSelectMultiple(choices=choices), initial=list(view.chosen))


def _rank(view: QuestionView) -> forms.Field:
    widget = RankInput([(one.value, one.label) for one in view.choices])
    return forms.Field(widget=widget, help_text=_("按从先到后的顺序选。"), initial=list(view.chosen))


def _scale(view: QuestionView) -> forms.Field:
    assert view.range is not None
    scale = view.range
    steps = round((scale.end - scale.start) / scale.step)
    if steps >= MOST_RADIOS:
        said = _("%(start)s到%(end)s之间的数字") % {"start": f"{scale.start:g}", "end": f"{scale.end:g}"}
        field = _number(view)
        field.help_text = said
        return field
    marks = [f"{scale.start + number * scale.step:g}" for number in range(steps + 1)]
    return forms.CharField(widget=forms.RadioSelect(choices=[(mark, mark) for mark in marks]))


def _tick(view: QuestionView) -> forms.Field:
    return forms.BooleanField(initial=view.value == "OK")


def _clock(view: QuestionView) -> forms.Field:
    kind, length = ("time", 5) if view.kind is Kind.TIME else ("datetime-local", 16)
    return forms.CharField(widget=forms.TextInput({"type": kind}), initial=view.value[:length])


def _point(_view: QuestionView) -> forms.Field:
    keyboard = {"inputmode": "text", "autocomplete": "off"}
    return forms.CharField(widget=PointInput(keyboard), help_text=_("纬度 经度，如 28.2282 112.9388。"))


def kinds_of(view: QuestionView) -> tuple[UploadKind, ...]:
    """What may be uploaded as an answer."""
    return (UploadKind.JPEG, UploadKind.PNG) if view.kind is Kind.IMAGE else EVERY_KIND


def _upload(view: QuestionView) -> forms.Field:
    kinds = kinds_of(view)
    widget = forms.FileInput({"accept": accept_attribute(kinds), "data-hq-file": ""})
    return forms.FileField(widget=widget, help_text=worded(limits_text(kinds)))


_MADE: Mapping[Kind, Callable[[QuestionView], forms.Field]] = {
    Kind.INTEGER: _number,
    Kind.DECIMAL: _number,
    Kind.DATE: lambda _view: forms.CharField(widget=DateInput()),
    Kind.TIME: _clock,
    Kind.DATETIME: _clock,
    Kind.SELECT_ONE: _choice,
    Kind.SELECT_MULTIPLE: _choices,
    Kind.RANK: _rank,
    Kind.RANGE: _scale,
    Kind.ACKNOWLEDGE: _tick,
    Kind.GEOPOINT: _point,
    Kind.IMAGE: _upload,
    Kind.FILE: _upload,
}
