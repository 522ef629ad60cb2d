"""The check's forms: the start page, and one question built from the catalogue's facts."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _

from huiqi.core.errors import Refused
from huiqi.core.fields import AheadInput, AheadSelect, CreditCodeInput, DateInput, MoneyInput, UnitInput
from huiqi.policies import answers
from huiqi.policies.answers import NO, UNKNOWN, YES, AnswerError, Doubt, Plain
from huiqi.policies.questions import Prompt, Question
from huiqi.reference import credit_codes
from huiqi.reference import queries as reference
from huiqi.rules.catalogue import Fact

TICKS, REST, CONFIRMED = "ticks", "rest", "confirmed"
REST_NONE = "none"
MOST_INDUSTRIES = 12
# Two yes-or-no facts read better as a list to tick than as two pairs of buttons.
TICKS_FROM = 2


class StartForm(forms.Form):
    """The optional credit code; an empty one starts a check without."""

    credit_code = forms.CharField(required=False, max_length=200, widget=CreditCodeInput, strip=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credit_code"].label = _("统一社会信用代码")
        self.fields["credit_code"].help_text = _("营业执照上的18位代码。可以不填，不影响体检。")

    def clean_credit_code(self) -> str:
        """The code in capitals, or an empty text."""
        text = self.cleaned_data["credit_code"]
        if not text:
            return ""
        try:
            return credit_codes.clean(text)
        except Refused as refusal:
            raise ValidationError(refusal.message, code=refusal.code) from refusal


class FactField(forms.Field):
    """One fact as a person writes it; cleans to a plain value, None for "not known"."""

    def __init__(self, fact: Fact, *, last: Plain = None, **kwargs: Any) -> None:
        self.fact = fact
        # What was answered before, in fen: the page warns of 万元 typed as 元.
        self.last = last if answers.kind_of(fact) == "money" else None
        super().__init__(required=False, **kwargs)

    def to_python(self, value: Any) -> Plain:
        """Reads amount and unit, a chosen option or a typed text."""
        text, unit = value if isinstance(value, list) else (value, "")
        try:
            return answers.read(self.fact, text or "", unit or "wan")
        except AnswerError as error:
            raise ValidationError(str(error), code="answer") from error


class IndustryField(FactField):
    """The industry by code or by words; several matches come back as choices to pick from."""

    def to_python(self, value: Any) -> Plain:
        """A four-digit class code, also from the label that the type-ahead puts into the box."""
        text = str(value or "").strip()[: answers.LONGEST_FIGURE * 2]
        if text in {"", UNKNOWN}:
            return None
        head = text.split()[0] if text.split() else text
        exact = reference.industry(head) if head.isascii() and len(head) <= len("C3411") else None
        if exact and len(exact.code) == len("3411"):
            return super().to_python(exact.code)
        found = reference.search_industries(text, MOST_INDUSTRIES, classes_only=True)
        if len(found) == 1:
            return super().to_python(found[0].code)
        raise ValidationError(self._ask(text, len(found)), code="industry", params={"found": found})

    def _ask(self, text: str, count: int) -> str:
        if not count:
            return _("没有找到与“%s”相符的行业，请换个说法，如“口罩”“餐饮”“钢结构”。") % answers.readable(
                text
            )
        return _("与“%(text)s”相符的行业不止一个，请从下面选一个。") % {"text": answers.readable(text)}


@dataclass(frozen=True)
class Asking:
    """What a question page needs: the question, its shown facts with prompts, and earlier answers."""

    question: Question
    facts: Sequence[Fact]
    prompts: Mapping[str, Prompt]
    values: Mapping[str, Plain]
    catalogue: Mapping[str, Fact]

    @property
    def ticked(self) -> list[Fact]:
        """The yes-or-no facts shown as one list, when there are several."""
        found = [fact for fact in self.facts if answers.kind_of(fact) == "yesno"]
        return found if len(found) >= TICKS_FROM else []

    def label(self, fact: Fact) -> str:
        """The rulebook's prompt, or the catalogue's name of the fact."""
        prompt = self.prompts.get(fact.id)
        return prompt.label if prompt and prompt.label else fact.label

    def hint(self, fact: Fact) -> str:
        """A line of help, with a word on figures that are not kept."""
        prompt = self.prompts.get(fact.id)
        return prompt.hint if prompt else ""


class QuestionForm(forms.Form):
    """One question; `answers` holds a plain value for each fact shown once the form is valid."""

    use_required_attribute = False
    confirmed = forms.CharField(required=False, widget=forms.HiddenInput, max_length=64)

    def __init__(self, asking: Asking, data: Mapping[str, Any] | None = None) -> None:
        self.asking = asking
        self.doubts: list[Doubt] = []
        super().__init__(data, auto_id="f_%s", initial=_initial(asking))
        listed = asking.ticked
        for fact in asking.facts:
            if fact not in listed:
                self.fields[fact.id] = _field(asking, fact)
        if listed:
            self.fields[TICKS], self.fields[REST] = _tick_fields(asking, listed)

    @property
    def answers(self) -> dict[str, Plain]:
        """The answer to every fact shown; only meaningful on a valid form."""
        return self._read(self.cleaned_data)

    @property
    def readable_answers(self) -> dict[str, Plain]:
        """The answers that can be used although others are wrong; for autosave."""
        given = {name: value for name, value in self._read(self.cleaned_data).items() if value is not None}
        cleared = {name: None for name in self.asking.values if name in self._read(self.cleaned_data)}
        return {**cleared, **given}

    def _read(self, cleaned: Mapping[str, Any]) -> dict[str, Plain]:
        found = {fact.id: cleaned[fact.id] for fact in self.asking.facts if fact.id in cleaned}
        if REST in cleaned and cleaned[REST]:
            rest = False if cleaned[REST] == REST_NONE else None
            for fact in self.asking.ticked:
                found[fact.id] = True if fact.id in cleaned.get(TICKS, []) else rest
        return found

    def clean(self) -> dict[str, Any]:
        """Refuses a page left empty, asks what unticked means, and looks for slips once all is readable."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.asking.ticked and not self.errors and not cleaned.get(REST):
            self._require_rest(cleaned)
        if self.errors:
            return cleaned
        given = self._read(cleaned)
        if all(value is None for value in given.values()) and not cleaned.get(REST):
            raise ValidationError(_("这一题还没有填。不清楚的话请按“跳过（不清楚）”。"), code="empty")
        self._look_for_slips(given, cleaned)
        return cleaned

    def _require_rest(self, cleaned: Mapping[str, Any]) -> None:
        if len(cleaned.get(TICKS, [])) < len(self.asking.ticked):
            self.add_error(REST, _("请说明没有勾选的各项：是都没有，还是不清楚。"))

    def _look_for_slips(self, given: Mapping[str, Plain], cleaned: Mapping[str, Any]) -> None:
        self.doubts = answers.doubts(self.asking.catalogue, given, self.asking.values)
        for fact in self.asking.facts:
            typed = self.data.get(self.add_prefix(fact.id), "")
            message = answers.small_percent(fact, typed) if isinstance(typed, str) else ""
            if message:
                self.doubts.append(Doubt(fact.id, message))
        if self.doubts and cleaned.get(CONFIRMED) != self.confirmation:
            raise ValidationError([doubt.message for doubt in self.doubts], code="doubt")

    @property
    def confirmation(self) -> str:
        """What a second submit sends to say that just these doubts were seen and the figures are right."""
        text = "\n".join(doubt.message for doubt in self.doubts)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def industry_choices(self) -> list[reference.IndustryPath]:
        """The industries found for what was typed, to pick one without script."""
        for errors in self.errors.as_data().values():
            for error in errors:
                if error.code == "industry" and error.params:
                    return list(error.params["found"])
        return []

    @property
    def is_doubtful(self) -> bool:
        """True when nothing is wrong but something looks like a slip: the person may confirm."""
        return bool(self.doubts) and not self.is_valid()


