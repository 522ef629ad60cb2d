"""One page of a questionnaire as a form of the site: drawn, and read back as answers by path.

The form judges nothing but files: what is right is said by the session (`problems`), once for pages and for
submissions. What was typed comes back as it was typed.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from huiqi.core.dates import parse_date
from huiqi.core.errors import Refused
from huiqi.core.fields import AheadSelect, DateInput
from huiqi.core.language import worded
from huiqi.files.fields import UploadField
from huiqi.files.uploads import EVERY_KIND, UploadKind
from huiqi.questionnaires.xform.checking import Violation
from huiqi.questionnaires.xform.definition import Kind
from huiqi.questionnaires.xform.pages import Page, QuestionView

# More options than these are looked for by typing instead of read one by one.
MOST_RADIOS = 12
_IMAGES = (UploadKind.JPEG, UploadKind.PNG)
FILES = frozenset({Kind.IMAGE, Kind.FILE})
_PUNCTUATION = re.compile(r"[\s,，]")


class RankInput(forms.MultiWidget):
    """One select for each rank; posts `name_0`, `name_1` …"""

    def __init__(self, choices: list[tuple[str, str]]) -> None:
        blank = ("", _("请选择"))
        super().__init__([forms.Select({"class": "hq-select"}, [blank, *choices]) for _choice in choices])

    def decompress(self, value: str | None) -> list[str]:
        """The names in their order."""
        return (value or "").split()


class PageForm(forms.Form):
    """The questions of one page. `values()` gives what the session takes."""

    def __init__(self, page: Page, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, auto_id="q-%s")
        self.page = page
        self.asked: dict[str, QuestionView] = {}
        for view in page.questions:
            if view.is_asked and not view.is_head:
                name = field_name(view.path)
                self.asked[name] = view
                self.fields[name] = _field(view)

    def entries(self) -> list[tuple[Any, Any]]:
        """What the page shows in order: (heading, note or question, its bound field or None)."""
        names = {view.path: name for name, view in self.asked.items()}
        found = []
        for entry in self.page.entries:
            name = names.get(entry.path)
            found.append((entry, self[name] if name is not None else None))
        return found

    def values(self) -> dict[str, str]:
        """The answers posted for this page, by path; files are left out."""
        found = {}
        for name, view in self.asked.items():
            if view.kind not in FILES:
                found[view.path] = _posted(view, self[name].data, self.data)
        return found

    def show_problems(self, problems: Iterable[Violation]) -> None:
        """Say what the session found wrong, at the fields."""
        names = {view.path: name for name, view in self.asked.items()}
        self.is_valid()
        for problem in problems:
            name = names.get(problem.path)
            if name is None or name not in self.errors:
                self.add_error(name, worded(problem.said))


def field_name(path: str) -> str:
    """The name of a place in a form: `/data/people[2]/name` → `data-people.2-name`."""
    return path.strip("/").replace("/", "-").replace("[", ".").replace("]", "")


# --- drawing ------------------------------------------------------------------------------------------


def _field(view: QuestionView) -> forms.Field:
    make = _MADE.get(view.kind, _text)
    field = make(view)
    field.required = False
    field.label = view.label or view.name
    field.initial = field.initial if field.initial is not None else view.value
    field.help_text = view.hint or field.help_text
    return field


def _text(view: QuestionView) -> forms.Field:
    rows = view.rows or (4 if "multiline" in view.appearance else 0)
    widget = forms.Textarea({"rows": rows}) if rows else forms.TextInput()
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
    return forms.Field(widget=widget, help_text=_("按从先到后的顺序选。"))


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
    return forms.CharField(help_text=_("纬度 经度，如 28.2282 112.9388"))


def _upload(view: QuestionView) -> forms.Field:
    return UploadField(kinds=_IMAGES if view.kind is Kind.IMAGE else EVERY_KIND)


_MADE: Mapping[Kind, Callable[[QuestionView], forms.Field]] = {
    Kind.INTEGER: _number,
    Kind.DECIMAL: _number,
    Kind.DATE: lambda view: forms.CharField(widget=DateInput()),
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


# --- reading back -------------------------------------------------------------------------------------


def _posted(view: QuestionView, raw: Any, data: Any) -> str:
    if view.kind in {Kind.SELECT_MULTIPLE, Kind.RANK}:
        return " ".join(str(one) for one in raw or [] if one)
    if view.kind is Kind.ACKNOWLEDGE:
        return "OK" if raw else ""
    text = str(raw or "")
    if view.kind in {Kind.INTEGER, Kind.DECIMAL, Kind.RANGE}:
        return _PUNCTUATION.sub("", unicodedata.normalize("NFKC", text))
    if view.kind is Kind.DATE:
        return _day(text)
    if view.kind is Kind.DATETIME:
        return f"{text}:00.000+08:00" if len(text) == 16 else text
    return text


def _day(text: str) -> str:
    """ISO for a day in any usual writing; what is no day stays as it was typed and is told by the session."""
    try:
        return parse_date(text).isoformat() if text.strip() else ""
    except (Refused, ValidationError):
        return text
