import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from huiqi.core.crypto import (
    INDEX_LENGTH,
    Unreadable,
    blind_index,
    blind_indexes,
    decrypt,
    encrypt,
    key_checks,
)

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.mark.parametrize(
    "sealed", ["", ".", "d0.", "d0.garbage", "zz.abc", "d0.甲", "甲", "\x00", "d0." + "A" * 5000]
)
def test_what_was_not_sealed_here_is_unreadable(sealed):
    with pytest.raises(Unreadable):
        decrypt(sealed)


def test_an_altered_ciphertext_is_unreadable():
    sealed = encrypt(b"13800000000")
    middle = len(sealed) // 2
    altered = sealed[:middle] + ("A" if sealed[middle] != "A" else "B") + sealed[middle + 1 :]
    with pytest.raises(Unreadable):
        decrypt(altered)


def test_what_is_sealed_can_be_read_and_shows_nothing():
    plain = "长沙市 13800000000".encode()
    sealed = encrypt(plain)
    assert decrypt(sealed) == plain
    assert b"13800000000" not in sealed.encode()
    assert encrypt(plain) != sealed


def test_the_first_key_seals_and_older_ones_still_read(settings):
    settings.HUIQI_KEYS = f"k1:{OLD}"
    sealed = encrypt(b"x")
    settings.HUIQI_KEYS = f"k2:{NEW}, k1:{OLD}"
    assert decrypt(sealed) == b"x"
    assert encrypt(b"x").startswith("k2.")
    settings.HUIQI_KEYS = f"k2:{NEW}"
    with pytest.raises(Unreadable, match="unknown key"):
        decrypt(sealed)


def test_another_secret_reads_nothing(settings):
    sealed = encrypt(b"x")
    settings.SECRET_KEY = "another-" + "y" * 50
    with pytest.raises(Unreadable):
        decrypt(sealed)


def test_the_blind_index_finds_equal_values_of_one_purpose_and_hides_them(settings):
    index = blind_index("13800000000", "phone")
    assert index == blind_index("13800000000", "phone")
    assert index != blind_index("13800000000", "id_number")
    assert index != blind_index("13800000001", "phone")
    assert "13800000000" not in index
    settings.SECRET_KEY = "another-" + "y" * 50
    assert index != blind_index("13800000000", "phone")


def test_the_blind_index_follows_the_key_ring(settings):
    settings.HUIQI_KEYS = f"k1:{OLD}"
    old = blind_index("13800000000", "phone")
    settings.HUIQI_KEYS = f"k2:{NEW},k1:{OLD}"
    new, *others = blind_indexes("13800000000", "phone")
    assert (new[:3], old[:3]) == ("k2:", "k1:")
    assert new == blind_index("13800000000", "phone")
    assert old in others
    settings.SECRET_KEY = "another-" + "y" * 50
    assert blind_index("13800000000", "phone") == new


def test_the_longest_index_fits_its_column(settings):
    settings.HUIQI_KEYS = f"{'k' * 20}:{NEW}"
    assert len(blind_index("13800000000", "phone")) == INDEX_LENGTH


@pytest.mark.parametrize(
    "spec",
    ["k1:short", "k1", ":", f":{NEW}", f"k.1:{NEW}", f"{'k' * 21}:{NEW}"],
    ids=["short", "no key", "neither", "no id", "bad id", "long id"],  # keys differ in every process
)
def test_a_key_ring_that_is_no_key_ring_is_named_without_showing_the_key(settings, spec):
    settings.HUIQI_KEYS = spec
    with pytest.raises(ImproperlyConfigured, match="HUIQI_KEYS") as refusal:
        encrypt(b"x")
    assert NEW not in str(refusal.value)


def test_key_checks_tell_keys_apart_and_show_nothing_of_them(settings):
    settings.HUIQI_KEYS = f"k1:{OLD}"
    before = key_checks()
    assert set(before) == {"k1", "d0"}
    assert OLD not in str(before)
    settings.HUIQI_KEYS = f"k1:{NEW}"
    assert key_checks()["k1"] != before["k1"]
    assert key_checks()["d0"] == before["d0"]
