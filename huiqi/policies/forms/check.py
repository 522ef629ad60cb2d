"""The check's forms: the start page, and one question built from the catalogue's facts."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from huiqi.core.dates import readable
from huiqi.core.errors import Refused
from huiqi.core.fields import AheadInput, AheadSelect, CreditCodeInput, DateInput, MoneyInput, UnitInput
from huiqi.core.language import worded
from huiqi.policies import answers
from huiqi.policies.answers import NO, UNKNOWN, YES, AnswerError, Doubt, Plain
from huiqi.policies.queries.fact_words import fact_label, option_labels, unit_word, worded_answer
from huiqi.policies.questions import Prompt, Question
from huiqi.reference import credit_codes
from huiqi.reference import queries as reference
from huiqi.rules.catalogue import Fact

TICKS, REST, GATE, CONFIRMED, PICKED = "ticks", "rest", "gate", "confirmed", "gb4754_pick"
REST_NONE = "none"
MOST_INDUSTRIES = 12
LONGEST_INDUSTRY = 80
# The fact asked as a place; the county or prefecture chosen is kept beside it.
PLACE = "province"
# GB/T 2260, for firms registered outside the site's province.
PROVINCES = {
    "110000": "北京市", "120000": "天津市", "130000": "河北省", "140000": "山西省",
    "150000": "内蒙古自治区", "210000": "辽宁省", "220000": "吉林省", "230000": "黑龙江省",
    "310000": "上海市", "320000": "江苏省", "330000": "浙江省", "340000": "安徽省",
    "350000": "福建省", "360000": "江西省", "370000": "山东省", "410000": "河南省",
    "420000": "湖北省", "430000": "湖南省", "440000": "广东省", "450000": "广西壮族自治区",
    "460000": "海南省", "500000": "重庆市", "510000": "四川省", "520000": "贵州省",
    "530000": "云南省", "540000": "西藏自治区", "610000": "陕西省", "620000": "甘肃省",
    "630000": "青海省", "640000": "宁夏回族自治区", "650000": "新疆维吾尔自治区", "710000": "台湾省",
    "810000": "香港特别行政区", "820000": "澳门特别行政区",
}  # fmt: skip
# One yes-or-no fact reads better as two buttons than as a list with a single box.
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
            raise ValidationError(worded(refusal.said), code=refusal.code) from refusal


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
            raise ValidationError(worded_answer(error.said), code="answer") from error


class IndustryField(FactField):
    """The industry by code or by words; several matches come back as choices to pick from."""

    def to_python(self, value: Any) -> Plain:
        """A four-digit class code, also from the label that the type-ahead puts into the box."""
        text = str(value or "").strip()[:LONGEST_INDUSTRY]
        if text in {"", UNKNOWN}:
            return None
        head = text.split()[0]
        exact = reference.industry(head) if head.isascii() and len(head) <= len("C3411") else None
        if exact and len(exact.code) == len("3411"):
            return super().to_python(exact.code)
        found = reference.search_industries(text, MOST_INDUSTRIES, classes_only=True)
        if len(found) == 1:
            return super().to_python(found[0].code)
        # Django formats a message that has params; what a person typed may hold a percent sign.
        refusal = _industry_refusal(text, len(found)).replace("%", "%%")
        raise ValidationError(refusal, code="industry", params={"found": found})


def _industry_refusal(text: str, count: int) -> str:
    if not count:
        return _("没有找到与“%s”相符的行业，请换个说法，如“口罩”“餐饮”“钢结构”。") % readable(text)
    return _("与“%s”相符的行业不止一个，请从下面选一个。") % readable(text)


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
        found = [fact for fact in self.facts if fact.id in self.question.tick]
        return found if len(found) >= TICKS_FROM else []

    def prompt(self, fact: Fact) -> Prompt:
        """The rulebook's prompt, or the catalogue's name of the fact."""
        return self.prompts.get(fact.id) or Prompt(fact_label(fact))


class QuestionForm(forms.Form):
    """One question; `answers` holds a plain value for each fact shown once the form is valid."""

    use_required_attribute = False

    def __init__(self, asking: Asking, data: QueryDict | None = None) -> None:
        self.asking = asking
        self.doubts: list[Doubt] = []
        super().__init__(_with_pick(data), auto_id="f_%s", initial=_initial(asking))
        if asking.question.gate:
            self.fields[GATE] = _gate_field(asking.question.gate.text)
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
        """The answers that can be used although others are wrong or still missing; for autosave."""
        found = self._read(self.cleaned_data)
        return {
            name: value for name, value in found.items() if value is not None or name in self.asking.values
        }

    @property
    def undoubted_answers(self) -> dict[str, Plain]:
        """`readable_answers` without what looks like a slip: that is kept only once confirmed."""
        doubtful = {doubt.fact_id for doubt in self.doubts}
        return {name: value for name, value in self.readable_answers.items() if name not in doubtful}

    def _read(self, cleaned: Mapping[str, Any]) -> dict[str, Plain]:
        if self.asking.question.gate and cleaned.get(GATE) == NO:
            nothing: dict[str, Plain] = {fact.id: None for fact in self.asking.facts}
            return {**nothing, **self.asking.question.gate.if_no}
        found = {fact.id: cleaned[fact.id] for fact in self.asking.facts if fact.id in cleaned}
        if cleaned.get(REST) or cleaned.get(TICKS):
            rest = False if cleaned.get(REST) == REST_NONE else None
            for fact in self.asking.ticked:
                found[fact.id] = True if fact.id in cleaned.get(TICKS, []) else rest
        return _with_place(found)

    def clean(self) -> dict[str, Any]:
        """Refuses a page left empty, asks what unticked means, and looks for slips once all is readable."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors or (GATE in self.fields and cleaned.get(GATE) == NO):
            return cleaned
        given = self._read(cleaned)
        said = [value for value in given.values() if value is not None]
        if not said and not cleaned.get(REST) and cleaned.get(GATE) != UNKNOWN:
            raise ValidationError(_("这一题还没有填。不清楚的话请按“跳过（不清楚）”。"), code="empty")
        if self._leaves_rest_open(cleaned):
            self.add_error(REST, _("请说明没有勾选的各项：是都没有，还是不清楚。"))
        else:
            self._look_for_slips(given, cleaned)
        return cleaned

    def _leaves_rest_open(self, cleaned: Mapping[str, Any]) -> bool:
        ticked = self.asking.ticked
        return bool(ticked) and not cleaned.get(REST) and len(cleaned.get(TICKS, [])) < len(ticked)

    def _look_for_slips(self, given: Mapping[str, Plain], cleaned: Mapping[str, Any]) -> None:
        self.doubts = answers.doubts(self.asking.catalogue, given, self.asking.values)
        for fact in self.asking.facts:
            typed = self.data.get(fact.id, "")
            message = answers.small_percent(fact, typed) if isinstance(typed, str) else None
            if message:
                self.doubts.append(Doubt(fact.id, message))
        if self.doubts and self.data.get(CONFIRMED) != self.confirmation:
            raise ValidationError(self.doubt_texts, code="doubt")

    @property
    def doubt_texts(self) -> list[str]:
        """The doubts in the reader's language."""
        return [worded_answer(doubt.message) for doubt in self.doubts]

    @property
    def confirmation(self) -> str:
        """What a second submit sends to say that just these doubts were seen and the figures are right."""
        text = "\n".join(str(doubt.message) for doubt in self.doubts)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def industry_choices(self) -> list[reference.IndustryPath]:
        """The industries found for what was typed, to pick one without script."""
        errors = [error for errors in self.errors.as_data().values() for error in errors]
        return [
            choice
            for error in errors
            if error.code == "industry" and error.params
            for choice in error.params["found"]
        ]


