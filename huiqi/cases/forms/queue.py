"""Filters of the list of cases, the name of a saved view, acts on many rows."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.accounts.models import User
from huiqi.cases.forms.acts import UnitField
from huiqi.cases.queries.queue import Wanted, is_phone
from huiqi.cases.queries.rows import item_names
from huiqi.cases.workflow import Channel, State, Urgency
from huiqi.core.fields import AheadInput, AheadSelect
from huiqi.reference.models import Division
from huiqi.reference.queries import code_tables

LONGEST_WORDS = 60
LONGEST_QUERY = 800
_ANY = gettext_lazy("不限")


def _choices(choices: Any) -> list[tuple[Any, Any]]:
    return [("", _ANY), *choices]


def _places() -> list[tuple[str, str]]:
    """The present prefectures, then the present counties, from the tables kept in memory."""
    rows = sorted((row for row in code_tables().divisions.values() if row.valid_to is None), key=_by_code)
    levels = (Division.Level.PREFECTURE, Division.Level.COUNTY)
    return [(row.code, row.name) for level in levels for row in rows if row.level == level]


def _by_code(row: Division) -> str:
    return row.code


class QueueForm(forms.Form):
    """The filters of the address; one in error filters nothing."""

    q = forms.CharField(required=False, max_length=LONGEST_WORDS)
    matter = forms.ChoiceField(label=gettext_lazy("事项和主题"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("状态"), required=False, choices=_choices(State.choices))
    due = forms.ChoiceField(
        label=gettext_lazy("到期"),
        required=False,
        choices=_choices(
            [
                ("late", gettext_lazy("已逾期")),
                ("today", gettext_lazy("今天到期")),
                ("three", gettext_lazy("三天内到期")),
            ]
        ),
    )
    region = forms.ChoiceField(label=gettext_lazy("地区"), required=False)
    lead = UnitField(label=gettext_lazy("主办单位"), required=False)
    urgency = forms.ChoiceField(
        label=gettext_lazy("紧急程度"), required=False, choices=_choices(Urgency.choices)
    )
    channel = forms.ChoiceField(label=gettext_lazy("渠道"), required=False, choices=_choices(Channel.choices))
    ended = forms.ChoiceField(
        label=gettext_lazy("办结"),
        required=False,
        choices=_choices(
            [
                ("open", gettext_lazy("没有办结的")),
                ("ended", gettext_lazy("已办结的")),
                ("excluded", gettext_lazy("已剔除的")),
            ]
        ),
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data, auto_id="f-%s")
        self.names = item_names()
        self.fields["lead"].widget = AheadInput(reverse("cases:unit_names"))
        self._choose("matter", self._matters())
        places = _places()
        self.fields["region"].widget = AheadSelect()
        self._choose("region", places)

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  the class says so
        field.choices = _choices(choices)

    def _matters(self) -> list[Any]:
        """Items, each with its topics: `request` or `request/labour`."""
        found = []
        for item, name in self.names.items():
            topics = [(f"{item}/{key}", title) for key, title in name.topics.items()]
            found.append((name.title, [(item, _("%s（全部）") % name.title), *topics]))
        return found

    def wanted(self) -> Wanted:
        """The filters that are valid."""
        given = getattr(self, "cleaned_data", {})
        item, _slash, topic = str(given.get("matter", "")).partition("/")
        words = str(given.get("q", "")).strip()
        plain = {
            name: given.get(name, "") for name in ("region", "state", "urgency", "channel", "due", "ended")
        }
        return Wanted(
            item=item, topic=topic, lead=given.get("lead"), words="" if is_phone(words) else words, **plain
        )

    def chosen(self) -> list[tuple[str, str]]:
        """(field, its words) of every filter in force."""
        found = []
        for name in ("matter", "state", "due", "region", "lead", "urgency", "channel", "ended"):
            value = getattr(self, "cleaned_data", {}).get(name)
            if value:
                found.append((name, self._words(name, value)))
        return found

    def _words(self, name: str, value: Any) -> str:
        field = self.fields[name]
        if name == "matter":
            item, _slash, topic = str(value).partition("/")
            title = self.names[item]
            return f"{title.title} · {title.topics[topic]}" if topic else title.title
        if isinstance(field, forms.ChoiceField):
            choices: Any = field.choices
            return str(dict(choices)[value])
        return f"{field.label}：{value.name}"


class BulkForm(forms.Form):
    """One act on the rows ticked."""

    do = forms.ChoiceField(
        label=gettext_lazy("对所选"),
        choices=[
            ("sign", gettext_lazy("签收")),
            ("take_on", gettext_lazy("认领")),
            ("hand_on", gettext_lazy("转交同事")),
            ("classify", gettext_lazy("调整紧急程度")),
            ("accept", gettext_lazy("受理")),
        ],
    )
    colleague = forms.ChoiceField(label=gettext_lazy("转给"), required=False)
    urgency = forms.ChoiceField(
        label=gettext_lazy("紧急程度"), required=False, choices=_choices(Urgency.choices)
    )

    def __init__(self, data: Any, *, colleagues: list[User], dispatches: bool, handles: bool) -> None:
        super().__init__(data, auto_id="bulk-%s")
        self.people = {person.public_id: person for person in colleagues}
        field = self.fields["do"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  the class says so
        allowed = {"sign", "take_on"} if handles else set()
        allowed |= {"hand_on"} if colleagues else set()
        allowed |= {"classify", "accept"} if dispatches else set()
        choices: Any = field.choices
        field.choices = [each for each in choices if each[0] in allowed]
        self._fill("colleague", [(key, person.name) for key, person in self.people.items()])

    def _fill(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  the class says so
        field.choices = _choices(choices)

    def clean(self) -> dict[str, Any]:
        """What the act chosen needs."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("do") == "hand_on" and not given.get("colleague"):
            raise ValidationError(_("请选择转给哪位同事。"))
        if given.get("do") == "classify" and not given.get("urgency"):
            raise ValidationError(_("请选择紧急程度。"))
        return given


class ViewForm(forms.Form):
    """A name for the filters in force."""

    name = forms.CharField(label=gettext_lazy("给当前条件起个名字"), max_length=30)


class ExportForm(forms.Form):
    """What a file is for; it stands in its first line."""

    purpose = forms.CharField(label=gettext_lazy("导出用途"), max_length=60)
