"""The register of personal fields: for each one its purpose, legal basis and retention.

Every app declares its own in `personal.yaml` beside its models; this module collects them. Personal
information protection law (个人信息保护法) art. 6 asks for a purpose and the least that serves it, art. 19
for the shortest retention; what is not written down here may not be stored.

    personal:
      User.phone:
        purpose: 登录验证与工作通知
        basis: 履行法定职责（个人信息保护法第十三条第一款第三项）
        retention: 账号停用后两年
        by: at_once
    not_personal:
      Unit.name: 机构的名称
    keys:
      Hook.secret: 签名用的密钥，不属于任何人

`keys` are columns encrypted for another reason than a person: what machines prove themselves with.

`by` says what ends the retention: "retention" (left out: a rule of huiqi.core.retention names the field), the
name of another command, "at_once" (the act that makes it superfluous), "archive" (kept with the record).

A third-party table is written with its app: `otp_totp.TOTPDevice.name`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.apps import apps
from django.db import models

from huiqi.core.errors import Refused
from huiqi.core.personal import SEALED, BlindIndexField, EncryptedTextField

FILE = "personal.yaml"
ENTRY = {"purpose", "basis", "retention"}
BY = "by"
RULE, AT_ONCE, ARCHIVE = "retention", "at_once", "archive"
# Parts of a column's name that speak of a natural person, or of a way to reach one.
SUSPICIOUS = re.compile(
    r"(?:^|_)(name|username|surname|person|persons|contact|contacts|representative|holder|signatory"
    r"|phone|phones|mobile|tel|telephone|fax|email|mail|wechat|address|ip|account|bank|card"
    r"|id_number|identity|passport|birthday|gender|device)(?:$|_)"
)


@dataclass(frozen=True)
class PersonalField:
    """One line of the data map."""

    model: str
    field: str
    label: str
    is_encrypted: bool
    purpose: str
    basis: str
    retention: str
    by: str = RULE


@dataclass(frozen=True)
class Register:
    """What all apps declare by `app.Model.field`: personal, only looking so, keys of machines."""

    personal: dict[str, dict[str, str]]
    not_personal: dict[str, str]
    keys: dict[str, str]

    def entries(self) -> Iterator[str]:
        """The name of every entry; one that stands in two parts comes twice."""
        yield from (*self.personal, *self.not_personal, *self.keys)


def read_register() -> Register:
    """The declarations of all apps together; Refused names the file and entry that is not as it should be."""
    register = Register({}, {}, {})
    for config in apps.get_app_configs():
        path = Path(config.path) / FILE
        if path.exists():
            _read(path, config.label, register)
    return register


def _read(path: Path, label: str, register: Register) -> None:
    written = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    if not isinstance(written, dict) or set(written) - {"personal", "not_personal", "keys"}:
        raise _fault(path, "只能有 personal、not_personal 与 keys 三部分")
    for name, entry in (written.get("personal") or {}).items():
        is_whole = isinstance(entry, dict) and set(entry) - {BY} == ENTRY
        if not is_whole or not all(map(_is_said, entry.values())):
            raise _fault(path, f"{name}须写明 purpose、basis、retention")
        register.personal[_full(name, label)] = entry
    for part, entries in (("not_personal", register.not_personal), ("keys", register.keys)):
        for name, reason in (written.get(part) or {}).items():
            if not _is_said(reason):
                raise _fault(path, f"{name}须写明为何不是个人信息")
            entries[_full(name, label)] = reason


def _is_said(text: Any) -> bool:
    return isinstance(text, str) and bool(text.strip())


def _full(name: str, label: str) -> str:
    return name if name.count(".") == 2 else f"{label}.{name}"


def _fault(path: Path, fault: str) -> Refused:
    return Refused("core.personal_register", f"个人信息登记表{path.parent.name}/{path.name}：{fault}。")


def data_map() -> list[PersonalField]:
    """Every registered field in the order of its name; Refused when a registered field does not exist."""
    rows = []
    for name, entry in sorted(read_register().personal.items()):
        field = _field(name)
        rows.append(
            PersonalField(
                model=name.rpartition(".")[0],
                field=field.name,
                label=str(field.verbose_name),
                is_encrypted=_is_encrypted(field),
                **entry,
            )
        )
    return rows


def _is_encrypted(field: models.Field[Any, Any]) -> bool:
    sealed = any((one.model, one.column) == (field.model, field.name) for one in SEALED)
    return sealed or isinstance(field, EncryptedTextField)


def _field(name: str) -> models.Field[Any, Any]:
    label, model, column = name.split(".")
    for candidate in apps.get_models():
        if (candidate._meta.app_label, candidate.__name__) == (label, model):
            for field in candidate._meta.local_concrete_fields:
                if field.name == column:
                    return field
    raise Refused("core.personal_register", f"个人信息登记表中的{name}在程序里不存在。请改正或删去这一行。")


def faults(watched: Iterable[type[models.Model]]) -> list[str]:
    """What is wrong with the register for these models: unregistered fields, entries without a field.

    A blind index belongs to its source and needs no entry of its own.
    """
    register = read_register()
    entries = list(register.entries())
    found = [
        f"{name}: looks personal; register it in the app's {FILE}, or under not_personal with the reason"
        for name in looks_personal(watched)
        if name not in entries
    ]
    for name in entries:
        try:
            field = _field(name)
        except Refused as refusal:
            found.append(refusal.message)
        else:
            if name in register.not_personal and isinstance(field, EncryptedTextField):
                found.append(f"{name}: is encrypted, so it cannot be under not_personal")
            if name in register.keys and not isinstance(field, EncryptedTextField):
                found.append(f"{name}: is not encrypted, so it cannot be a key")
    twice = {name for name in entries if entries.count(name) > 1}
    return [*found, *(f"{name}: stands in two parts of the register" for name in sorted(twice))]


def looks_personal(watched: Iterable[type[models.Model]]) -> Iterator[str]:
    """`app.Model.field` of every encrypted column, and of text columns whose name speaks of a person."""
    for model in watched:
        for field in model._meta.local_concrete_fields:
            if _is_suspicious(field):
                yield f"{model._meta.app_label}.{model.__name__}.{field.name}"


def _is_suspicious(field: models.Field[Any, Any]) -> bool:
    if isinstance(field, (EncryptedTextField, models.GenericIPAddressField)):
        return True
    if isinstance(field, BlindIndexField) or field.choices or not isinstance(field, _TEXTS):
        return False
    return bool(SUSPICIOUS.search(field.name))


_TEXTS = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.FileField)
