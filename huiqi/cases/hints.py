"""What may help before a request is sent: approved wording and policies. `config/wiring.py` fills the slots.

The apps that know them stand beside or above this one. None of it keeps anybody from sending.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Hint(NamedTuple):
    """Something worth reading: what it says and the public page that says more ("" for none)."""

    title: str
    url: str = ""
    text: str = ""


def _none(item: str, topic: str, words: str) -> Sequence[Hint]:
    return ()


def _no_policies(ids: Sequence[str]) -> Sequence[Hint]:
    return ()


@dataclass
class Hints:
    """The slots. `answers(item, topic, words)`: approved answers to what was typed; `policies(ids)`: the
    policies of a topic by id, those that have a public page."""

    answers: Callable[[str, str, str], Sequence[Hint]] = _none
    policies: Callable[[Sequence[str]], Sequence[Hint]] = _no_policies


HINTS = Hints()
