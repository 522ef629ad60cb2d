"""The form in which an invited firm types its code."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.surveys.codes import plain_code


class InvitationCodeForm(forms.Form):
    """Cleans to the twelve characters without dashes."""

    use_required_attribute = False
    code = forms.CharField(
        label=gettext_lazy("邀请码"),
        max_length=40,
        help_text=gettext_lazy("12位字母和数字，在通知单上，如 ab3d-7fgh-k9mn。大小写、空格和横线都可以。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {
            "autocomplete": "off",
            "autocapitalize": "none",
            "spellcheck": "false",
        }

    def clean_code(self) -> str:
        """Without signs, in small letters."""
        code = plain_code(self.cleaned_data["code"])
        if not code:
            raise ValidationError(_("邀请码是12位字母和数字。请对照通知单再输一遍。"), code="code")
        return code
