"""Forms around a half-filled response: the phone by which it is found, the code that proves it."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.core.errors import Refused
from huiqi.core.fields import CreditCodeInput
from huiqi.core.language import worded
from huiqi.core.personal import plain_phone
from huiqi.reference.credit_codes import clean

_MOBILE = re.compile(r"1[3-9][0-9]{9}", re.ASCII)


class PhoneForm(forms.Form):
    """A mobile number; cleans to its eleven digits."""

    use_required_attribute = False
    phone = forms.CharField(
        label=gettext_lazy("手机号"),
        max_length=30,
        widget=forms.TextInput({"autocomplete": "tel", "inputmode": "tel"}),
    )

    def clean_phone(self) -> str:
        """Digits only."""
        phone = plain_phone(self.cleaned_data["phone"])
        if not _MOBILE.fullmatch(phone):
            raise ValidationError(_("请填11位手机号。"), code="phone")
        return phone


class FirmCodeForm(forms.Form):
    """The credit code of the firm that answers; cleans to its 18 characters."""

    use_required_attribute = False
    credit_code = forms.CharField(
        label=gettext_lazy("统一社会信用代码"),
        max_length=60,
        widget=CreditCodeInput(),
        help_text=gettext_lazy("营业执照上的18位代码。填了可以带入公开登记的名称、地区和行业，不用再填。"),
        error_messages={"required": gettext_lazy("请填写统一社会信用代码；没有的，点“没有代码，直接填写”。")},
    )

    def clean_credit_code(self) -> str:
        """The code tidied, or what is wrong with it."""
        try:
            return clean(self.cleaned_data["credit_code"])
        except Refused as refusal:
            raise ValidationError(worded(refusal.said), code="credit_code") from refusal


class CodeForm(forms.Form):
    """The six digits of a text message."""

    use_required_attribute = False
    code = forms.CharField(label=gettext_lazy("短信验证码"), max_length=20)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code"}
