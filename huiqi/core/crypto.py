"""Encryption of stored personal or borrowed figures, with a key id in every ciphertext.

Software encryption is not a certified module (GB/T 39786-2021 asks for one in production); the key
ring is the seam where such a module is put in.
"""

import base64
import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

DERIVED_KEY_ID = "d0"


class Unreadable(ValueError):
    """The ciphertext was made with an unknown key or has been altered."""


def _derived(purpose: str, length: int = 32) -> bytes:
    kdf = HKDF(algorithm=SHA256(), length=length, salt=b"huiqi", info=purpose.encode())
    return kdf.derive(settings.SECRET_KEY.encode())


@lru_cache(maxsize=4)
def _ring(spec: str, secret: str) -> dict[str, Fernet]:
    pairs = (part.split(":", 1) for part in spec.split(",") if part.strip())
    ring = {key_id.strip(): Fernet(key.strip()) for key_id, key in pairs}
    # Last: an installation that moves from the derived key to its own must still read what it has.
    ring.setdefault(DERIVED_KEY_ID, Fernet(base64.urlsafe_b64encode(_derived("field-encryption"))))
    return ring


def _keys() -> dict[str, Fernet]:
    return _ring(settings.HUIQI_KEYS, settings.SECRET_KEY)


def encrypt(plain: bytes) -> str:
    """`keyid.ciphertext`, made with the first key of the ring; safe in a cookie or a text column."""
    key_id, key = next(iter(_keys().items()))
    return f"{key_id}.{key.encrypt(plain).decode()}"


def decrypt(sealed: str) -> bytes:
    """The plain bytes, or Unreadable for an unknown key or an altered text."""
    key_id, _, token = sealed.partition(".")
    key = _keys().get(key_id)
    if key is None:
        raise Unreadable("unknown key")
    try:
        return key.decrypt(token.encode())
    except (InvalidToken, ValueError) as error:
        raise Unreadable("altered or foreign ciphertext") from error


def blind_index(text: str, purpose: str) -> str:
    """A keyed digest (64 hexadecimal characters) by which an encrypted value can be found but not guessed."""
    return hmac.new(_derived(f"blind-index:{purpose}"), text.encode(), hashlib.sha256).hexdigest()
