"""Columns for personal data: encrypted at rest, found by a keyed blind index, masked on screen.

    phone = EncryptedTextField(max_length=20, blank=True)
    phone_index = BlindIndexField("phone", purpose="phone")

    Person.objects.filter(phone_index__finds="138 1234 5678")

Whatever has such a column is registered in huiqi.core.personal_register.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from django import forms
from django.core import checks
from django.core.exceptions import FieldError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.lookups import In
from django.db.models.signals import class_prepared, pre_save

from huiqi.core import crypto

log = structlog.get_logger("huiqi.personal")


class Locked(str):
    """Stands for a stored text that no key of the ring can read; saving it keeps the ciphertext."""

    ciphertext: str

    def __new__(cls, ciphertext: str) -> "Locked":
        locked = super().__new__(cls, "〔无法解密〕")
        locked.ciphertext = ciphertext
        return locked

    def __reduce__(self) -> tuple[type["Locked"], tuple[str]]:
        return Locked, (self.ciphertext,)


if TYPE_CHECKING:
    Text = models.TextField[str, str]
    Char = models.CharField[str, str]
else:
    # Django's fields take parameters only once django-ninja is loaded; apps.py may import us before.
    Text, Char = models.TextField, models.CharField


class EncryptedTextField(Text):
    """Text that is plain in Python and `keyid.ciphertext` in the database; empty stays empty.

    It cannot be searched, compared or sorted: use a BlindIndexField. A text that cannot be read becomes
    `Locked` instead of an exception, so that a lost key does not close every page that lists the row.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Ciphertexts of equal texts differ, so that a key or an index on them would be useless."""
        found = super().check(**kwargs)
        if self.unique or getattr(self, "db_index", False):
            found.append(checks.Error("An encrypted column cannot be unique or indexed.", obj=self))
        return found

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name not in {"isnull", "blank"}:
            raise FieldError(f"{self.name} is encrypted and cannot be searched; use its blind index.")
        return super().get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> Any:
        raise FieldError(f"{self.name} is encrypted and cannot be transformed by the database.")

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        if not value:
            return value
        try:
            return crypto.decrypt(value).decode()
        except crypto.Unreadable:
            log.error(
                "unreadable field", field=str(self), key=value.partition(".")[0][: crypto.KEY_ID_LENGTH]
            )
            return Locked(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        text = super().get_db_prep_value(value, connection, prepared)
        if isinstance(value, Locked):
            return value.ciphertext
        return crypto.encrypt(text.encode()) if isinstance(text, str) and text else text

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"widget": forms.TextInput, **kwargs})


@EncryptedTextField.register_lookup
class Blank(models.Lookup):
    """`text__blank=True`: nothing is stored. The only thing a ciphertext tells of its text."""

    lookup_name = "blank"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        text, parameters = self.process_lhs(compiler, connection)
        return f"{text} {'=' if self.rhs else '<>'} ''", list(parameters)


@dataclass(frozen=True)
class SealedTexts:
    """Ciphertexts of huiqi.core.crypto in an ordinary column, or in members of a JSON column."""

    model: type[models.Model]
    column: str
    members: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return f"{self.model._meta.app_label}.{self.model.__name__}"


# Filled by the apps' `ready` with what no field class tells, so that `huiqi rotate_keys` finds it.
SEALED: list[SealedTexts] = []


def plain_phone(text: str) -> str:
    """Digits of a Chinese telephone number without country code: `+86 138-1234-5678` is `13812345678`."""
    digits = re.sub(r"\D", "", _narrow(text))
    return re.sub(r"^(0086|86)(?=1\d{10}$)", "", digits)


def plain_code(text: str) -> str:
    """A number of an identity card or an account without spaces and dashes, letters large."""
    return re.sub(r"[\s\-]", "", _narrow(text)).upper()


def plain_email(text: str) -> str:
    """An address without spaces around it, letters small."""
    return _narrow(text).strip().lower()


def plain_name(text: str) -> str:
    """A name without spaces; the dots of minority names are one and the same."""
    return re.sub(r"\s", "", re.sub(r"[·•・.]", "·", _narrow(text)))


def _narrow(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


# How a value is written before it is digested, so that spellings of the same thing are found. A purpose
# is part of the digest: the same digits as a phone and as an account have nothing in common.
PURPOSES: dict[str, Callable[[str], str]] = {
    "phone": plain_phone,
    "id_number": plain_code,
    "account": plain_code,
    "email": plain_email,
    "name": plain_name,
    "address": plain_name,
}


def index_of(text: str, purpose: str) -> str:
    """What a BlindIndexField stores for `text`: "" for nothing, else `keyid:digest`."""
    plain = PURPOSES[purpose](text)
    return crypto.blind_index(plain, purpose) if plain else ""


class BlindIndexField(Char):
    """`keyid:digest` of the encrypted column `source`, kept up to date by save and bulk_create.

    `filter(phone_index__finds=text)` finds equal values under every key of the ring. `update()` and
    `bulk_update()` do not go through save: give them the index too, with `index_of`. A unique constraint
    holds within one key only; a command that promises uniqueness looks with `finds` first.
    """

    def __init__(self, source: str = "", *, purpose: str = "", **kwargs: Any) -> None:
        if purpose not in PURPOSES:
            raise ValueError(f"unknown purpose {purpose!r}: one of {', '.join(PURPOSES)}")
        self.source, self.purpose = source, purpose
        kwargs.update(max_length=crypto.INDEX_LENGTH, editable=False, blank=True, default="")
        kwargs.setdefault("db_index", True)
        super().__init__(**kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("max_length", "editable", "blank", "default", "db_index"):
            kwargs.pop(fixed, None)
        if not getattr(self, "db_index", True):
            kwargs["db_index"] = False
        return name, path, [self.source, *args], {"purpose": self.purpose, **kwargs}

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        if not cls._meta.abstract:
            class_prepared.connect(self._watch, sender=cls)

    def _watch(self, sender: type[models.Model], **kwargs: Any) -> None:
        pre_save.connect(self._refuse_half_a_save, sender=sender)

    def _refuse_half_a_save(self, update_fields: Any = None, **kwargs: Any) -> None:
        if update_fields and self.source in update_fields and self.name not in update_fields:
            raise ValueError(f"saving {self.source} needs {self.name} in update_fields too")

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        text = getattr(model_instance, self.source)
        if isinstance(text, Locked):
            return str(getattr(model_instance, self.attname))
        index = index_of(text or "", self.purpose)
        setattr(model_instance, self.attname, index)
        return index


@BlindIndexField.register_lookup
class Finds(In):
    """`index__finds=text`: rows whose source is this text, whichever key indexed them."""

    lookup_name = "finds"

    def __init__(self, lhs: Any, rhs: Any) -> None:
        purpose = lhs.output_field.purpose
        plain = PURPOSES[purpose](rhs)
        super().__init__(lhs, crypto.blind_indexes(plain, purpose) if plain else [])


# --- on screen --------------------------------------------------------------------------------------


def mask_phone(text: str) -> str:
    """`138****5678`; a landline keeps its last four digits."""
    digits = plain_phone(text)
    if re.fullmatch(r"1\d{10}", digits):
        return f"{digits[:3]}****{digits[-4:]}"
    return _ends(text, digits, 0, 4)


def mask_id_number(text: str) -> str:
    """`430***********1234`: province and the last four."""
    return _ends(text, plain_code(text), 3, 4)


def mask_account(text: str) -> str:
    """`***************1234`: the last four."""
    return _ends(text, plain_code(text), 0, 4)


def mask_name(text: str) -> str:
    """`王**`: the first character of a person's name."""
    return _ends(text, text.strip(), 1, 0)


def mask_email(text: str) -> str:
    """`w***@example.cn`."""
    if isinstance(text, Locked):
        return text
    name, at, host = text.strip().partition("@")
    return f"{name[:1]}***{at}{host}" if name and at else "*" * len(name)


def _ends(text: str, plain: str, first: int, last: int) -> str:
    """`plain` with stars between its ends; nothing but stars when the ends would show half of it."""
    if isinstance(text, Locked):
        return text
    hidden = len(plain) - first - last
    if hidden < max(first, last):
        return "*" * len(plain)
    return plain[:first] + "*" * hidden + (plain[-last:] if last else "")
