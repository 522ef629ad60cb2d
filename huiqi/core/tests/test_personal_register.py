import io
import json

import pytest
from django.apps import apps
from django.db import models

from huiqi.core import personal_register
from huiqi.core.errors import Refused
from huiqi.core.management.commands import personal_fields
from huiqi.core.personal_register import data_map, faults, looks_personal, read_register
from huiqi.core.tests.make import Terminal
from huiqi.core.tests.personal_rows import Person


def own_models():
    """Every model of the product, without those made up for tests."""
    modules = [(model, model.__module__) for model in apps.get_models()]
    return [model for model, name in modules if name.startswith("huiqi.") and ".tests." not in name]


class Odd(models.Model):
    """Columns that look personal and columns that do not, made up for these tests."""

    legal_representative_name = models.CharField(max_length=9)
    work_email = models.EmailField()
    bank_account = models.TextField()
    contacts = models.JSONField(default=list)
    last_ip = models.GenericIPAddressField()
    contact_kind = models.CharField(max_length=9, choices=[("a", "A")])
    phone_count = models.PositiveIntegerField()
    unnamed = models.CharField(max_length=9)

    class Meta:
        app_label = "core"
        managed = False


def test_every_personal_field_of_the_product_is_registered():
    assert faults(own_models()) == []


def test_encrypted_columns_and_telling_names_look_personal_and_others_do_not():
    assert {name.rpartition(".")[2] for name in looks_personal([Odd])} == {
        "legal_representative_name",
        "work_email",
        "bank_account",
        "contacts",
        "last_ip",
    }
    # The blind index belongs to its source.
    assert list(looks_personal([Person])) == ["core.Person.phone", "core.Person.id_number"]


def test_an_unregistered_field_is_a_fault():
    found = faults([Person])
    assert [fault.partition(":")[0] for fault in found] == ["core.Person.phone", "core.Person.id_number"]
    assert "looks personal" in found[0]


@pytest.fixture
def declare(monkeypatch, tmp_path):
    """Declarations of an app made up for the test, in the place of all others."""

    class Config:
        label, path = "accounts", tmp_path

    class Apps:
        get_app_configs = staticmethod(lambda: [Config])
        get_models = staticmethod(apps.get_models)

    monkeypatch.setattr(personal_register, "apps", Apps)
    return lambda text: (tmp_path / "personal.yaml").write_text(text, encoding="utf-8")


WHOLE = "{purpose: 甲, basis: 乙, retention: 丙}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("surprise: {}", "只能有"),
        ("- a", "只能有"),
        ("personal: {User.name: {purpose: 甲}}", "须写明 purpose"),
        ("personal: {User.name: {purpose: 甲, basis: 乙, retention: ''}}", "须写明 purpose"),
        ("personal: {User.name: 甲}", "须写明 purpose"),
        ("not_personal: {User.name: ''}", "为何不是"),
    ],
)
def test_an_incomplete_entry_is_refused_with_its_place(declare, text, said):
    declare(text)
    with pytest.raises(Refused, match=said):
        read_register()


def test_an_entry_without_a_field_is_a_fault(declare):
    declare(f"personal: {{User.gone: {WHOLE}}}")
    assert faults([]) == ["个人信息登记表中的accounts.User.gone在程序里不存在。请改正或删去这一行。"]
    with pytest.raises(Refused, match=r"accounts\.User\.gone"):
        data_map()


def test_an_encrypted_field_cannot_be_called_not_personal(declare):
    declare(f"not_personal: {{core.Person.phone: 甲, User.name: 乙}}\npersonal: {{User.name: {WHOLE}}}")
    found = faults([])
    assert [fault.partition(":")[0] for fault in found] == ["core.Person.phone", "accounts.User.name"]


def test_a_key_must_be_encrypted_and_stand_in_one_part_only(declare):
    declare("keys: {core.Person.phone: 甲, User.username: 乙}\nnot_personal: {User.username: 甲}")
    found = faults([])
    assert [fault.partition(":")[0] for fault in found] == ["accounts.User.username"] * 3


def test_the_data_map_tells_what_is_encrypted_and_why_it_is_kept():
    rows = {(row.model, row.field): row for row in data_map()}
    assert rows["accounts.User", "phone"].is_encrypted
    assert rows["policies.Check", "answers_sealed"].is_encrypted
    name = rows["accounts.User", "name"]
    assert (name.label, name.is_encrypted) == ("姓名", False)
    assert "个人信息保护法" in name.basis


def run(*argv):
    out, err = Terminal(), io.StringIO()
    code = 0
    try:
        command = personal_fields.Command(stdout=out, stderr=err, no_color=True)
        command.run_from_argv(["huiqi", "personal_fields", *argv])
    except SystemExit as leaving:
        code = leaving.code
    return code, out.getvalue(), err.getvalue()


def test_the_command_prints_the_data_map(monkeypatch):
    monkeypatch.setattr(personal_fields, "faults", lambda watched: [])
    code, out, err = run("--json")
    assert (code, err) == (0, "")
    columns = {"model", "field", "label", "is_encrypted", "purpose", "basis", "retention", "by"}
    assert set(json.loads(out)[0]) == columns
    assert "accounts.User.phone（手机号，加密）" in run()[1]


def test_the_command_names_a_field_that_is_not_registered():
    code, out, err = run()
    assert (code, out) == (1, "")
    assert "core.Person.phone" in err
