"""Forms of a firm's page: which day to look at, stating a fact, why a telephone number is needed."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.core.fields import AheadInput, CountField, DateField, MoneyField, UnitInput
from huiqi.enterprises.catalogue import Cell, from_cell, to_cell
from huiqi.enterprises.commands.facts import Correction
from huiqi.enterprises.leaps import Leap, leap
from huiqi.enterprises.queries.firm_page import Days
from huiqi.enterprises.queries.statements import catalogue
from huiqi.reference.queries import Tables
from huiqi.rules.catalogue import Fact, Unreadable, Value

REASONS = {
    "case": gettext_lazy("办理诉求"),
    "policy": gettext_lazy("通知政策或办理手续"),
    "verify": gettext_lazy("核实企业数据"),
    "emergency": gettext_lazy("疫情防控、应急调度"),
    "stationing": gettext_lazy("驻企联络"),
}
UNIT_WORDS = {"person": "人", "day": "天", "month": "个月", "year": "年", "count": "项"}


class DaysForm(forms.Form):
    """Which day's state to show, and as of whose knowledge."""

    on = DateField(label=gettext_lazy("看哪一天的情况"), required=False)
    known_on = DateField(
        label=gettext_lazy("按哪一天掌握的数据"),
        required=False,
        help_text=gettext_lazy("不填就用今天掌握的全部数据；填了，之后才记入的不算。"),
    )

    def days(self, today: date) -> Days:
        """The days asked for; a field with an error counts as empty."""
        on = self.cleaned_data.get("on") or today
        known_on = self.cleaned_data.get("known_on")
        return Days(on, known_on, on != today or known_on is not None)


class RevealForm(forms.Form):
    """Why somebody needs to see a telephone number in full."""

    reason = forms.ChoiceField(label=gettext_lazy("查看原因"), choices=list(REASONS.items()))


