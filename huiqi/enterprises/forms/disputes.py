"""Raising and deciding a size dispute."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.core.fields import CountField, MoneyField
from huiqi.enterprises.catalogue import SIZE_CLASS
from huiqi.enterprises.commands.disputes import BOTH, CLASS, FIGURES, Objection
from huiqi.enterprises.models import SizeDispute
from huiqi.enterprises.queries.statements import catalogue

LONGEST = 1000
CLAIMABLE = ("large", "medium", "small", "micro")
UPHOLD, REJECT = "uphold", "reject"


class DisputeForm(forms.Form):
    """The firm's side: class, figures, grounds, commitment."""

    claimed_class = forms.ChoiceField(label=gettext_lazy("您认为应当划为"), widget=forms.RadioSelect)
    employees = CountField("人", label=gettext_lazy("从业人员"), required=False)
    revenue = MoneyField(label=gettext_lazy("营业收入"), required=False)
    assets = MoneyField(label=gettext_lazy("资产总额"), required=False)
    grounds = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("写清哪一项数据不对，以什么为据，如年度报表、社保缴费人数"),
    )
    is_committed = forms.BooleanField(
        label=gettext_lazy("我承诺以上内容属实，愿意承担不实的责任"),
        error_messages={"required": gettext_lazy("请勾选承诺。没有承诺不能提出异议。")},
    )

    def __init__(self, shown_class: str, year: int, data: Any = None) -> None:
        super().__init__(data)
        facts = catalogue().facts
        labels = facts[SIZE_CLASS].values
        choices = [(key, labels[key]) for key in CLAIMABLE if key != shown_class]
        self.fields["claimed_class"].choices = choices  # type: ignore[attr-defined]
        for name in ("employees", "revenue", "assets"):
            field: Any = self.fields[name]
            field.label = _("%(year)s年%(label)s") % {"year": year, "label": facts[name].label}
            field.high = facts[name].max

    def clean(self) -> dict[str, Any]:
        """At least one figure: the class follows from figures."""
        cleaned = super().clean() or {}
        names = ("employees", "revenue", "assets")
        if not self.errors and all(cleaned.get(name) is None for name in names):
            self.add_error(
                "employees", ValidationError(_("请至少填写一项数据，划型按数据判定。"), code="none")
            )
        return cleaned

    @property
    def objection(self) -> Objection:
        """What the command takes."""
        cleaned = self.cleaned_data
        figures = {
            name: cleaned[name] for name in ("employees", "revenue", "assets") if cleaned[name] is not None
        }
        return Objection(cleaned["claimed_class"], cleaned["grounds"], figures)


class RulingForm(forms.Form):
    """The officer's side."""

    verdict = forms.ChoiceField(
        label=gettext_lazy("处理"),
        choices=[(UPHOLD, gettext_lazy("采纳")), (REJECT, gettext_lazy("不采纳"))],
        widget=forms.RadioSelect,
    )
    adopt = forms.ChoiceField(
        label=gettext_lazy("采纳什么"),
        required=False,
        choices=[
            (FIGURES, gettext_lazy("采纳企业数据，划型随数据判定")),
            (CLASS, gettext_lazy("按企业主张认定划型，数据不改")),
            (BOTH, gettext_lazy("采纳数据，并按主张认定划型")),
        ],
        widget=forms.RadioSelect,
    )
    opinion = forms.CharField(
        label=gettext_lazy("处理意见"),
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("企业会看到：依据什么，结论是什么"),
    )

    def __init__(self, dispute: SizeDispute, data: Any = None) -> None:
        self.dispute = dispute
        super().__init__(data)

    def clean(self) -> dict[str, Any]:
        """To uphold means to say what is entered."""
        cleaned = super().clean() or {}
        if cleaned.get("verdict") == UPHOLD and not cleaned.get("adopt") and "adopt" not in self.errors:
            self.add_error("adopt", ValidationError(_("请选择采纳什么。"), code="adopt"))
        return cleaned
