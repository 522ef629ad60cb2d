"""Forms of claiming a firm and of its people."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huiqi.core.errors import Refused
from huiqi.core.fields import CreditCodeInput
from huiqi.core.language import worded
from huiqi.enterprises.commands.membership import PAPER_KINDS
from huiqi.enterprises.models import Claim, Membership
from huiqi.enterprises.ports import IdentityPort
from huiqi.enterprises.queries.people import ProofsOffered
from huiqi.files.fields import UploadField
from huiqi.reference.credit_codes import clean


class FindFirmForm(forms.Form):
    """The credit code of the firm one acts for."""

    credit_code = forms.CharField(
        label=_("统一社会信用代码"),
        max_length=60,
        widget=CreditCodeInput(),
        help_text=_("营业执照上的18位代码。"),
        error_messages={"required": _("请填写统一社会信用代码。")},
    )

    def clean_credit_code(self) -> str:
        """The 18 characters, or what is wrong with them."""
        try:
            return clean(self.cleaned_data["credit_code"])
        except Refused as refusal:
            raise forms.ValidationError(worded(refusal.said), code="credit_code") from refusal


class StartClaimForm(forms.Form):
    """In which part one acts for the firm, and by what one proves it."""

    part = forms.ChoiceField(
        label=_("您在企业的身份"), choices=Membership.Part.choices, widget=forms.RadioSelect
    )
    proof = forms.ChoiceField(label=_("用什么证明"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, offered: ProofsOffered, port: IdentityPort | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: list[tuple[str, Any]] = []
        if offered.phone:
            sent = _("向登记电话 %(phone)s 发验证码，当时办好") % {"phone": offered.phone}
            choices.append((Claim.Proof.PHONE_CODE.value, sent))
        if port is not None:
            choices.append((Claim.Proof.IDENTITY.value, port.label))
        choices.append((Claim.Proof.DOCUMENT.value, _("上传营业执照和授权书，由干部审核")))
        self.fields["proof"].choices = choices  # type: ignore[attr-defined]
        parts = self.fields["part"].widget
        parts.hq_hints = {
            Membership.Part.OWNER.value: _("办理全部事项，邀请经办人，移交企业"),
            Membership.Part.CLERK.value: _("填报和查看，不管理人员"),
        }


class CodeForm(forms.Form):
    """The six digits that were sent."""

    code = forms.CharField(
        label=_("验证码"),
        max_length=20,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "one-time-code"}),
        help_text=_("短信里的6位数字，10分钟内有效。"),
        error_messages={"required": _("请填写验证码。")},
    )


class IdentityForm(forms.Form):
    """What came back from the identity provider."""

    answer = forms.CharField(
        label=_("认证结果"), max_length=200, error_messages={"required": _("请完成认证。")}
    )


class PaperForm(forms.Form):
    """One paper: licence, letter of authority."""

    paper = UploadField(
        kinds=PAPER_KINDS, label=_("材料"), error_messages={"required": _("请选择要上传的文件。")}
    )


class DecisionForm(forms.Form):
    """An officer's decision on a claim."""

    decision = forms.ChoiceField(
        label=_("审核结论"),
        choices=[("grant", _("通过")), ("refuse", _("不通过"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择通过或不通过。")},
    )
    reason = forms.CharField(
        label=_("理由"),
        max_length=200,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("不通过，或要替换现任负责人时必填。认领人会看到。"),
    )


class InviteForm(forms.Form):
    """Whom the link is for."""

    part = forms.ChoiceField(
        label=_("邀请对方做什么"),
        choices=[
            (Membership.Part.CLERK.value, _("做经办人：填报和查看")),
            (Membership.Part.OWNER.value, _("接任负责人：把企业移交给对方，您转为经办人")),
        ],
        initial=Membership.Part.CLERK.value,
        widget=forms.RadioSelect,
    )