def _initial(asking: Asking) -> dict[str, Any]:
    initial: dict[str, Any] = {}
    for fact in asking.facts:
        if fact.id in asking.values:
            value = asking.values[fact.id]
            is_money = answers.kind_of(fact) == "money"
            initial[fact.id] = value if is_money else answers.typed(fact, value)
            if value is None and answers.kind_of(fact) in {"yesno", "choice"}:
                initial[fact.id] = UNKNOWN
    initial |= _initial_ticks(asking)
    if asking.values.get("gb4754") is not None:
        initial["gb4754"] = industry_label(str(asking.values["gb4754"]))
    return initial


def _initial_ticks(asking: Asking) -> dict[str, Any]:
    listed = [fact.id for fact in asking.ticked]
    said = [asking.values[name] for name in listed if name in asking.values]
    if not said:
        return {}
    rest = UNKNOWN if None in said else REST_NONE
    return {TICKS: [name for name in listed if asking.values.get(name)], REST: rest}


def industry_label(code: str) -> str:
    """`3411 锅炉及辅助设备制造`, or the code alone when the list does not know it."""
    found = reference.industry(code)
    return f"{found.code} {found.name}" if found else code


def _field(asking: Asking, fact: Fact) -> forms.Field:
    options: dict[str, Any] = {"label": asking.label(fact), "help_text": asking.hint(fact)}
    if fact.id == "gb4754":
        source = AheadInput(reverse("reference:industry_options"), {"maxlength": 80})
        return IndustryField(fact, widget=source, **options)
    if fact.id == "prefecture":
        return FactField(fact, widget=_county_select(), **options)
    return FactField(fact, last=asking.values.get(fact.id), widget=_widget(fact), **options)


