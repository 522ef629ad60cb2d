"""Which answers of the wave before are answers to the same question again. Pure."""

from collections.abc import Mapping

from huiqi.questionnaires.xform.definition import Form, Kind, Question

# Said anew in every wave: a request would be made twice, and a consent holds for the time it was given.
ANEW = frozenset({"appeal", "has_appeal", "consent"})
_NEVER_OVER = frozenset({Kind.NOTE, Kind.ACKNOWLEDGE, Kind.IMAGE, Kind.FILE, Kind.HIDDEN})


def repeatable(before: Form, now: Form, answers: Mapping[str, str]) -> dict[str, str]:
    """Answers that are answers to the same question of another form: the same place, the same kind, and not
    what has to be said anew."""
    return {
        path: value
        for path, value in answers.items()
        if value and _is_same(before.questions.get(path), now.questions.get(path))
    }


def _is_same(before: Question | None, now: Question | None) -> bool:
    if before is None or now is None or before.kind is not now.kind or now.kind in _NEVER_OVER:
        return False
    return now.path.rpartition("/")[2] not in ANEW
