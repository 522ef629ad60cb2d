"""One page of a questionnaire inside somebody else's draft: a request, an application to a list.

What is posted is kept whatever it is; only going on asks that it is right. The page that owns the draft keeps
the answers, draws the page and knows where its own steps lead:

    it = turn(session, number, request.POST, keep)
    it.page, it.form, it.status      draw this page (`go` is None)
    it.go                            another page, BEFORE the first, or AFTER the last
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from huiqi.questionnaires.page_form import PageForm
from huiqi.questionnaires.xform.pages import Page
from huiqi.questionnaires.xform.session import NoSuchPlace, Session

BEFORE, AFTER = 0, -1
Keep = Callable[[Session], None]


@dataclass(frozen=True)
class Turn:
    """What comes of a post."""

    page: Page
    form: PageForm
    status: int = 200
    go: int | None = None


def opened(session: Session, number: int) -> Turn:
    """A page as it is shown first."""
    shown = session.page(number)
    return Turn(shown, PageForm(shown))


def turn(session: Session, number: int, data: Any, keep: Keep) -> Turn:
    """Take a posted page. `keep` stores the session's answers; what it raises is the owner's to show."""
    shown = session.page(number)
    form = PageForm(shown, data)
    _answer(session, form)
    wanted = data.get("do", "next")
    made = _acted(session, wanted, data.get("place", ""))
    keep(session)
    number = session.number_of(shown.key) or number
    if wanted == "refresh":
        return opened(session, number)
    if wanted == "back":
        return Turn(shown, form, go=number - 1 if number > 1 else BEFORE)
    if wanted in {"add", "remove"}:
        at = next(
            (at for at, draft in enumerate(session.pages, 1) if made and draft.key.startswith(made)), number
        )
        return Turn(shown, form, go=min(at, max(len(session.pages), 1)))
    return _onwards(session, number, form, data)


def take(session: Session, number: int, data: Any, keep: Keep) -> None:
    """Keep what is typed while it is typed."""
    _answer(session, PageForm(session.page(number), data))
    keep(session)


def _answer(session: Session, form: PageForm) -> None:
    try:
        session.answer_all(form.values())
    except NoSuchPlace:
        return  # an answer above made it superfluous meanwhile


def _acted(session: Session, wanted: str, place: str) -> str:
    """Another instance of a repeat, or one less; the path of the one made."""
    try:
        if wanted == "add":
            return session.add(place)
        if wanted == "remove":
            session.remove(place)
    except NoSuchPlace:
        return ""
    return ""


def _onwards(session: Session, number: int, form: PageForm, data: Any) -> Turn:
    # What is asked may have changed with the answers: the page as it is now, with what was typed.
    again = session.page(number)
    problems = [one for one in session.problems(again) if not one.is_overwritten]
    if problems or not form.is_valid():
        late = PageForm(again, data)
        late.show_problems(problems)
        return Turn(again, late, status=422)
    return Turn(again, form, go=number + 1 if number < len(session.pages) else AFTER)
