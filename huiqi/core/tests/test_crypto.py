import pytest
from cryptography.fernet import Fernet

from huiqi.core.crypto import Unreadable, blind_index, decrypt, encrypt

pytestmark = pytest.mark.pure
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
    settings.SECRET_KEY = "another-" + "y" * 50
    assert index != blind_index("13800000000", "phone")
