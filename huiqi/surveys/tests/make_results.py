"""Surveys with answers that are summed up, for tests of results."""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from huiqi.accounts.models import User
from huiqi.core.jobs import KINDS
from huiqi.questionnaires.queries.versions import current_version, form_of
from huiqi.surveys.commands.briefs import begin_brief
from huiqi.surveys.commands.microdata import MICRODATA, Asked, ask_microdata
from huiqi.surveys.commands.results import SNAPSHOT, Weights, ask_snapshot, set_weights
from huiqi.surveys.models import Brief, MicrodataRun, Response, ResponseState, ResultSnapshot, Survey, Wave
from huiqi.surveys.queries.results_codebook import places_of
from huiqi.surveys.tests.make import at, make_survey

Answer = Mapping[str, str]


def wave_of(survey: Survey) -> Wave:
    """The last wave of a survey."""
    wave = survey.waves.order_by("-number").first()
    assert wave is not None
    return wave


def add_answers(survey: Survey, answers: Sequence[Answer], **columns: Any) -> list[Response]:
    """Sent answers, written as the pages would have kept them."""
    version = current_version(survey.questionnaire)
    assert version is not None
    places, wave = places_of(form_of(version)), wave_of(survey)
    rows = [
        Response(
            survey=survey,
            wave=wave,
            version=version,
            state=ResponseState.SENT,
            answers=json.dumps({places.get(name, f"/data/{name}"): text for name, text in one.items()}),
            instance_id=f"uuid:{uuid.uuid4()}",
            begun_at=at(),
            saved_at=at(),
            sent_at=at(),
            expires_at=at("2020-04-01"),
            **columns,
        )
        for one in answers
    ]
    return Response.objects.bulk_create(rows)


def staff(count: int, of: Callable[[int], Answer] | None = None) -> list[Answer]:
    """Answers to the two-page questionnaire of `make`: three of four are open."""
    made = of or (lambda number: {"staff": str(5 + number), "status": "open" if number % 4 else "closed"})
    return [made(number) for number in range(count)]


def sum_up(survey: Survey, *, actor: User | None = None, wall: Any = None) -> ResultSnapshot:
    """The answers in a snapshot, as the job makes it."""
    row = ask_snapshot(wave_of(survey), actor=actor, at=at(), wall=wall or at("2020-03-02"))
    for _progress in KINDS[SNAPSHOT]({"snapshot": row.public_id}):
        pass
    row.refresh_from_db()
    return row


def make_results(answers: Sequence[Answer] | None = None, **changes: Any) -> ResultSnapshot:
    """A survey of the province's office with forty answers, summed up."""
    survey = make_survey(**changes)
    add_answers(survey, staff(40) if answers is None else answers)
    return sum_up(survey)


def make_brief() -> Brief:
    """A brief drafted by nobody of the cast."""
    row = make_results()
    return begin_brief(row, actor=row.wave.survey.made_by, at=at())


def make_run(
    row: ResultSnapshot, *, actor: User, form: str = "xlsx", is_anonymised: bool = True
) -> MicrodataRun:
    """A file of micro-data, written."""
    run = ask_microdata(row, Asked("试算", form, is_anonymised, 5), actor=actor, at=at(), wall=at())
    for _progress in KINDS[MICRODATA]({"run": run.public_id}):
        pass
    run.refresh_from_db()
    return run


def weigh(survey: Survey, **chosen: Any) -> None:
    """Weight the survey's answers this way from the next snapshot on."""
    set_weights(survey, Weights(**chosen), actor=survey.made_by, at=at("2020-03-02"))


def results_of_province() -> dict[str, Any]:
    """The address of a survey that has results."""
    return {"public_id": make_results().wave.survey.public_id}


def question_of_province() -> dict[str, Any]:
    """The address of a question with results."""
    return {**results_of_province(), "name": "status"}


def brief_of_province() -> dict[str, Any]:
    """The address of a brief."""
    made = make_brief()
    return {"public_id": made.snapshot.wave.survey.public_id, "brief_id": made.public_id}
