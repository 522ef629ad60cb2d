"""Encryption of stored personal or borrowed figures, with a key id in every ciphertext.

Software encryption is not a certified module (GB/T 39786-2021 asks for one in production); the key
ring is the seam where such a module is put in.
"""

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

DERIVED_KEY_ID = "d0"
KEY_ID_LENGTH = 20
KEY_ID = re.compile(rf"[A-Za-z0-9_-]{{1,{KEY_ID_LENGTH}}}")
INDEX_LENGTH = KEY_ID_LENGTH + 1 + 64  # key id, colon, SHA-256 in hexadecimal


class Unreadable(ValueError):
    """The ciphertext was made with an unknown key or has been altered."""


@dataclass(frozen=True)
class Key:
    """One key of the ring: what encrypts, and the secret from which digests are derived."""

    fernet: Fernet
    material: bytes

    def derived(self, purpose: str) -> bytes:
        """32 bytes for this purpose alone."""
        return _derived(self.material, purpose)


def _derived(secret: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=b"huiqi", info=purpose.encode()).derive(secret)


@lru_cache(maxsize=4)
def _ring(spec: str, secret: str) -> dict[str, Key]:
    ring = dict(_written_key(part) for part in spec.split(",") if part.strip())
    # Last: an installation that moves from the derived key to its own must still read what it has.
    derived = Fernet(base64.urlsafe_b64encode(_derived(secret.encode(), "field-encryption")))
    ring.setdefault(DERIVED_KEY_ID, Key(derived, secret.encode()))
    return ring


def _written_key(part: str) -> tuple[str, Key]:
    key_id, _, text = (piece.strip() for piece in part.partition(":"))
    try:
        key = Key(Fernet(text), base64.urlsafe_b64decode(text))
    except (ValueError, binascii.Error) as error:
        # The text itself is a secret and stays out of the message.
        raise ImproperlyConfigured(f"HUIQI_KEYS: the key {key_id!r} is not a Fernet key.") from error
    if not KEY_ID.fullmatch(key_id):
        raise ImproperlyConfigured(
            f"HUIQI_KEYS: a key id has 1-{KEY_ID_LENGTH} letters or digits, not {key_id!r}."
        )
    return key_id, key


def _keys() -> dict[str, Key]:
    return _ring(settings.HUIQI_KEYS, settings.SECRET_KEY)


def current_key_id() -> str:
    """The id of the key that encrypts now: the first of the ring."""
    return next(iter(_keys()))


def encrypt(plain: bytes) -> str:
    """`keyid.ciphertext`, made with the first key of the ring; safe in a cookie or a text column."""
    key_id, key = next(iter(_keys().items()))
    return f"{key_id}.{key.fernet.encrypt(plain).decode()}"


def decrypt(sealed: str) -> bytes:
    """The plain bytes, or Unreadable for an unknown key or an altered text."""
    key_id, _, token = sealed.partition(".")
    key = _keys().get(key_id)
    if key is None:
        raise Unreadable("unknown key")
    try:
        return key.fernet.decrypt(token.encode())
    except (InvalidToken, ValueError) as error:
        raise Unreadable("altered or foreign ciphertext") from error


def reseal(sealed: str) -> str:
    """The same text under the first key; itself when it is already, Unreadable when no key fits."""
    if not sealed or sealed.startswith(f"{current_key_id()}."):
        return sealed
    return encrypt(decrypt(sealed))


def blind_index(text: str, purpose: str) -> str:
    """`keyid:digest` by which an encrypted value can be found but not guessed, under the first key."""
    key_id, key = next(iter(_keys().items()))
    return _index(key_id, key, text, purpose)


def blind_indexes(text: str, purpose: str) -> list[str]:
    """The index under every key of the ring, newest first: what a search looks for while keys change."""
    return [_index(key_id, key, text, purpose) for key_id, key in _keys().items()]


def _index(key_id: str, key: Key, text: str, purpose: str) -> str:
    digest = hmac.new(key.derived(f"blind-index:{purpose}"), text.encode(), hashlib.sha256).hexdigest()
    return f"{key_id}:{digest}"


def key_checks() -> dict[str, str]:
    """For each key of the ring a digest that tells keys apart without saying anything about them."""
    return {key_id: key.derived("key-check").hex()[:32] for key_id, key in _keys().items()}
