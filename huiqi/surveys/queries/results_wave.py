"""A snapshot made ready to be reckoned with: only the columns a page asks for are read."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from huiqi.core.messages import Message
from huiqi.surveys.analysis.codebook import Codebook, Kind
from huiqi.surveys.analysis.sampling import Basis, Sampling, Step
from huiqi.surveys.analysis.snapshot import Snapshot, open_snapshot, read_snapshot
from huiqi.surveys.analysis.wave import Wave as Reckoned
from huiqi.surveys.models import ResultSnapshot, Wave
from huiqi.surveys.queries.results_strata import STRATUM
from huiqi.surveys.sealed_files import unsealed


@dataclass(frozen=True)
class Opened:
    """The plain file of a snapshot, as long as it is open."""

    row: ResultSnapshot
    file: Snapshot

    @property
    def codebook(self) -> Codebook:
        return self.file.codebook

    def wave(self, questions: Sequence[str] | None = None) -> Reckoned:
        """The answers to these questions (None: to all but free text) with their weights."""
        strata = [column.name for column in self.codebook.strata]
        if questions is None:
            questions = [one.name for one in self.codebook.questions if one.kind is not Kind.TEXT]
        answers, weights = read_snapshot(self.file.path, [*strata, *questions])
        told = self.row.facts.get("sampling", {})
        stratum = answers.codes.get(STRATUM)
        population = told.get("population")
        sampling = Sampling(
            Basis(told.get("basis", Basis.OPEN_LINK)),
            np.ones(answers.count) if weights is None else weights,
            stratum,
            None if population is None or stratum is None else np.array(population, dtype=np.float64),
            tuple(Step(step) for step in told.get("steps", [])),
            tuple(message_of(one) for one in told.get("notes", [])),
        )
        return Reckoned(wave_name(self.row.wave), answers, sampling)


@contextmanager
def opened(row: ResultSnapshot) -> Iterator[Opened]:
    """Decrypt a snapshot for as long as it is read."""
    with unsealed(row.file) as path:
        yield Opened(row, _open(path))


def _open(path: Path) -> Snapshot:
    return open_snapshot(path)


def latest(wave: Wave) -> ResultSnapshot | None:
    """The last snapshot of a wave that can be read."""
    rows = ResultSnapshot.objects.ready().filter(wave=wave).select_related("wave__survey__owner")
    return rows.order_by("-pk").first()


def wave_name(wave: Wave) -> str:
    """第2轮, as tables and sentences name it."""
    return _("第%(n)s轮") % {"n": wave.number}


def told_message(message: Message) -> list[Any]:
    """A message as JSON keeps it."""
    values = {
        name: told_message(value) if isinstance(value, Message) else value
        for name, value in message.values.items()
    }
    return [message.template, values]


def message_of(told: Sequence[Any]) -> Message:
    """The message that `told_message` kept."""
    template, values = told
    made: Mapping[str, object] = {
        name: message_of(value) if isinstance(value, list) else value for name, value in values.items()
    }
    return Message(template, made)
