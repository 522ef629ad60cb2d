"""The public query by number and code."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from huiqi.cases.forms.asking import TextField


class ProgressForm(forms.Form):
    """Ten digits and six. What cannot be a number is answered like a wrong one."""

    use_required_attribute = False
    number = TextField(
        label=gettext_lazy("编号"), max_length=30, help_text=gettext_lazy("提交时给您的10位数字")
    )
    code = TextField(
        label=gettext_lazy("查询码"), max_length=30, help_text=gettext_lazy("提交时给您的6位数字")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}

    def clean_code(self) -> str:
        """Digits alone, however they were written."""
        typed: str = self.cleaned_data["code"]
        return "".join(str(int(char)) for char in typed if char.isdecimal())
