"""The form on an address for events."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.webhooks.line import looked_up, read_address
from huiqi.webhooks.models import Event


class HookForm(forms.Form):
    """What for, where to, of what."""

    name = forms.CharField(
        label=gettext_lazy("用途"),
        max_length=60,
        error_messages={"required": gettext_lazy("请写明哪个系统、做什么用。")},
    )
    address = forms.CharField(
        label=gettext_lazy("接收地址"),
        max_length=300,
        help_text=gettext_lazy("https:// 开头，公网可达"),
        error_messages={"required": gettext_lazy("请填写接收地址。")},
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("推送什么"),
        choices=Event.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("请至少选择一项。")},
    )

    def clean_address(self) -> str:
        """An https address outside of our own network, as far as known today; checked again at each use."""
        address: Any = self.cleaned_data["address"].strip()
        try:
            looked_up(read_address(address))
        except Refused as refusal:
            raise ValidationError(worded(refusal.said)) from refusal
        except (OSError, UnicodeError) as error:
            raise ValidationError(_("查不到这个地址的域名。请核对。")) from error
        return str(address)
