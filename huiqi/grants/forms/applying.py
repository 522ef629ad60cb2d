"""Forms of the firm."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.core.fields import MoneyField
from huiqi.core.personal import plain_code, plain_phone
from huiqi.files.fields import UploadField
from huiqi.grants.models import Application, Call
from huiqi.rules.catalogue import Fact

_ACCOUNT = re.compile(r"[0-9A-Z]{6,32}")
_YES_NO = [("yes", gettext_lazy("是")), ("no", gettext_lazy("否"))]
MOST_FILES = 5


def _account(text: str) -> str:
    account = plain_code(text)
    if account and not _ACCOUNT.fullmatch(account):
        raise forms.ValidationError(_("账号应是6到32位数字或字母，请照开户许可证填写。"))
    return account


class ApplyForm(forms.Form):
    """What the register does not know. `facts` are yes-or-no questions of the policy."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    asked_base = MoneyField(label="", required=False, low=1)
    contact = forms.CharField(
        label=gettext_lazy("联系人"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("补正和到账时联系"),
    )
    phone = forms.CharField(
        label=gettext_lazy("联系电话"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    address = forms.CharField(label=gettext_lazy("经营地址"), max_length=200, required=False)
    bank = forms.CharField(label=gettext_lazy("开户银行"), max_length=80, required=False)
    account = forms.CharField(
        label=gettext_lazy("收款账号"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=gettext_lazy("必须是本企业户名的账户。只用于拨付，屏幕上只显示后四位。"),
    )
    statement = forms.CharField(
        label=gettext_lazy("情况说明"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    paper = UploadField(label=gettext_lazy("申报材料"), required=False)

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        call: Call,
        facts: list[Fact],
        known: Application | None = None,
        **more: Any,
    ) -> None:
        self.fact_ids = [fact.id for fact in facts]
        names = ("version", "asked_base", "contact", "phone", "address", "bank", "statement")
        initial = {name: getattr(known, name) for name in names} if known else {}
        for fact in facts:
            said = known.stated.get(fact.id) if known else None
            initial[f"fact_{fact.id}"] = {True: "yes", False: "no", None: ""}[said]
        super().__init__(data, files, initial=initial, **more)
        for fact in facts:
            self.fields[f"fact_{fact.id}"] = forms.ChoiceField(
                label=fact.label, choices=_YES_NO, required=False, widget=forms.RadioSelect
            )
        self.fields["asked_base"].label = call.base_words or _("申报费用")
        if call.standard_kind != "share":
            del self.fields["asked_base"]
        self.has_account = bool(known and known.account)
        if not call.paper_lines:
            del self.fields["paper"]
        else:
            self.fields["paper"].help_text = "、".join(call.paper_lines)
        self.order_fields(["version", "asked_base", *(f"fact_{name}" for name in self.fact_ids)])

    def clean_phone(self) -> str:
        """Eleven digits of a mobile, or a landline with its area code."""
        digits = plain_phone(self.cleaned_data["phone"])
        if digits and not re.fullmatch(r"1[3-9]\d{9}|17000\d{6}|0\d{9,11}", digits):
            raise forms.ValidationError(_("电话应是11位手机号，或带区号的座机，如073188888888。"))
        return digits

    def clean_account(self) -> str:
        """Tidied."""
        return _account(self.cleaned_data["account"])

    def given(self) -> dict[str, Any]:
        """For `save_application`; an account left empty keeps the one there is."""
        given = {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("version", "paper") and not name.startswith("fact_")
        }
        if not given.get("account") and self.has_account:
            given.pop("account", None)
        said = {name: self.cleaned_data.get(f"fact_{name}") for name in self.fact_ids}
        given["stated"] = {name: value == "yes" for name, value in said.items() if value}
        return given


class AccountForm(forms.Form):
    """Another account."""

    bank = forms.CharField(label=gettext_lazy("开户银行"), max_length=80)
    account = forms.CharField(
        label=gettext_lazy("收款账号"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=gettext_lazy("必须是本企业户名的账户。"),
    )

    def clean_account(self) -> str:
        """Tidied."""
        return _account(self.cleaned_data["account"])


class NothingForm(forms.Form):
    """An act that asks for nothing."""
