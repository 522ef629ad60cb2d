"""Everybody a wave asked, in columns, for design weights and for what became of the invitations."""

import numpy as np

from huiqi.surveys.analysis.codebook import Codebook
from huiqi.surveys.analysis.guarded import PREFECTURE
from huiqi.surveys.analysis.response import Axis
from huiqi.surveys.analysis.response import Outcome as Ended
from huiqi.surveys.analysis.sampling import Basis
from huiqi.surveys.analysis.weighing import Invited
from huiqi.surveys.models import Frame, FrameState, Invitation, Method, Outcome, Wave
from huiqi.surveys.queries.results_strata import SECTION, SIZE, UNKNOWN

_ENDED = {
    Outcome.ANSWERED: Ended.ANSWERED,
    Outcome.PARTIAL: Ended.PARTIAL,
    Outcome.REFUSED: Ended.REFUSED,
    Outcome.CLOSED: Ended.CLOSED,
}
# Never asked, whatever they would have said: the month's ceiling of forms, not they, decided.
_NOT_ASKED = (Outcome.SPARED,)
# The column that matters least for answering is merged first (response.adjust).
_AXES = ((SIZE, "size_class"), (SECTION, "section"), (PREFECTURE, "county"))


def outcome_counts(wave: Wave) -> dict[str, int]:
    """How many invitations ended how; empty for an open link."""
    rows = Invitation.objects.filter(wave=wave).order_by().values_list("outcome", flat=True)
    found: dict[str, int] = {}
    for outcome in rows.iterator(10_000):
        found[outcome] = found.get(outcome, 0) + 1
    return found


def invited_of(wave: Wave, codebook: Codebook) -> Invited | None:
    """The invitations in columns; None when nobody was invited."""
    frame = Frame.objects.filter(survey=wave.survey, state=FrameState.DRAWN).first()
    columns = ("pk", "stratum_id", "outcome", "county", "section", "size_class")
    asked = Invitation.objects.filter(wave=wave).exclude(outcome__in=_NOT_ASKED).order_by("pk")
    rows = list(asked.values_list(*columns))
    if frame is None or not rows:
        return None
    strata = list(frame.strata.order_by("pk"))
    place = {stratum.pk: at for at, stratum in enumerate(strata)}
    return Invited(
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([place[row[1]] for row in rows], dtype=np.int64),
        [stratum.population for stratum in strata],
        [str(stratum) for stratum in strata],
        np.array([int(_ENDED.get(Outcome(row[2]), Ended.UNREACHABLE)) for row in rows], dtype=np.int64),
        _axes(codebook, rows, columns),
        Basis.CENSUS if frame.method == Method.CENSUS else Basis.SAMPLE,
    )


def _axes(codebook: Codebook, rows: list[tuple[object, ...]], columns: tuple[str, ...]) -> list[Axis]:
    found = []
    for name, source in _AXES:
        question = codebook.column(name)
        codes = {choice.name: code for code, choice in enumerate(question.choices)}
        unknown, at = codes[UNKNOWN.name], columns.index(source)
        digits = 4 if name == PREFECTURE else None
        values = [codes.get(str(row[at])[:digits], unknown) for row in rows]
        found.append(Axis(question, np.array(values, dtype=np.int64)))
    return found
