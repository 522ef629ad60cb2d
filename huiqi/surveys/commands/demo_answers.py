"""Answers made up by chance, as the demonstration's firms give them."""

from datetime import date, datetime, time
from random import Random

from django.utils import timezone

from huiqi.questionnaires.xform.definition import CHOOSING, Kind
from huiqi.questionnaires.xform.pages import QuestionView
from huiqi.questionnaires.xform.session import Session
from huiqi.surveys.commands.responses import save_answers, send_response
from huiqi.surveys.models import Response
from huiqi.surveys.queries.filling import session_of

# So few that cells of results are not all too small to show.
_COUNTIES = 4
# More pages than any shipped questionnaire has: a walk through one comes to its end.
_MOST_PAGES = 60


def fill_in(response: Response, dice: Random, *, on: date, wall: datetime) -> None:
    """Answer every question that is asked, by chance, and send."""
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
        return dice.choice([one.value for one in question.choices[:_COUNTIES]] or ["浏阳市"])
    if question.name == "appeal":
        return ""
    if question.kind in CHOOSING and question.choices:
        names = [one.value for one in question.choices]
        return dice.choice(names) if question.kind is not Kind.RANK else " ".join(names)
    if question.kind in {Kind.INTEGER, Kind.DECIMAL, Kind.RANGE}:
        return str(dice.randint(1, 90))
    # Codes stay blank: an invented one could be a real firm's.
    return "" if question.name == "uscc" else "演示"