class FactForm(forms.Form):
    """One fact: its value by the catalogue's type, of which day and year, on which paper, why."""

    as_of = DateField(label=gettext_lazy("截至日期"), help_text=gettext_lazy("这个数说的是哪一天的情况。"))
    document = forms.CharField(
        label=gettext_lazy("依据文件或材料"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("如文号、营业执照、年度报告。"),
    )
    reason = forms.CharField(
        label=gettext_lazy("说明"), max_length=120, widget=forms.Textarea(attrs={"rows": 2})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    field_order = ("value", "is_sure", "period", "as_of", "document", "reason", "version")

    def __init__(  # noqa: PLR0913  what is stated, by whom, with which tables, after which value
        self,
        data: Any,
        *,
        fact: Fact,
        tables: Tables,
        on: date,
        is_office: bool,
        before: Cell | None = None,
        **more: Any,
    ) -> None:
        """An office confirms by a paper; `is_office` False is a firm's claim, which needs none.

        `before` is the last known value as stored: a figure tenfold off is asked back.
        """
        super().__init__(data, **more)
        self.fact, self.tables, self.before = fact, tables, before
        if is_office:
            self.fields["reason"].help_text = _("企业在这项事实的历史里看得到这段说明。")
        self.fields["document"].required = is_office
        self.fields["document"].error_messages["required"] = _(
            "请写明核实的依据，如文号、营业执照、年度报告。"
        )
        self.fields["value"] = value_field(fact)
        if fact.period in {"year", "prev_year"}:
            wanted = on.year - 1 if fact.period == "prev_year" else on.year
            self.fields["period"] = forms.TypedChoiceField(
                label=_("所属年度"),
                choices=[(str(year), _("%d年") % year) for year in range(wanted, wanted - 4, -1)],
                initial=str(wanted),
            )
        elif fact.period == "month":
            months = [_month_before(on, back) for back in range(13)]
            self.fields["period"] = forms.ChoiceField(
                label=_("所属月份"),
                choices=[(f"{y}-{m:02d}", _("%(y)d年%(m)d月") % {"y": y, "m": m}) for y, m in months],
            )
        self.fields["as_of"] = DateField(
            label=self.fields["as_of"].label, help_text=self.fields["as_of"].help_text, last=on
        )
        self.order_fields(self.field_order)

    def clean_value(self) -> Value:
        """The value as the catalogue reads it; its own message where it does not."""
        given = self.cleaned_data["value"]
        try:
            return catalogue().read(self.fact, READERS.get(self.fact.type, _as_given)(self, given))
        except Unreadable as error:
            message = _("%(fault)s，%(remedy)s。") % {"fault": error.message, "remedy": error.remedy}
            raise ValidationError(message) from error

    def clean(self) -> dict[str, Any]:
        """Asks back when the figure leaps; a tick confirms this figure, not the next one typed."""
        cleaned: dict[str, Any] = super().clean() or {}
        value = cleaned.get("value")
        now = None if value is None else to_cell(self.fact, value)
        found = None if now is None else leap(self.fact, self.before, now)
        if found is None:
            return cleaned
        is_sure = self.data.get(self.add_prefix("is_sure")) == str(now)
        tick = forms.CheckboxInput({"value": str(now)}, check_test=lambda _given: is_sure)
        label = _("核对过了，就是%s") % self.fact.format(value)
        self.fields["is_sure"] = forms.BooleanField(label=label, required=False, widget=tick)
        self.order_fields(self.field_order)
        if not is_sure:
            self.add_error("is_sure", leap_words(self.fact, found))
        return cleaned

    def correction(self) -> Correction:
        """What the form states."""
        cleaned = self.cleaned_data
        return Correction(
            self.fact.id,
            cleaned["value"],
            cleaned["as_of"],
            cleaned.get("period", ""),
            cleaned["document"].strip(),
            cleaned["reason"].strip(),
        )


def leap_words(fact: Fact, found: Leap) -> str:
    """The question about a leap, with both figures in words."""
    words = {
        "now": fact.format(from_cell(fact, found.now)),
        "before": fact.format(from_cell(fact, found.before)),
        "times": f"{found.times:,}",
    }
    said = _("您填的是%(now)s，原来是%(before)s，相差约%(times)s倍。确实如此，请在下面勾选；填错了，请改正。")
    hint = _("看起来像是把元和万元弄混了。") if fact.unit == "fen" and found.is_of_units else ""
    return said % words + hint


def _month_before(day: date, back: int) -> tuple[int, int]:
    months = day.year * 12 + day.month - 1 - back
    return months // 12, months % 12 + 1


def first_values(fact: Fact, now: Value | None, on: date) -> dict[str, Any]:
    """What the form begins with: the value that counts now, and the day a figure of last year speaks of."""
    as_of = date(on.year - 1, 12, 31) if fact.period == "prev_year" else on
    return {"as_of": as_of, "value": None if now is None else _as_typed(fact, now)}


def _as_typed(fact: Fact, value: Value) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if fact.type == "ratio":
        shown = Fraction(value) * (100 if fact.unit == "ratio" else 1)  # type: ignore[arg-type]
        exact = Decimal(shown.numerator) / Decimal(shown.denominator)
        return f"{exact.normalize():f}"
    return value


def value_field(fact: Fact) -> forms.Field:
    """The field for a value of the fact: amounts in 元 or 万元, percent, counts, dates, choices, codes."""
    kind = "money" if fact.type == "int" and fact.unit == "fen" else fact.type
    return MAKERS[kind](fact)


def _money(fact: Fact) -> forms.Field:
    return MoneyField(label=fact.label, low=_whole(fact.min), high=_whole(fact.max))


def _count(fact: Fact) -> forms.Field:
    unit = UNIT_WORDS.get(fact.unit, "")
    return CountField(unit, label=fact.label, low=_whole(fact.min) or 0, high=_whole(fact.max))


def _ratio(fact: Fact) -> forms.Field:
    unit = "%" if fact.unit == "ratio" else UNIT_WORDS.get(fact.unit, "")
    return forms.CharField(label=fact.label, max_length=20, widget=UnitInput(unit, decimal=True))


def _date(fact: Fact) -> forms.Field:
    return DateField(label=fact.label)


def _yes_no(fact: Fact) -> forms.Field:
    choices = [("yes", _("是")), ("no", _("否"))]
    return forms.ChoiceField(label=fact.label, choices=choices, widget=forms.RadioSelect)


def _choice(fact: Fact) -> forms.Field:
    return forms.ChoiceField(label=fact.label, choices=list(fact.values.items()), widget=forms.RadioSelect)


def _code(fact: Fact) -> forms.Field:
    sources = {"gb4754": "reference:industry_options", "prefecture": "reference:division_options"}
    widget = AheadInput(reverse(sources[fact.id])) if fact.id in sources else None
    return forms.CharField(label=fact.label, max_length=60, widget=widget)


MAKERS: dict[str, Callable[[Fact], forms.Field]] = {
    "money": _money,
    "int": _count,
    "ratio": _ratio,
    "date": _date,
    "bool": _yes_no,
    "enum": _choice,
    "code": _code,
}


def _whole(bound: Any) -> int | None:
    return None if bound is None else int(bound)


def _as_given(form: FactForm, given: Any) -> Any:
    return given


def _as_ratio(form: FactForm, given: Any) -> Any:
    text = str(given).strip().replace("％", "%").removesuffix("%").strip()
    try:
        number = Fraction(Decimal(text))
    except (ArithmeticError, ValueError):
        return text
    return number / 100 if form.fact.unit == "ratio" else number


def _as_code(form: FactForm, given: Any) -> Any:
    """The code in front of what was picked, or that of the only entry with this name."""
    text = str(given).strip()
    names = form.tables.industries if form.fact.id == "gb4754" else form.tables.divisions
    for word in (text.split()[0] if text else "", text):
        if word in names:
            return word
    found = [code for code, row in names.items() if row.name == text]
    return found[0] if len(found) == 1 else text


READERS: dict[str, Callable[[FactForm, Any], Any]] = {
    "bool": lambda form, given: given == "yes",
    "ratio": _as_ratio,
    "code": _as_code,
}
