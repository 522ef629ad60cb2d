"""The codes by which invited firms come in: short enough for a text message and for the telephone. Pure.

Twelve letters of 32 are 60 bits: with a million codes out, a try hits one in about 10^12 tries, and tries are
counted. Letters that are mistaken for digits do not occur (core.ids.ALPHABET).
"""

import secrets

from huiqi.core.ids import ALPHABET

CODE_LENGTH = 12
_PIECE = 4
# How the address of an invited firm's form begins: behind it stands the code itself.
TOKEN_PREFIX = "i."  # noqa: S105
_MISTAKEN = str.maketrans("oilu", "011v")


def new_code() -> str:
    """A code nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _position in range(CODE_LENGTH))


def plain_code(typed: str) -> str:
    """A code as people type it, without spaces and dashes, small, mistaken letters set right; "" if it is
    none."""
    letters = "".join(char for char in typed.strip().lower() if char.isalnum()).translate(_MISTAKEN)
    return letters if len(letters) == CODE_LENGTH and set(letters) <= set(ALPHABET) else ""


def spoken(code: str) -> str:
    """In groups of four, for paper."""
    return "-".join(code[at : at + _PIECE] for at in range(0, len(code), _PIECE))


def token_of(code: str) -> str:
    """What stands in the address of the form of who came in by `code`."""
    return TOKEN_PREFIX + code


def code_in(token: str) -> str:
    """The code in such an address, or ""."""
    return plain_code(token.removeprefix(TOKEN_PREFIX)) if token.startswith(TOKEN_PREFIX) else ""
