"""Small surveys for tests."""

from collections.abc import Mapping, Sequence

import numpy as np

from huiqi.surveys.analysis.answers import Answers, answers_of
from huiqi.surveys.analysis.codebook import Choice, Codebook, Direction, Kind, Question
from huiqi.surveys.analysis.sampling import Basis, Sampling, unweighted
from huiqi.surveys.analysis.wave import Wave

SECTIONS = ("制造业", "批发和零售业", "住宿和餐饮业")
COUNTIES = ("甲县", "乙县", "丙区", "丁区")


def single(name: str, *labels: str, **more) -> Question:
    choices = tuple(Choice(f"{name}{at}", label) for at, label in enumerate(labels))
    return Question(name, more.pop("label", name), Kind.SINGLE, choices, **more)


def several(name: str, *labels: str) -> Question:
    return Question(
        name, name, Kind.MULTIPLE, tuple(Choice(f"{name}{at}", label) for at, label in enumerate(labels))
    )


def change(name: str, *, is_inverse: bool = False) -> Question:
    choices = (
        Choice("up", "上升", Direction.UP),
        Choice("same", "持平", Direction.SAME),
        Choice("down", "下降", Direction.DOWN),
        Choice("dont_know", "不清楚"),
    )
    return Question(name, name, Kind.SINGLE, choices, is_inverse=is_inverse)


SECTION = single("section", *SECTIONS, label="行业")
COUNTY = single("county", *COUNTIES, label="县市区")


def make_answers(columns: Mapping[Question, Sequence[object]], strata: Sequence[Question] = ()) -> Answers:
    """Answers from coded columns; the questions in `strata` are columns of the frame."""
    questions = tuple(question for question in columns if question not in strata)
    codebook = Codebook("试验问卷", questions, tuple(strata))
    count = len(next(iter(columns.values())))
    return answers_of(codebook, count, {question.name: values for question, values in columns.items()})


def make_wave(
    columns: Mapping[Question, Sequence[object]],
    *,
    strata: Sequence[Question] = (),
    sampling: Sampling | None = None,
    least: int = 1,
    name: str = "第1期",
) -> Wave:
    answers = make_answers(columns, strata)
    return Wave(name, answers, sampling or unweighted(answers.count, Basis.SAMPLE), least)


def spread(*counts: int) -> np.ndarray:
    """Code 0 as often as the first count says, and so on."""
    return np.repeat(np.arange(len(counts)), counts)
