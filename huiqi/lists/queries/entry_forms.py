"""The questionnaire of a kind of list, as it is filled in for a firm on a batch."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils import timezone

from huiqi.lists.kinds import ListKind
from huiqi.lists.models import Entry
from huiqi.questionnaires.fact_answers import Plain, facts_in
from huiqi.questionnaires.models import QuestionnaireVersion
from huiqi.questionnaires.queries.versions import answerable, form_of
from huiqi.questionnaires.xform.session import Session, open_session
from huiqi.reference.judging import rulebook


def form_offered(kind: ListKind) -> QuestionnaireVersion | None:
    """The version that is filled in now; None when the kind names none, or nobody has published it."""
    return answerable(kind.questionnaire) if kind.questionnaire else None


def session_for(
    version: QuestionnaireVersion, answers: Mapping[str, str], now: datetime, language: str = ""
) -> Session:
    """A version with these answers, on the site's clock."""
    today = timezone.localdate(now)
    return open_session(form_of(version), answers, today=today, now=now, language=language)


def session_of_entry(entry: Entry, now: datetime, language: str = "") -> Session | None:
    """What was filled in for the firm, in the version it was filled in with; None when nothing was."""
    if entry.form_version is None:
        return None
    return session_for(entry.form_version, given(entry), now, language)


def given(entry: Entry) -> dict[str, str]:
    """The answers by path."""
    return dict(json.loads(entry.form_answers)) if entry.form_answers else {}


def facts_answered(session: Session) -> dict[str, Plain]:
    """The facts a filled-in form states."""
    return facts_in(session, rulebook().catalogue.facts)


def answered_of(entries: Iterable[Entry], now: datetime) -> dict[int, dict[str, Plain]]:
    """The same by firm for many entries, whose versions are loaded with them."""
    sessions = {entry.enterprise_id: session_of_entry(entry, now) for entry in entries}
    return {firm: facts_answered(session) for firm, session in sessions.items() if session is not None}
