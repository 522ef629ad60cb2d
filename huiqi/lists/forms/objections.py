"""Forms of objecting to a notice and of deciding on it."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from huiqi.core.personal import plain_phone
from huiqi.lists.models import Entry


class ObjectionForm(forms.Form):
    """What anyone may hold against a notice; few questions, on a phone."""

    entry = forms.ChoiceField(label=_("对哪家企业有异议"), required=False)
    grounds = forms.CharField(
        label=_("异议理由"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("写明事实和依据，如哪一项条件不符合、从哪里可以核实。"),
        error_messages={"required": _("请写明异议理由。")},
    )
    name = forms.CharField(
        label=_("姓名"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("请填写姓名，以便核实。")},
    )
    phone = forms.CharField(
        label=_("电话"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        help_text=_(
            "手机号当场用短信验证码核实，座机由承办单位回电核实。只用于核实和反馈，加密保存，不公开，也不转给被异议的企业。"
        ),
        error_messages={"required": _("请填写电话，以便核实。")},
    )
    organisation = forms.CharField(label=_("单位"), max_length=120, required=False)

    def __init__(self, *args: Any, entries: Iterable[Entry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("对整个名单"))] + [(row.public_id, row.enterprise.name) for row in entries]
        self.fields["entry"].choices = choices  # type: ignore[attr-defined]

    def clean_phone(self) -> str:
        """A mobile number or a landline with its area code."""
        phone = plain_phone(self.cleaned_data["phone"])
        if not re.fullmatch(r"1[3-9]\d{9}|0\d{9,11}", phone):
            raise ValidationError(_("电话应为11位手机号，或带区号的座机号，如 0731-88880000。"), code="phone")
        return phone


class CodeForm(forms.Form):
    """The six digits that were sent."""

    code = forms.CharField(
        label=_("验证码"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        help_text=_("短信里的6位数字，10分钟内有效。"),
        error_messages={"required": _("请填写验证码。")},
    )


class AdmissionForm(forms.Form):
    """Whether the office takes up an objection whose telephone no code proved."""

    admit = forms.ChoiceField(
        label=_("是否受理"),
        choices=[("yes", _("受理，企业暂缓列入，等处理结论")), ("no", _("不予受理"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择是否受理。")},
    )
    reason = forms.CharField(
        label=_("理由"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("如：已电话核实异议人。不予受理的理由异议人凭回执能看到，请不要写个人信息。"),
        error_messages={"required": _("请写明理由。")},
    )


class RevealForm(forms.Form):
    """Why somebody needs to know who objected."""

    reason = forms.ChoiceField(
        label=_("查看原因"), choices=[("verify", _("核实异议")), ("answer", _("反馈处理结果"))]
    )


class DecisionForm(forms.Form):
    """The decision on an objection."""

    upheld = forms.ChoiceField(
        label=_("处理结论"),
        choices=[("no", _("异议不成立，仍拟列入")), ("yes", _("异议成立，不列入"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择处理结论。")},
    )
    decision = forms.CharField(
        label=_("处理意见"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("异议人凭回执能看到这段话，请不要写个人信息。"),
        error_messages={"required": _("请写明处理意见，异议人会看到。")},
    )