def _widget(fact: Fact) -> forms.Widget:
    kind = answers.kind_of(fact)
    if kind == "money":
        return MoneyInput()
    if kind == "date":
        return DateInput({"placeholder": "2020-02-09"})
    if kind == "yesno":
        return forms.RadioSelect(choices=[(YES, _("是")), (NO, _("否")), (UNKNOWN, _("不清楚"))])
    if kind == "choice":
        return forms.RadioSelect(choices=[*fact.values.items(), (UNKNOWN, _("不清楚"))])
    unit = "%" if kind == "percent" else answers.UNIT_WORDS.get(fact.unit, "")
    return UnitInput(
        unit, decimal=kind in {"percent", "decimal"}, attrs={"maxlength": answers.LONGEST_FIGURE}
    )


def _county_select() -> AheadSelect:
    """All counties under their prefectures: two steps in a phone's own list, type-ahead with script."""
    groups: list[Any] = [("", _("请选择，或输入名称、拼音首字母"))]
    initials: dict[str, str] = {}
    counties = list(reference.counties())
    for prefecture in reference.prefectures():
        within = [county for county in counties if county.parent_id == prefecture.code]
        whole = _("%s（只填到市州）") % prefecture.name
        groups.append(
            (prefecture.name, [(prefecture.code, whole), *((row.code, row.name) for row in within)])
        )
        initials |= {row.code: row.initials for row in [prefecture, *within]}
    select = AheadSelect(initials)
    select.choices = groups
    return select


def _tick_fields(asking: Asking, listed: Sequence[Fact]) -> tuple[forms.Field, forms.Field]:
    ticks = forms.MultipleChoiceField(
        label=_("有下列情况的请勾选"),
        required=False,
        choices=[(fact.id, asking.label(fact)) for fact in listed],
        widget=forms.CheckboxSelectMultiple,
    )
    ticks.widget.hq_hints = {fact.id: asking.hint(fact) for fact in listed}  # type: ignore[attr-defined]
    rest = forms.ChoiceField(
        label=_("没有勾选的各项"),
        required=False,
        choices=[(REST_NONE, _("都没有")), (UNKNOWN, _("不清楚（按缺数据处理）"))],
        widget=forms.RadioSelect,
    )
    return ticks, rest
