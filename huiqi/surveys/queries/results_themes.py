"""Free text in themes, as a snapshot keeps them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from huiqi.core.language import worded
from huiqi.surveys.analysis.codebook import Question
from huiqi.surveys.models import ResultSnapshot
from huiqi.surveys.queries.results_pages import Told, told
from huiqi.surveys.queries.results_wave import message_of, told_message

if TYPE_CHECKING:  # loading it takes 180 MB, which only the job that groups texts spends
    from huiqi.surveys.analysis.themes import Themes


@dataclass(frozen=True)
class ThemeShown:
    """Texts of one kind: the words that mark them, how many, the share of all, quotations."""

    words: str
    n: int
    share: float
    quotes: tuple[str, ...]

    @property
    def width(self) -> float:
        return round(100 * self.share, 1)


@dataclass(frozen=True)
class TextShown:
    """One question's free text."""

    question: Question
    texts: int
    themes: tuple[ThemeShown, ...]
    notes: tuple[str, ...]
    source: Told


def themes_told(found: "Themes") -> dict[str, object]:
    """The themes of one question as JSON keeps them."""
    return {
        "texts": found.texts,
        "unsorted": found.unsorted,
        "themes": [
            {"words": list(one.words), "n": one.n, "firms": one.firms, "quotes": list(one.quotes)}
            for one in found.themes
        ],
        "notes": [told_message(note) for note in found.notes],
        "source": dict(found.source.told()),
    }


def themes_shown(row: ResultSnapshot, asked: Sequence[Question]) -> list[TextShown]:
    """What the snapshot's themes say, by question; empty before they were made."""
    kept = json.loads(row.themes) if row.themes else {}
    found = []
    for question in asked:
        one = kept.get(question.name)
        if one is None or not one["texts"]:
            continue
        themes = tuple(
            ThemeShown(
                "、".join(part["words"][:4]), part["n"], part["n"] / one["texts"], tuple(part["quotes"])
            )
            for part in one["themes"]
        )
        notes = tuple(worded(message_of(note)) for note in one["notes"])
        source = told(row, one["source"], question, "")
        found.append(TextShown(question, one["texts"], themes, notes, source))
    return found