def _with_pick(data: QueryDict | None) -> QueryDict | None:
    """The industry picked from the list of matches, put where the typed words stood."""
    if data is None or not data.get(PICKED):
        return data
    changed = data.copy()
    changed["gb4754"] = str(data[PICKED])
    return changed


def _with_place(found: dict[str, Plain]) -> dict[str, Plain]:
    """One choice of a place states two facts: the county or prefecture, and the province it lies in."""
    place = found.get(PLACE)
    if PLACE not in found:
        return found
    if place is None or str(place).endswith("0000"):
        return {**found, "prefecture": None}
    return {**found, "prefecture": place, PLACE: f"{str(place)[:2]}0000"}


def _initial(asking: Asking) -> dict[str, Any]:
    initial: dict[str, Any] = {}
    for fact in asking.facts:
        if fact.id not in asking.values:
            continue
        value, kind = asking.values[fact.id], answers.kind_of(fact)
        initial[fact.id] = value if kind == "money" else answers.typed(fact, value)
        if value is None and kind in {"yesno", "choice"}:
            initial[fact.id] = UNKNOWN
    if asking.values.get("gb4754") is not None:
        initial["gb4754"] = industry_label(str(asking.values["gb4754"]))
    if asking.values.get("prefecture") is not None:
        initial[PLACE] = asking.values["prefecture"]
    return initial | _initial_ticks(asking) | _initial_gate(asking)


