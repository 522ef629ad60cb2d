"""Where the draft of a wording may come from: a closed case. `config/wiring.py` fills the slot.

The app of cases stands above this one; it gives the words, already without names and numbers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from huiqi.accounts.models import User


class Seed(NamedTuple):
    """What a closed case gives to a draft."""

    number: str
    question: str
    answer: str
    item: str
    topic: str


def _none(user: User, number: str, today: date) -> Seed | None:
    return None


def _no_items() -> tuple[tuple[str, str], ...]:
    return ()


@dataclass
class Growing:
    """The slots. `seed(user, number, today)`: of a closed case the person may see, else None;
    `items()`: (code, title) of the service items a wording may belong to."""

    seed: Callable[[User, str, date], Seed | None] = _none
    items: Callable[[], tuple[tuple[str, str], ...]] = _no_items


GROWING = Growing()
