"""What the cover of a survey tells before anybody begins."""

from dataclasses import dataclass
from datetime import date, datetime

from huiqi.questionnaires.models import QuestionnaireVersion
from huiqi.questionnaires.queries.versions import form_of
from huiqi.questionnaires.xform.session import open_session
from huiqi.surveys.models import Survey
from huiqi.surveys.queries.waves import current_wave


@dataclass(frozen=True)
class Asked:
    """`pages` and `minutes` as for who has answered nothing yet."""

    pages: int
    minutes: int
    questions: int
    approval: "Approval"
    is_open: bool


def cover_of(survey: Survey, version: QuestionnaireVersion, *, today: date, now: datetime) -> Asked:
    """How much is asked, and by what right."""
    progress = open_session(form_of(version), today=today, now=now).progress(1)
    return Asked(
        progress.pages,
        max(progress.minutes_left, 1),
        progress.asked,
        approval_of(survey, today),
        current_wave(survey, today) is not None and not survey.questionnaire.has_run_out(today),
    )


@dataclass(frozen=True)
class Approval:
    """By what right a survey asks: an approval with its last day, or nobody's but the reader's will."""

    table_number: str = ""
    approved_by: str = ""
    document: str = ""
    until: date | None = None
    has_run_out: bool = False


def approval_of(survey: Survey, today: date) -> Approval:
    """What the form shows of its approval."""
    form = survey.questionnaire
    return Approval(
        form.table_number,
        form.approved_by,
        form.approval_document,
        form.approved_until,
        form.has_run_out(today),
    )
