"""Opaque public identifiers: what appears in addresses says nothing about counts, order or content."""

import base64
import hashlib
import secrets

from django.db import models

# Crockford's base 32 without letters that are mistaken for digits, so that an id can be read aloud.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
PUBLIC_ID_LENGTH = 16  # 80 random bits: no collision worth fearing below a billion rows
_LETTERS = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET.encode())


def new_public_id() -> str:
    """A fresh random id of 16 characters."""
    # Sixteen letters are ten bytes in base 32: thousands of rows at once need thousands of ids.
    return base64.b32encode(secrets.token_bytes(10)).translate(_LETTERS).decode()


def new_token() -> str:
    """A bearer token of 256 random bits for private links; only its digest is stored."""
    return secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    """What is stored of a bearer token: SHA-256, 64 hexadecimal characters.

    A token carries 256 random bits, so a plain hash suffices; a slow one would only slow us down.
    """
    return hashlib.sha256(token.encode()).hexdigest()


class PublicIdField(models.CharField[str, str]):
    """The column that holds a public id."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs.update(max_length=PUBLIC_ID_LENGTH, unique=True, editable=False, default=new_public_id)
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
