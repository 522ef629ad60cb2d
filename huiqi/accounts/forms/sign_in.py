"""Forms of sign-in, second factor and password."""

from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.forms import LoginForm, ReauthenticateForm
from allauth.mfa.adapter import get_adapter as get_factor_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as CodeAgainForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.accounts.commands import passwords, tries
from huiqi.accounts.models import User
from huiqi.accounts.queries.sign_in import code_digest
from huiqi.core import clock
from huiqi.core.language import worded

LONGEST_PASSWORD = 200


def password_field(label: Any, autocomplete: str, required: Any, help_text: Any = "") -> forms.CharField:
    """A password box: never trimmed, never sent back, open to password managers and pasting."""
    return forms.CharField(
        label=label,
        strip=False,
        max_length=LONGEST_PASSWORD,
        help_text=help_text,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        error_messages={"required": required},
    )


def code_field() -> forms.CharField:
    """The box of a one-time or recovery code."""
    return forms.CharField(
        label=gettext_lazy("验证码"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        error_messages={"required": gettext_lazy("请填写验证码。")},
    )


class SignInForm(LoginForm):  # type: ignore[misc]
    """Account and password, with messages that say what to do."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {
            "login": forms.CharField(
                label=_("账号或手机号"),
                max_length=60,
                widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
                error_messages={"required": _("请填写账号。")},
            ),
            "password": password_field(_("密码"), "current-password", _("请填写密码。")),
        }


class PasswordAgainForm(ReauthenticateForm):  # type: ignore[misc]
    """The password once more before something that matters."""

    password = password_field(gettext_lazy("密码"), "current-password", gettext_lazy("请填写密码。"))


class CountedCode:
    """Guesses at a code count against the account wherever they come from: the password is known already."""

    user: User

    def clean_code(self) -> str:
        """The code, if it is right, was not used before and the account is not held up."""
        now = clock.wall_now()
        try:
            attempt = tries.begin_try(code_digest(self.user), "", user=self.user, at=now)
            try:
                code = str(super().clean_code())  # type: ignore[misc]
                self._use(code)
            except ValidationError:
                tries.fail_try(attempt, user=self.user, at=now)
                tries.refuse_if_locked(attempt, at=now)
                raise
        except tries.TryLater as refusal:
            raise ValidationError(worded(refusal.said), code="try_later") from refusal
        tries.succeed_try(attempt, at=now)
        return code

    def _use(self, code: str) -> None:
        authenticator: Authenticator = self.authenticator  # type: ignore[attr-defined]
        if authenticator.type == Authenticator.Type.TOTP and not passwords.use_code(authenticator, code):
            raise get_factor_adapter().validation_error("incorrect_code")


class CodeForm(CountedCode, AuthenticateForm):  # type: ignore[misc]
    """The second factor at sign-in, typed: a code of the app or a recovery code."""

    code = code_field()


class CodeOnceMoreForm(CountedCode, CodeAgainForm):  # type: ignore[misc]
    """The same before something that matters."""

    code = code_field()


class AppForm(ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a phone app just set up."""

    code = code_field()


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey or security key."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=40, required=False)
    passwordless = forms.BooleanField(
        label=gettext_lazy("以后可以只用它登录，不再输密码"),
        required=False,
        help_text=gettext_lazy("需要密钥支持指纹、面容或PIN；电脑和手机自带的通行密钥都可以。"),
    )


class PasswordForm(forms.Form):
    """A new password: the present one, the new one twice."""

    old = password_field(gettext_lazy("现在的密码"), "current-password", gettext_lazy("请填写现在的密码。"))
    new = password_field(
        gettext_lazy("新密码"),
        "new-password",
        gettext_lazy("请填写新密码。"),
        gettext_lazy("至少10个字符，含小写字母、大写字母、数字、符号中的至少三类；不能与最近5次相同。"),
    )
    again = password_field(gettext_lazy("再填一次新密码"), "new-password", gettext_lazy("请再填一次新密码。"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_old(self) -> str:
        """Counted like a sign-in, so that an unattended screen gives nobody endless guesses."""
        old = str(self.cleaned_data["old"])
        if not get_account_adapter().reauthenticate(self.user, old):
            raise get_account_adapter().validation_error("incorrect_password")
        return old

    def clean_new(self) -> str:
        """Good enough, and not one of the last."""
        new = str(self.cleaned_data["new"])
        validate_password(new, self.user)
        return new

    def clean(self) -> dict[str, Any]:
        """Both new ones alike."""
        cleaned = super().clean() or {}
        if cleaned.get("new") and cleaned.get("again") and cleaned["new"] != cleaned["again"]:
            self.add_error("again", _("两次填写的新密码不一样，请重新填写。"))
        return cleaned
