"""The form on access tokens."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.accounts.commands.tokens import Grant
from huiqi.accounts.models import ApiScope, User

_DAYS = {
    "30": gettext_lazy("30天"),
    "90": gettext_lazy("90天"),
    "180": gettext_lazy("180天"),
    "365": gettext_lazy("一年"),
}


class TokenForm(forms.Form):
    """For whose program, what for, what it may do, how long."""

    account = forms.CharField(
        label=gettext_lazy("账号"),
        max_length=60,
        help_text=gettext_lazy("程序以这个账号的名义调用，能看能办的不超过这个账号。"),
        error_messages={"required": gettext_lazy("请填写账号。")},
    )
    name = forms.CharField(
        label=gettext_lazy("用途"),
        max_length=60,
        help_text=gettext_lazy("哪个系统、做什么用，如：园区服务平台提交诉求"),
        error_messages={"required": gettext_lazy("请写明哪个系统、做什么用。")},
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("权限范围"),
        choices=ApiScope.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("请至少选择一项权限范围。")},
    )
    days = forms.ChoiceField(label=gettext_lazy("有效期"), choices=list(_DAYS.items()), initial="180")

    def clean_account(self) -> User:
        """The account of that name."""
        user = User.objects.filter(username=self.cleaned_data["account"].strip()).order_by("pk").first()
        if user is None:
            raise ValidationError(_("没有这个账号。请核对账号（不是姓名），或先建立接口专用账号。"))
        return user

    def grant(self) -> Grant:
        """What is granted; after `is_valid`."""
        got: dict[str, Any] = self.cleaned_data
        scopes = [ApiScope(scope) for scope in got["scopes"]]
        return Grant(got["name"], scopes, timedelta(days=int(got["days"])))