def _initial_ticks(asking: Asking) -> dict[str, Any]:
    listed = [fact.id for fact in asking.ticked]
    said = [asking.values[name] for name in listed if name in asking.values]
    if not said:
        return {}
    rest = UNKNOWN if None in said else REST_NONE
    return {TICKS: [name for name in listed if asking.values.get(name)], REST: rest}


def _initial_gate(asking: Asking) -> dict[str, Any]:
    gate, values = asking.question.gate, asking.values
    if gate is None or not any(fact.id in values for fact in asking.facts):
        return {}
    others = [values.get(fact.id) for fact in asking.facts if fact.id not in gate.if_no]
    said_no = all(name in values and values[name] == value for name, value in gate.if_no.items())
    if said_no and all(value is None for value in others):
        return {GATE: NO}
    said = [value for value in [*others, *(values.get(name) for name in gate.if_no)] if value is not None]
    return {GATE: YES if said else UNKNOWN}


def industry_label(code: str) -> str:
    """`3411 锅炉及辅助设备制造`, or the code alone when the list does not know it."""
    found = reference.industry(code)
    return f"{found.code} {found.name}" if found else code


def _field(asking: Asking, fact: Fact) -> forms.Field:
    prompt = asking.prompt(fact)
    options: dict[str, Any] = {"label": prompt.label, "help_text": prompt.hint}
    if fact.id == "gb4754":
        box = {"maxlength": LONGEST_INDUSTRY, "placeholder": prompt.placeholder}
        return IndustryField(fact, widget=AheadInput(reverse("reference:industry_options"), box), **options)
    if fact.id == PLACE:
        options["label"] = _("注册或参保在哪里")
        options["help_text"] = _("先找市州，再选县市区；湖南省外的选省份。")
        return FactField(fact, widget=_place_select(), **options)
    last = asking.values.get(fact.id)
    return FactField(fact, last=last, widget=_widget(fact, prompt.placeholder), **options)


def _widget(fact: Fact, placeholder: str) -> forms.Widget:
    kind = answers.kind_of(fact)
    if kind == "money":
        widget = MoneyInput()
        widget.widgets[0].attrs["placeholder"] = placeholder
        return widget
    if kind == "yesno":
        return forms.RadioSelect(choices=[(YES, _("是")), (NO, _("否")), (UNKNOWN, _("不清楚"))])
    if kind == "choice":
        return forms.RadioSelect(choices=[*option_labels(fact).items(), (UNKNOWN, _("不清楚"))])
    attrs = {"maxlength": answers.LONGEST_FIGURE, "placeholder": placeholder}
    if kind == "date":
        return DateInput(attrs)
    return UnitInput(unit_word(fact), decimal=kind in {"percent", "decimal"}, attrs=attrs)


def _place_select() -> AheadSelect:
    """Counties under their prefectures (two steps in a phone's own list), then the other provinces."""
    groups: list[Any] = [("", _("请选择，或输入名称、拼音首字母"))]
    initials: dict[str, str] = {}
    counties = list(reference.counties())
    for prefecture in reference.prefectures():
        within = [county for county in counties if county.parent_id == prefecture.code]
        whole = _("%s（只填到市州）") % prefecture.name
        groups.append(
            (prefecture.name, [(prefecture.code, whole), *((row.code, row.name) for row in within)])
        )
        initials |= {row.code: f"{row.initials} {row.pinyin}" for row in [prefecture, *within]}
    elsewhere = [row for row in PROVINCES.items() if row[0] != settings.HUIQI_PROVINCE]
    select = AheadSelect(initials, {"data-hq-placeholder": _("如 浏阳，或拼音首字母 lys")})
    select.choices = [*groups, (_("其他省份"), elsewhere)]
    return select


def _gate_field(text: str) -> forms.Field:
    return forms.ChoiceField(
        label=text,
        help_text=_("选“没有”的，下面不用填，直接按“下一题”。"),
        required=False,
        choices=[(YES, _("有")), (NO, _("没有")), (UNKNOWN, _("不清楚"))],
        widget=forms.RadioSelect,
    )


def _tick_fields(asking: Asking, listed: Sequence[Fact]) -> tuple[forms.Field, forms.Field]:
    ticks = forms.MultipleChoiceField(
        label=_("有下列情况的请勾选"),
        required=False,
        choices=[(fact.id, asking.prompt(fact).label) for fact in listed],
        widget=forms.CheckboxSelectMultiple,
    )
    ticks.widget.hq_hints = {fact.id: asking.prompt(fact).hint for fact in listed}
    rest = forms.ChoiceField(
        label=_("没有勾选的各项"),
        required=False,
        choices=[(REST_NONE, _("都没有")), (UNKNOWN, _("不清楚（按缺数据处理）"))],
        widget=forms.RadioSelect,
    )
    return ticks, rest
