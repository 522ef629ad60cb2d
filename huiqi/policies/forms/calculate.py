"""The small form on a policy's page: just the facts this policy rests on, judged at once and not stored."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _

from huiqi.core.fields import (
    AheadInput,
    AheadSelect,
    DateField,
    DateInput,
    MoneyInput,
    NamesSelect,
    UnitInput,
)
from huiqi.policies import answers
from huiqi.policies.answers import NO, UNKNOWN, YES
from huiqi.policies.forms.check import PROVINCES, FactField, IndustryField
from huiqi.policies.queries.fact_words import fact_label, option_labels, unit_word
from huiqi.policies.queries.question_book import question_book
from huiqi.reference import queries as reference
from huiqi.rules import ir
from huiqi.rules.catalogue import Catalogue, Fact
from huiqi.rules.policy import Edition, leaves

# Nothing in the rulebook is older or planned further ahead.
FIRST_DAY, LAST_DAY = date(2010, 1, 1), date(2050, 12, 31)


class DatesForm(forms.Form):
    """On which day to judge, and (advanced) as the law was known on which other day."""

    on = DateField(required=False, first=FIRST_DAY, last=LAST_DAY)
    known_on = DateField(required=False, first=FIRST_DAY, last=LAST_DAY)

    def __init__(self, data: Mapping[str, Any] | None, reference_date: date) -> None:
        super().__init__(data, auto_id="d_%s")
        self.reference_date = reference_date
        self.fields["on"].label = _("日期")
        self.fields["on"].widget.attrs["placeholder"] = reference_date.isoformat()
        self.fields["known_on"].label = _("按哪一天已公布的政策")
        self.fields["known_on"].help_text = _("不填就与上面同一天。用来回看：当时还不知道后来的文件。")

    @property
    def on_day(self) -> date:
        """The chosen day, or the site's reference date."""
        return self._chosen("on") or self.reference_date

    @property
    def known_day(self) -> date:
        """The day of knowledge; the same day unless another was chosen."""
        return self._chosen("known_on") or self.on_day

    def _chosen(self, name: str) -> date | None:
        self.is_valid()
        found: date | None = self.cleaned_data.get(name)
        return found


def facts_of(edition: Edition, catalogue: Catalogue) -> list[Fact]:
    """The facts a person could state on which the edition rests, in the catalogue's order."""
    benefit = edition.benefit
    nodes = [leaf.ir for leaf in leaves(edition.conditions)]
    nodes += [part.ir for part in (*benefit.parts, *benefit.alternatives)]
    nodes += [benefit.ir] if benefit.ir is not None else []
    bases = {base for node in nodes for name in ir.fact_names(node) for base in catalogue.base_of[name]}
    return [catalogue.facts[fact_id] for fact_id in catalogue.in_order(bases)]


class CalculateForm(forms.Form):
    """One field per fact; every field may stay empty, which means not known."""

    use_required_attribute = False

    def __init__(self, facts: list[Fact], data: Mapping[str, Any] | None = None) -> None:
        self.facts = facts
        super().__init__(data, auto_id="c_%s")
        for fact in facts:
            self.fields[fact.id] = _field(fact)

    @property
    def own(self) -> list[forms.BoundField]:
        """What the firm itself knows."""
        return [self[fact.id] for fact in self.facts if fact.stated_by == "firm"]

    @property
    def certified(self) -> list[forms.BoundField]:
        """What an authority certifies or lists; the firm fills in what it knows."""
        return [self[fact.id] for fact in self.facts if fact.stated_by != "firm"]

    @property
    def given(self) -> dict[str, Any]:
        """Plain values of what was filled in, for the catalogue to read."""
        return {name: value for name, value in self.cleaned_data.items() if value is not None}

    def clean(self) -> dict[str, Any]:
        """Refuses a form in which nothing was filled in: there is nothing to judge."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and all(value is None for value in cleaned.values()):
            raise ValidationError(_("还没有填任何一项。请至少填一项，不清楚的可以空着。"), code="empty")
        return cleaned


def _field(fact: Fact) -> forms.Field:
    if fact.id == "gb4754":
        source = AheadInput(reverse("reference:industry_options"), {"maxlength": 80})
        return IndustryField(
            fact, label=_("所属行业"), help_text=_("写主要产品或业务，也可以写四位行业代码"), widget=source
        )
    if fact.id == "prefecture":
        return FactField(fact, label=_("所在市州、县市区"), widget=_county_select())
    if fact.id == "province":
        return FactField(fact, label=_("所在省份"), widget=_select(PROVINCES.items()))
    prompt = question_book().prompts.get(fact.id)
    label = prompt.label if prompt and prompt.label else fact_label(fact)
    return FactField(fact, label=label, help_text=prompt.hint if prompt else "", widget=_widget(fact))


def _widget(fact: Fact) -> forms.Widget:
    kind = answers.kind_of(fact)
    if kind == "money":
        return MoneyInput()
    if kind == "date":
        return DateInput({"placeholder": "2020-02-09"})
    if kind == "yesno":
        return forms.RadioSelect(choices=[(YES, _("是")), (NO, _("否")), (UNKNOWN, _("不清楚"))])
    if kind == "choice":
        return _select(option_labels(fact).items())
    is_decimal = kind in {"percent", "decimal"}
    return UnitInput(unit_word(fact), decimal=is_decimal, attrs={"maxlength": answers.LONGEST_FIGURE})


def _select(choices: Iterable[tuple[str, str]]) -> forms.Select:
    return NamesSelect(choices=[("", _("请选择")), *choices, (UNKNOWN, _("不清楚"))])


def _county_select() -> AheadSelect:
    """Counties under their prefectures: two steps in a phone's own list, type-ahead with script."""
    counties = list(reference.counties())
    prefectures = list(reference.prefectures())
    groups: list[Any] = [("", _("请选择，或输入名称、拼音首字母"))]
    for prefecture in prefectures:
        within = [(row.code, row.name) for row in counties if row.parent_id == prefecture.code]
        groups.append((prefecture.name, [(prefecture.code, prefecture.name), *within]))
    select = AheadSelect({row.code: row.initials for row in [*prefectures, *counties]})
    select.choices = groups
    return select
