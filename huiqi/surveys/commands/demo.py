"""The demonstration's surveys: the shipped questionnaires published, one open, one with answers."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from huiqi.accounts.models import User
from huiqi.cases.commands.items import take_over
from huiqi.cases.items.reading import read_items
from huiqi.core.ids import new_token
from huiqi.questionnaires.commands.versions import create_questionnaire, publish_version, upload_version
from huiqi.questionnaires.models import Questionnaire
from huiqi.questionnaires.queries.shipped import shipped
from huiqi.questionnaires.xform.definition import CHOOSING, Kind
from huiqi.questionnaires.xform.pages import QuestionView
from huiqi.questionnaires.xform.session import Session
from huiqi.questionnaires.xlsform.readable import read_readable, to_xlsx
from huiqi.surveys.commands.responses import begin_response, save_answers, send_response
from huiqi.surveys.commands.surveys import SurveyWords, create_survey, open_survey
from huiqi.surveys.models import Response, Survey
from huiqi.surveys.queries.filling import session_of

_COUNTIES = ("浏阳市", "长沙县", "湘潭县", "龙山县")
# More pages than any shipped questionnaire has: a walk through one comes to its end.
_MOST_PAGES = 60


@transaction.atomic
def make_surveys(*, seed: int, on: date, wall: datetime, answers: int = 24) -> int:
    """Publish the shipped questionnaires and open a survey with made-up answers, unless there are surveys.

    Returns how many responses were made. `wall` is real time. The same seed gives the same answers.
    """
    analyst = User.objects.select_related("unit").filter(username="analyst", is_active=True).first()
    if analyst is None or analyst.unit is None or Survey.objects.exists():
        return 0
    at = timezone.make_aware(datetime.combine(on - timedelta(days=7), time(9)))
    made = {path.stem: _published(path.stem, to_xlsx(read_readable(path)), analyst, at) for path in shipped()}
    # Items whose form is a questionnaire can be offered now.
    take_over(read_items(Path(settings.RULEBOOK_DIR)), at=at)
    days = (on - timedelta(days=6), on + timedelta(days=14))
    words = SurveyWords("中小企业复工情况快速调查", "了解复工困难，安排帮扶；结果供内部参考。", False, *days)
    survey = create_survey(made["day-one"], words, owner=analyst.unit, actor=analyst, at=at)
    open_survey(survey, actor=analyst, today=on)
    dice = Random(f"{seed}:surveys")  # noqa: S311  repeatable on purpose
    for _number in range(answers):
        _answer(Survey.objects.get(pk=survey.pk), dice, on, wall)
    return answers


def _published(stem: str, original: bytes, analyst: User, at: datetime) -> Questionnaire:
    assert analyst.unit is not None
    made = create_questionnaire(name=stem, owner=analyst.unit, actor=analyst, at=at)
    version = upload_version(made, original, actor=analyst, at=at).version
    if version is None:
        raise RuntimeError(f"rulebook/questionnaires/{stem}.yaml does not compile")
    publish_version(version, actor=analyst, at=at)
    Questionnaire.objects.filter(pk=made.pk).update(name=version.title[:80])
    return Questionnaire.objects.get(pk=made.pk)


def _answer(survey: Survey, dice: Random, on: date, wall: datetime) -> None:
    response = begin_response(survey, new_token(), today=on, at=wall)
    now = timezone.make_aware(datetime.combine(on, time(10)))
    session = session_of(response, today=on, now=now)
    for number in range(1, _MOST_PAGES):
        for question in session.page(number).questions:
            if question.is_asked and session.is_relevant(question.path):
                session.answer(question.path, _made_up(question, dice))
        _mend(session, number)
        if number >= len(session.pages):
            break
    save_answers(response, session.answers(), page_key="", at=wall)
    send_response(Response.objects.get(pk=response.pk), today=on, now=now, at=wall)


def _mend(session: Session, number: int) -> None:
    """Where chance broke a rule of the form, or opened a question, the first option that fits."""
    for problem in session.problems(session.page(number)):
        for choice in session.question(problem.path).choices or ():
            session.answer(problem.path, choice.value)
            if all(one.path != problem.path for one in session.problems(session.page(number))):
                break


def _made_up(question: QuestionView, dice: Random) -> str:
    if question.name == "county":
        return dice.choice(_COUNTIES)
    if question.name == "appeal":
        return ""
    if question.kind in CHOOSING and question.choices:
        names = [one.value for one in question.choices]
        return dice.choice(names) if question.kind is not Kind.RANK else " ".join(names)
    if question.kind in {Kind.INTEGER, Kind.DECIMAL, Kind.RANGE}:
        return str(dice.randint(1, 90))
    # Codes stay blank: an invented one could be a real firm's.
    return "" if question.name == "uscc" else "演示"
