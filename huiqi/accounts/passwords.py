"""What a password must be: characters of three classes, and none of the last five."""

import unicodedata
from typing import Any

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from huiqi.accounts.demo import DEMO_PASSWORD
from huiqi.accounts.models import PastPassword

# GB/T 22239-2019 8.1.4.1 asks for complexity and regular change; three classes and five passwords are ours.
LEAST_CLASSES = 3
REMEMBERED = 5


def classes_of(password: str) -> int:
    """How many of small letters, capitals, digits and anything else (signs, Han) occur."""
    kinds = {unicodedata.category(character) for character in password}
    small, large, digit = "Ll" in kinds, "Lu" in kinds, "Nd" in kinds
    return small + large + digit + bool(kinds - {"Ll", "Lu", "Nd"})


class LongEnoughValidator(MinimumLengthValidator):
    """Django's own rule; its sentence has lost its Chinese translation in this release."""

    def get_error_message(self) -> str:
        return _("密码至少要有%(count)s个字符，请再长一些。") % {"count": self.min_length}

    def get_help_text(self) -> str:
        return self.get_error_message()


class CharacterClassesValidator:
    """At least three of: small letters, capitals, digits, signs."""

    def validate(self, password: str, user: Any = None) -> None:
        if password == DEMO_PASSWORD:
            raise ValidationError(_("这是公开的演示密码，不能使用，请换一个。"), code="published")
        if classes_of(password) < LEAST_CLASSES:
            raise ValidationError(
                _("密码须含小写字母、大写字母、数字、符号中的至少三类，如 Liuyang-2020。"), code="classes"
            )

    def get_help_text(self) -> str:
        return _("至少10个字符，含小写字母、大写字母、数字、符号中的至少三类。")


class NotUsedBeforeValidator:
    """Not the present password and not one of the last five."""

    def validate(self, password: str, user: Any = None) -> None:
        if user is None or user.pk is None:
            return
        past = (
            PastPassword.objects.filter(user=user).order_by("-at", "-pk").values_list("password", flat=True)
        )
        if any(check_password(password, known) for known in [user.password, *past[:REMEMBERED]]):
            raise ValidationError(
                _("不能使用最近%s次用过的密码，请换一个。") % REMEMBERED, code="used_before"
            )

    def get_help_text(self) -> str:
        return _("不能与最近5次用过的密码相同。")
