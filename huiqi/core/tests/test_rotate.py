import io
import json

import pytest
from cryptography.fernet import Fernet
from django.db import connection, models

from huiqi.core import crypto, personal, rotation
from huiqi.core.management.commands import rotate_keys as command
from huiqi.core.models import AuditRecord, Job
from huiqi.core.personal import Locked, SealedTexts
from huiqi.core.rotation import keyed_columns, rotate_keys
from huiqi.core.tests.make import make_job
from huiqi.core.tests.personal_rows import Person
from huiqi.policies.models import Check

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


class CrashError(Exception):
    pass


@pytest.fixture
def people(transactional_db, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 3)
    with connection.schema_editor() as editor:
        editor.create_model(Person)
    yield Person.objects
    with connection.schema_editor() as editor:
        editor.delete_model(Person)


@pytest.fixture
def ring(settings):
    """`ring("k2", "k1")` sets the keys, the first one encrypts."""
    keys = {"k1": OLD, "k2": NEW}

    def turn(*names):
        settings.HUIQI_KEYS = ",".join(f"{name}:{keys[name]}" for name in names)

    return turn


def phone(number):
    return f"1380000{number:04d}"


def make_people(people, count):
    people.bulk_create([Person(phone=phone(number), id_number=None) for number in range(count)])


def stored():
    """The key ids in the database itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, phone_index FROM core_person")
        return {text[:2] for row in cursor.fetchall() for text in row if text}


# --- what cannot be read ------------------------------------------------------------------------------


def test_texts_under_an_unknown_key_stay_and_are_counted(people, ring):
    ring("k1")
    make_people(people, 4)
    ring("k2")
    make_people(people, 2)
    rotated = rotate_keys(watched=[Person])
    assert rotated.unreadable == {"core.Person": 4}
    assert stored() == {"k1", "k2"}
    assert sum(isinstance(person.phone, Locked) for person in people.all()) == 4
    ring("k2", "k1")
    assert rotate_keys(watched=[Person]).rewritten == {"core.Person": 4}


def test_the_command_names_what_no_key_reads(people, ring, monkeypatch):
    ring("k1")
    make_people(people, 1)
    ring("k2")
    monkeypatch.setattr(command, "rotate_keys", lambda **more: rotate_keys(watched=[Person], **more))
    code, out, err = run("--json")
    assert (code, out) == (1, "")
    assert "core.Person（1行）" in err


# --- rotating -----------------------------------------------------------------------------------------


def test_after_the_old_key_is_gone_everything_is_read_and_found(people, ring):
    ring("k1")
    make_people(people, 10)
    people.create(phone="", id_number="430102199001011234")
    ring("k2", "k1")
    seen = []
    rotated = rotate_keys(watched=[Person], progress=lambda label, count: seen.append((label, count)))
    assert rotated.rewritten == {"core.Person": 11}
    assert [count for _, count in seen] == [3, 6, 9, 11]
    ring("k2")
    assert stored() == {"k2"}
    assert {person.phone for person in people.all()} == {"", *map(phone, range(10))}
    assert people.get(id_number__isnull=False).id_number == "430102199001011234"
    for number in range(10):
        assert people.get(phone_index__finds=phone(number)).phone == phone(number)


def test_a_second_run_rewrites_nothing(people, ring):
    ring("k1")
    make_people(people, 4)
    ring("k2", "k1")
    rotate_keys(watched=[Person])
    assert rotate_keys(watched=[Person]).rewritten == {}
    row = AuditRecord.objects.filter(act="keys.rotated").order_by("pk").first()
    assert row.details == {"key": "k2", "rows": 4, "unreadable": 0}


def test_a_run_that_stopped_half_way_goes_on(people, ring):
    ring("k1")
    make_people(people, 8)
    ring("k2", "k1")

    def stop(label, count):
        if count >= 6:
            raise CrashError

    with pytest.raises(CrashError):
        rotate_keys(watched=[Person], progress=stop)
    # Meanwhile people search and find, whichever key a row has.
    assert all(people.filter(phone_index__finds=phone(number)).exists() for number in range(8))
    assert rotate_keys(watched=[Person]).rewritten == {"core.Person": 2}
    ring("k2")
    assert all(people.filter(phone_index__finds=phone(number)).exists() for number in range(8))


def test_an_index_alone_under_the_old_key_is_renewed(people, ring):
    ring("k1")
    index = personal.index_of(phone(0), "phone")
    ring("k2", "k1")
    make_people(people, 1)
    people.update(phone_index=index)
    assert rotate_keys(watched=[Person]).rewritten == {"core.Person": 1}
    assert stored() == {"k2"}


def test_the_derived_key_is_left_for_one_of_ones_own(people, ring, settings):
    settings.HUIQI_KEYS = ""
    make_people(people, 2)
    ring("k1")
    rotate_keys(watched=[Person])
    settings.SECRET_KEY = "another-" + "y" * 50
    assert people.get(phone_index__finds=phone(1)).phone == phone(1)


@pytest.mark.django_db
def test_texts_sealed_in_ordinary_columns_and_json_are_rotated_too(monkeypatch, ring):
    monkeypatch.setattr(
        rotation, "SEALED", [SealedTexts(Job, "message"), SealedTexts(Job, "arguments", ("secret", "absent"))]
    )
    ring("k1")
    job = make_job(message=crypto.encrypt(b"a"), arguments={"secret": crypto.encrypt(b"b"), "other": 1})
    make_job()
    lost = make_job(message="zz.lost")
    ring("k2", "k1")
    rotated = rotate_keys(watched=[Job])
    assert (rotated.rewritten, rotated.unreadable) == ({"core.Job": 2}, {"core.Job": 1})
    ring("k2")
    job.refresh_from_db()
    assert crypto.decrypt(job.message) == b"a"
    assert (crypto.decrypt(job.arguments["secret"]), job.arguments["other"]) == (b"b", 1)
    lost.refresh_from_db()
    assert lost.message == "zz.lost"


def test_no_encrypted_column_of_the_product_is_forgotten():
    found = {columns.label for columns in keyed_columns()} | {texts.label for texts in personal.SEALED}
    assert {"accounts.User", "policies.Check", "mfa.Authenticator"} <= found
    assert SealedTexts(Check, "answers_sealed") in personal.SEALED
    assert "core.Person" not in found
    assert all(issubclass(columns.model, models.Model) for columns in keyed_columns())


def run(*argv):
    out, err = io.StringIO(), io.StringIO()
    code = 0
    try:
        command.Command(stdout=out, stderr=err, no_color=True).run_from_argv(["huiqi", "rotate_keys", *argv])
    except SystemExit as leaving:
        code = leaving.code
    return code, out.getvalue(), err.getvalue()


def test_the_command_says_which_key_is_in_use_and_what_it_did(people, ring, monkeypatch):
    ring("k1")
    make_people(people, 2)
    ring("k2", "k1")
    monkeypatch.setattr(command, "rotate_keys", lambda **more: rotate_keys(watched=[Person], **more))
    code, out, err = run("--json")
    assert (code, json.loads(out)) == (0, {"key": "k2", "rewritten": {"core.Person": 2}, "unreadable": {}})
    assert err == "core.Person：2行\n"
