"""Forms around a half-filled response: the phone by which it is found, the code that proves it."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.core.personal import plain_phone

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


class CodeForm(forms.Form):
    """The six digits of a text message."""

    use_required_attribute = False
    code = forms.CharField(label=gettext_lazy("短信验证码"), max_length=20)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code"}
