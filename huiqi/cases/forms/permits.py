"""Forms of the green channel: a permit of another authority, papers made good, a pass checked."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from huiqi.cases.commands.permits import PermitWords
from huiqi.cases.models import PassCheck, PermitState
from huiqi.core.fields import DateField

_PLEASE = ("", gettext_lazy("请选择"))


class PermitForm(forms.Form):
    """One permit: what, by whom, how far it is; what is owed where it went ahead on a promise."""

    title = forms.CharField(
        label=gettext_lazy("审批事项"), max_length=80, help_text=gettext_lazy("如：医疗器械注册、环评批复")
    )
    authority = forms.CharField(label=gettext_lazy("审批机关"), max_length=80)
    state = forms.ChoiceField(label=gettext_lazy("进度"), choices=[_PLEASE, *PermitState.choices])
    applied_on = DateField(label=gettext_lazy("受理日期"), required=False)
    decided_on = DateField(label=gettext_lazy("决定日期"), required=False)
    document = forms.CharField(label=gettext_lazy("批件文号"), max_length=80, required=False)
    missing = forms.CharField(
        label=gettext_lazy("缺的材料"),
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("容缺受理、告知承诺先批的要填。"),
    )
    make_good_on = DateField(
        label=gettext_lazy("补齐期限"),
        required=False,
        help_text=gettext_lazy("审批机关定的日期。到期前3天、当天和过期后会提醒承办单位和企业。"),
    )

    def words(self) -> PermitWords:
        """What the command takes; for a valid form."""
        return PermitWords(**self.cleaned_data)


class MakeGoodForm(forms.Form):
    """When the papers were handed in."""

    on = DateField(label=gettext_lazy("交给审批机关的日期"))

    def __init__(self, data: Any, **kwargs: Any) -> None:
        super().__init__(data, auto_id="good-%s", **kwargs)


class PassCheckForm(forms.Form):
    """What the issuer said of the pass."""

    number = forms.CharField(label=gettext_lazy("通行证编号"), max_length=60)
    issuer = forms.CharField(label=gettext_lazy("发证的一方"), max_length=80)
    valid_until = DateField(label=gettext_lazy("有效期到"), required=False)
    way = forms.ChoiceField(label=gettext_lazy("怎样核对的"), choices=[_PLEASE, *PassCheck.Way.choices])
    result = forms.ChoiceField(label=gettext_lazy("核对结果"), choices=[_PLEASE, *PassCheck.Result.choices])
    note = forms.CharField(
        label=gettext_lazy("说明"),
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("问的是谁、对方怎么说；不写车主的姓名和电话。"),
    )
