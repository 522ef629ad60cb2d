"""Forms of sign-in."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _


class SignInForm(AuthenticationForm):
    """Account and password, with messages that say what to do."""

    username = forms.CharField(label=_("账号"), max_length=60, error_messages={"required": _("请填写账号。")})
    password = forms.CharField(
        label=_("密码"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("请填写密码。")},
    )
    error_messages = {
        "invalid_login": _("账号或密码不对，请核对大小写后重试。忘记密码请联系本单位系统管理员。"),
        "inactive": _("这个账号已停用，请联系本单位系统管理员。"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs["autocomplete"] = "username"
