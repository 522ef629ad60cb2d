import pickle

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError, ValidationError
from django.db import connection, models

from huiqi.core.personal import (
    BlindIndexField,
    EncryptedTextField,
    Locked,
    index_of,
    mask_account,
    mask_email,
    mask_id_number,
    mask_name,
    mask_phone,
)
from huiqi.core.tests.personal_rows import Person

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def people(transactional_db):
    with connection.schema_editor() as editor:
        editor.create_model(Person)
    yield Person.objects
    with connection.schema_editor() as editor:
        editor.delete_model(Person)


def stored(column, pk):
    """What the database itself holds."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM core_person WHERE id = %s", [pk])  # noqa: S608
        return cursor.fetchone()[0]


# --- refusals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("lookup", ["phone", "phone__in", "phone__contains", "phone__gt", "phone__lower__in"])
def test_an_encrypted_column_cannot_be_searched(people, lookup):
    with pytest.raises(FieldError, match="encrypted"):
        people.filter(**{lookup: "13812345678"})


def test_an_encrypted_column_tells_only_whether_it_holds_anything(people):
    full, empty = people.create(phone="13812345678"), people.create()
    assert [people.get(phone__blank=blank).pk for blank in (False, True)] == [full.pk, empty.pk]
    assert not people.filter(id_number__blank=False).exists()


def test_an_encrypted_column_cannot_be_unique_or_indexed():
    class Wrong(models.Model):
        phone = EncryptedTextField(unique=True)
        other = EncryptedTextField(db_index=True)

        class Meta:
            app_label = "core"
            managed = False

    assert len([error for error in Wrong.check() if "encrypted" in error.msg]) == 2


def test_a_text_longer_than_allowed_is_refused_before_it_is_encrypted():
    with pytest.raises(ValidationError):
        Person(phone="1" * 21).clean_fields()


def test_an_index_of_an_unknown_purpose_is_a_programming_error():
    with pytest.raises(ValueError, match="unknown purpose"):
        BlindIndexField("phone", purpose="shoe size")


def test_saving_the_value_without_its_index_is_a_programming_error(people):
    person = people.create(phone="13812345678")
    person.phone = "13900000000"
    with pytest.raises(ValueError, match="phone_index"):
        person.save(update_fields=["phone"])
    assert people.filter(phone_index__finds="13812345678").exists()


def test_an_unreadable_text_is_shown_as_locked_and_never_overwritten(people, settings):
    settings.HUIQI_KEYS = f"k1:{OLD}"
    person = people.create(phone="13812345678")
    ciphertext, index = stored("phone", person.pk), stored("phone_index", person.pk)
    settings.HUIQI_KEYS = f"k2:{NEW}"
    locked = people.get()
    assert isinstance(locked.phone, Locked)
    assert mask_phone(locked.phone) == str(locked.phone) == "〔无法解密〕"
    locked.save()
    assert (stored("phone", person.pk), stored("phone_index", person.pk)) == (ciphertext, index)
    settings.HUIQI_KEYS = f"k1:{OLD}"
    assert people.get().phone == "13812345678"


def test_a_locked_text_keeps_its_ciphertext_through_a_cache():
    assert pickle.loads(pickle.dumps(Locked("k1.abc"))).ciphertext == "k1.abc"  # noqa: S301


# --- reading, writing, finding ----------------------------------------------------------------------


def test_the_database_holds_no_plain_text_and_python_sees_nothing_else(people):
    person = people.create(phone="13812345678", id_number="430102199001011234")
    assert stored("phone", person.pk).startswith("d0.")
    assert "13812345678" not in stored("phone", person.pk) + stored("phone_index", person.pk)
    fresh = people.get()
    assert (fresh.phone, fresh.id_number) == ("13812345678", "430102199001011234")
    assert list(people.values_list("phone", flat=True)) == ["13812345678"]


def test_nothing_stays_nothing(people):
    person = people.create(phone="", id_number=None)
    assert (stored("phone", person.pk), stored("id_number", person.pk)) == ("", None)
    assert stored("phone_index", person.pk) == ""
    assert people.filter(id_number__isnull=True).exists()
    assert not people.filter(phone_index__finds="").exists()


def test_a_person_is_found_by_any_spelling_of_the_phone(people):
    people.create(phone="+86 138-1234-5678")
    people.create(phone="13912345678")
    for spelling in ("13812345678", "138 1234 5678", "１３８１２３４５６７８", "0086 13812345678"):
        assert [one.phone for one in people.filter(phone_index__finds=spelling).order_by("id")] == [
            "+86 138-1234-5678"
        ]


def test_a_changed_phone_is_found_and_the_old_one_no_more(people):
    person = people.create(phone="13812345678")
    person.phone = "13900000000"
    person.save(update_fields=["phone", "phone_index"])
    assert people.filter(phone_index__finds="13900000000").exists()
    assert not people.filter(phone_index__finds="13812345678").exists()


def test_many_rows_at_once_are_encrypted_and_indexed(people):
    people.bulk_create([Person(phone=f"1380000000{n}") for n in range(5)])
    assert people.get(phone_index__finds="13800000003").phone == "13800000003"
    people.filter(phone_index__finds="13800000003").update(
        phone="13899999999", phone_index=index_of("13899999999", "phone")
    )
    assert people.get(phone_index__finds="13899999999").phone == "13899999999"


def test_rows_indexed_under_an_older_key_are_still_found(people, settings):
    settings.HUIQI_KEYS = f"k1:{OLD}"
    people.create(phone="13812345678")
    settings.HUIQI_KEYS = f"k2:{NEW},k1:{OLD}"
    people.create(phone="13812345678")
    assert people.filter(phone_index__finds="13812345678").count() == 2


def test_a_migration_can_write_the_columns_down():
    field = BlindIndexField("phone", purpose="phone", db_index=False)
    _, path, args, kwargs = field.deconstruct()
    assert (path, args, kwargs) == (
        "huiqi.core.personal.BlindIndexField",
        ["phone"],
        {"purpose": "phone", "db_index": False},
    )
    assert field.clone().deconstruct()[1:] == (path, args, kwargs)


@pytest.mark.parametrize(
    ("mask", "text", "shown"),
    [
        (mask_phone, "13812345678", "138****5678"),
        (mask_phone, "+86 138-1234-5678", "138****5678"),
        (mask_phone, "0731-82345678", "********5678"),
        (mask_phone, "12345", "*****"),
        (mask_phone, "", ""),
        (mask_id_number, "43010219900101123x", "430***********123X"),
        (mask_id_number, "12345", "*****"),
        (mask_account, "6222 0212 3456 7890 123", "***************0123"),
        (mask_account, "1234", "****"),
        (mask_name, "王小明", "王**"),
        (mask_name, "王", "*"),
        (mask_email, "wang@example.cn", "w***@example.cn"),
        (mask_email, "wang", "****"),
        (mask_email, "@x", ""),
    ],
)
def test_masks_leave_what_tells_apart_and_no_more(mask, text, shown):
    assert mask(text) == shown
