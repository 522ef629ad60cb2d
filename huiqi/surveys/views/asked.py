"""What the cover of a survey tells before anybody begins."""

from dataclasses import dataclass
from datetime import date, datetime

from huiqi.questionnaires.models import QuestionnaireVersion
from huiqi.questionnaires.queries.versions import form_of
from huiqi.questionnaires.xform.session import open_session
from huiqi.surveys.models import Survey


@dataclass(frozen=True)
class Asked:
    """`pages` and `minutes` as for who has answered nothing yet."""

    pages: int
    minutes: int
    questions: int
    is_approved: bool
    is_open: bool


def cover_of(survey: Survey, version: QuestionnaireVersion, *, today: date, now: datetime) -> Asked:
    """How much is asked, and by what right."""
    progress = open_session(form_of(version), today=today, now=now).progress(1)
    return Asked(
        progress.pages,
        max(progress.minutes_left, 1),
        progress.asked,
        survey.questionnaire.is_approved(today),
        survey.takes_answers(today),
    )
