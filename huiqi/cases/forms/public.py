"""The public query by number and code."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from huiqi.cases.forms.asking import TextField
from huiqi.cases.queries.drafts import is_mobile
from huiqi.core.personal import plain_phone


class _Digits(forms.Form):
    """Boxes for numbers that no browser remembers."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}


class LostForm(_Digits):
    """Number and registered phone."""

    number = TextField(
        label=gettext_lazy("编号"), max_length=30, help_text=gettext_lazy("提交时给您的10位数字，短信里也有")
    )
    phone = TextField(
        label=gettext_lazy("登记的手机号"), max_length=30, help_text=gettext_lazy("提诉求时填的手机号")
    )

    def clean_phone(self) -> str:
        """Said only of the writing, never of whether it is the right one."""
        phone = plain_phone(self.cleaned_data["phone"])
        if not is_mobile(phone):
            raise forms.ValidationError(gettext_lazy("手机号是11位数字，如 13800138000。请核对后再填。"))
        return phone


class ProgressForm(_Digits):
    """Ten digits and six. What cannot be a number is answered like a wrong one."""

    number = TextField(
        label=gettext_lazy("编号"), max_length=30, help_text=gettext_lazy("提交时给您的10位数字")
    )
    code = TextField(
        label=gettext_lazy("查询码"), max_length=30, help_text=gettext_lazy("提交时给您的6位数字")
    )

    def clean_code(self) -> str:
        """Digits alone, however they were written."""
        typed: str = self.cleaned_data["code"]
        return "".join(str(int(char)) for char in typed if char.isdecimal())
