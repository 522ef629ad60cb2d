"""The form for one more device."""

from django import forms
from django.utils.translation import gettext_lazy


class CollectorForm(forms.Form):
    """What the office calls the device."""

    use_required_attribute = False
    name = forms.CharField(
        label=gettext_lazy("设备叫什么"),
        max_length=40,
        help_text=gettext_lazy("一台设备一个地址，如：平板3号、浏阳第2组。不写人名和电话。"),
        error_messages={"required": gettext_lazy("请写设备的叫法。")},
    )
