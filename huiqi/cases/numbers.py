"""Case numbers: ten digits, random, with a check digit, short enough to read out. Pure."""

import secrets

from stdnum.iso7064 import mod_11_10

LENGTH = 10


def new_number() -> str:
    """A fresh number; it says nothing about how many cases there are or when this one came.

    The first digit is never 0, so that spreadsheets keep all ten. A billion numbers: the unique column
    catches the rare double, and the intake draws again.
    """
    stem = str(secrets.choice(range(1, 10))) + "".join(
        secrets.choice("0123456789") for _ in range(LENGTH - 2)
    )
    return stem + mod_11_10.calc_check_digit(stem)


def read_number(typed: str) -> str | None:
    """The number somebody typed (blanks, dashes, full-width digits), or None if it cannot be one."""
    digits = "".join(char for char in typed.translate(_HALF_WIDTH) if char.isdigit())
    return digits if len(digits) == LENGTH and mod_11_10.is_valid(digits) else None


_HALF_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
