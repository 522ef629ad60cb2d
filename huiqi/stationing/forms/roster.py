"""Forms of the roster: assigning, handing over, ending, lines, answering what was reported upwards."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import User
from huiqi.core.fields import AheadSelect, CountField, DateField
from huiqi.stationing.forms.reports import MOST
from huiqi.stationing.products import products


class OfficerChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """An officer with unit and the number of firms he has."""

    def label_from_instance(self, obj: Any) -> str:
        """`龙伟（浏阳市工信局，现有3家）`."""
        return str(_("%(name)s（%(unit)s，现有%(load)s家）")) % {
            "name": obj.name,
            "unit": obj.unit,
            "load": obj.load,
        }


def _officer(officers: QuerySet[User], label: Any) -> OfficerChoice:
    return OfficerChoice(
        queryset=officers,
        to_field_name="public_id",
        label=label,
        empty_label=str(_("请选择")),
        widget=AheadSelect(),
        error_messages={"required": _("请选择联络员。"), "invalid_choice": _("请从列表中选择联络员。")},
    )


class AssignForm(forms.Form):
    """One officer for the ticked firms."""

    def __init__(self, officers: QuerySet[User], today: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["officer"] = _officer(officers, _("联络员"))
        self.fields["on"] = DateField(label=_("派驻起始日期"), initial=today)
        self.fields["reason"] = forms.CharField(
            label=_("例外理由"),
            required=False,
            max_length=200,
            help_text=_("企业不在省重点联系企业名单内时必填。"),
        )


class HandoverForm(forms.Form):
    """To whom, from when, and what the next one must know."""

    open_matters = forms.CharField(
        label=_("未了事项"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("企业提过还没办完的事、正在跑的手续、下一步找谁。没有就写“无”。"),
        error_messages={"required": _("请写明未了事项；没有就写“无”。")},
    )
    contacts = forms.CharField(
        label=_("企业联系人"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("姓名、职务、电话。加密保存，只有交接双方和派驻管理人员可见。"),
    )

    def __init__(self, officers: QuerySet[User], today: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["officer"] = _officer(officers, _("接手的联络员"))
        self.fields["on"] = DateField(label=_("交接日期"), initial=today)
        self.order_fields(["officer", "on", "open_matters", "contacts"])


class EndForm(forms.Form):
    """From when, and why."""

    reason = forms.CharField(
        label=_("结束原因"), max_length=200, error_messages={"required": _("请写明原因。")}
    )

    def __init__(self, today: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"] = DateField(label=_("从哪天起不再派驻"), initial=today)


class LineForm(forms.Form):
    """A product with its capacity from a day on."""

    product = forms.ChoiceField(label=_("产品"))
    capacity = CountField("", high=MOST, label=_("设计日产能"), help_text=_("按产品单位填整数；停产填0。"))

    def __init__(self, today: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(product.id, f"{product.name}（{product.unit}）") for product in products().values()]
        self.fields["product"].choices = [("", _("请选择")), *choices]  # type: ignore[attr-defined]
        self.fields["on"] = DateField(label=_("从哪天起"), initial=today)


class AnswerForm(forms.Form):
    """The answer to what was reported upwards."""

    answer = forms.CharField(
        label=_("答复"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("写明怎么处理、由谁办、何时办好。答复后此件关闭。"),
        error_messages={"required": _("请填写答复。")},
    )
