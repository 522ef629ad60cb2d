"""Trying a questionnaire out: the real session, page by page, without keeping anything."""

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from huiqi.core import clock
from huiqi.core.messages import Message
from huiqi.questionnaires.page_form import Drawn, PageForm
from huiqi.questionnaires.xform.definition import Form
from huiqi.questionnaires.xform.pages import Page
from huiqi.questionnaires.xform.session import NoSuchPlace, Session, open_session

# What one answers while trying out comes back with every page; more than this nobody types.
LONGEST_STATE = 200_000


@dataclass(frozen=True)
class Preview:
    """One page of it. `state` is what was answered so far; `is_done` when the last page was left in order."""

    page: Page
    form: PageForm
    entries: list[Drawn]
    progress: Any
    state: str
    is_done: bool = False
    is_wide: bool = False
    # Why formulas could not be worked out.
    faults: tuple[Message, ...] = ()


def preview_of(form: Form, request: HttpRequest, at: str = "") -> Preview:
    """The page asked for, with what was posted taken in; `at` (a name) opens the page of that question."""
    data = request.POST if request.method == "POST" else {}
    language = "English (en)" if data.get("p_language", request.GET.get("language", "")) == "en" else ""
    session = open_session(
        form, _state(data.get("p_state", "")), today=clock.today(), now=clock.now(), language=language
    )
    number = _number(session, data.get("p_key", ""), at)
    is_wide = (data.get("p_wide") or request.GET.get("wide", "")) == "1"
    wanted = data.get("p_do", "")
    if not wanted or not session.pages:
        return _drawn(session, number, is_wide=is_wide)
    return _answered(session, number, data, wanted, is_wide=is_wide)


def _answered(session: Session, number: int, data: Any, wanted: str, *, is_wide: bool) -> Preview:
    shown = session.page(number)
    posted = PageForm(shown, data)
    _take(session, posted)
    number = session.number_of(shown.key) or number
    if wanted in {"add", "remove"}:
        _change_instances(session, wanted, data.get("p_place", ""))
        return _drawn(session, min(number, len(session.pages)), is_wide=is_wide)
    if wanted == "back":
        return _drawn(session, max(number - 1, 1), is_wide=is_wide)
    again = session.page(number)
    if wanted == "next":
        problems = [one for one in session.problems(again) if not one.is_overwritten]
        if problems:
            late = PageForm(again, data)
            late.show_problems(problems)
            return _drawn(session, number, is_wide=is_wide, form=late)
        is_done = number >= len(session.pages)
        return _drawn(session, min(number + 1, len(session.pages)), is_wide=is_wide, is_done=is_done)
    return _drawn(session, number, is_wide=is_wide)


def _take(session: Session, posted: PageForm) -> None:
    try:
        session.answer_all(posted.values())
    except NoSuchPlace:
        return  # the questionnaire was changed meanwhile


def _change_instances(session: Session, wanted: str, place: str) -> None:
    try:
        if wanted == "add":
            session.add(place)
        else:
            session.remove(place)
    except NoSuchPlace:
        return


def _state(text: str) -> dict[str, str]:
    if not text or len(text) > LONGEST_STATE:
        return {}
    try:
        given = json.loads(text)
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in given.items()} if isinstance(given, dict) else {}


def _number(session: Session, key: str, at: str) -> int:
    if at:
        found = _number_near(session, at)
        if found:
            return found
    return session.number_of(key) or 1


def _number_near(session: Session, at: str) -> int:
    """The page of the item called `at`, else that of its neighbours in the same group, else 0."""
    paths = [path for path in session.form.slots if path.rpartition("/")[2] == at]
    wanted = paths[0] if paths else ""
    beside = wanted.rpartition("/")[0]
    near = 0
    for number, draft in enumerate(session.pages, 1):
        places = [node.slot.path for node, _question in draft.questions]
        if any(place == wanted or place.startswith(f"{wanted}/") for place in places):
            return number
        if not near and beside.count("/") > 1 and any(place.startswith(f"{beside}/") for place in places):
            near = number
    return near if wanted else 0


def _drawn(
    session: Session, number: int, *, is_wide: bool, form: PageForm | None = None, is_done: bool = False
) -> Preview:
    page = session.page(number)
    form = form or PageForm(page)
    form.auto_id = "p-%s"
    return Preview(
        page=page,
        form=form,
        entries=form.entries(),
        progress=session.progress(number),
        state=json.dumps(session.answers(), ensure_ascii=False),
        is_done=is_done,
        is_wide=is_wide,
        faults=session.faults,
    )
