"""Plain functions that make surveys and responses for tests."""

from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from huiqi.accounts.models import User
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.questionnaires.commands.versions import create_questionnaire, publish_version, upload_version
from huiqi.questionnaires.models import Questionnaire
from huiqi.questionnaires.queries.shipped import shipped_book
from huiqi.questionnaires.tests.make import make_xlsform
from huiqi.questionnaires.xlsform.readable import to_xlsx
from huiqi.surveys.commands.surveys import SurveyWords, create_survey, open_survey
from huiqi.surveys.models import Survey

ON = date(2020, 3, 1)
_NUMBERS = count(1)
# Two pages: the firm, then what is asked only of who is closed.
QUESTIONS: list[dict[str, str]] = [
    {"type": "begin_group", "name": "firm", "label": "您的企业", "appearance": "field-list"},
    {"type": "text", "name": "uscc", "label": "统一社会信用代码"},
    {"type": "integer", "name": "staff", "label": "职工人数", "required": "yes", "constraint": ". > 0"},
    {"type": "end_group", "name": "firm"},
    {"type": "begin_group", "name": "state", "label": "复工情况", "appearance": "field-list"},
    {"type": "select_one status", "name": "status", "label": "现在复工了吗", "required": "yes"},
    {
        "type": "text",
        "name": "why",
        "label": "为什么没有复工",
        "required": "yes",
        "relevant": "${status} = 'closed'",
    },
    {"type": "end_group", "name": "state"},
]
CHOICES = [
    {"list_name": "status", "name": "open", "label": "已复工"},
    {"list_name": "status", "name": "closed", "label": "没有复工"},
]


def at(day: str = "2020-03-01", time: str = "10:00") -> datetime:
    """An instant in Shanghai."""
    return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def make_xlsx(questions: list[dict[str, str]] | None = None) -> bytes:
    """An XLSForm workbook of these questions."""
    return make_xlsform(questions or QUESTIONS, CHOICES).getvalue()


def make_editor(office: str = "province", role: Role = Role.ANALYST) -> User:
    """Who makes questionnaires and runs surveys."""
    return make_user(role=role, unit=make_office(office))


def make_questionnaire(actor: User | None = None, original: bytes | None = None) -> Questionnaire:
    """A published questionnaire of two pages, or of this workbook."""
    actor = actor or make_editor()
    assert actor.unit is not None
    made = create_questionnaire(name=f"复工情况{next(_NUMBERS)}", owner=actor.unit, actor=actor, at=at())
    uploaded = upload_version(made, original or make_xlsx(), actor=actor, at=at())
    assert uploaded.version is not None, [str(one.message) for one in uploaded.compiled.problems]
    publish_version(uploaded.version, actor=actor, at=at())
    return made


def shipped_xlsx(name: str) -> bytes:
    """A questionnaire of the rulebook as a workbook."""
    return to_xlsx(shipped_book(Path(settings.RULEBOOK_DIR) / "questionnaires" / f"{name}.yaml"))


def make_survey(*, is_open: bool = True, actor: User | None = None, **changes: Any) -> Survey:
    """An open survey from 1 to 31 March 2020."""
    actor = actor or make_editor()
    questionnaire = changes.pop("questionnaire", None) or make_questionnaire(actor)
    given: dict[str, Any] = {
        "title": "复工情况调查",
        "purpose": "了解复工困难，安排帮扶。",
        "is_anonymous": False,
        "opens_on": ON,
        "closes_on": date(2020, 3, 31),
    }
    assert actor.unit is not None
    words = SurveyWords(**{**given, **changes})
    made = create_survey(questionnaire, words, owner=actor.unit, actor=actor, at=at())
    return open_survey(made, actor=actor, today=ON) if is_open else made


def survey_of_province() -> dict[str, Any]:
    """The address of a survey of the province's office, made by nobody of the cast."""
    return {"public_id": make_survey().public_id}


def open_cover() -> dict[str, Any]:
    """The short address of an open survey."""
    return {"slug": make_survey().slug}


def published_questionnaire() -> dict[str, Any]:
    """The address of a published questionnaire of the province's office."""
    return {"public_id": make_questionnaire().public_id}


def published_version() -> dict[str, Any]:
    """The address of its version."""
    made = make_questionnaire()
    version = made.versions.get()
    return {"public_id": made.public_id, "version_id": version.public_id}
