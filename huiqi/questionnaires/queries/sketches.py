"""The builder's pages: sketches, what they may begin with, and what is wrong in them."""

import json
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from django.conf import settings

from huiqi.questionnaires.builder.faults import Checked, check_plan
from huiqi.questionnaires.builder.plan import Plan, plan_json, plan_of
from huiqi.questionnaires.builder.reading import Read, read_plan
from huiqi.questionnaires.models import Questionnaire, QuestionnaireVersion, Sketch
from huiqi.questionnaires.queries.known import known_here
from huiqi.questionnaires.queries.shipped import shipped, shipped_book
from huiqi.questionnaires.xlsform.workbook import read_book

# A preview asks for the same plan page after page; a plan with its form takes about a megabyte.
CHECKED_KEPT = 32


def sketch_of(questionnaire: Questionnaire) -> Sketch | None:
    """The working copy, or None."""
    return Sketch.objects.select_related("changed_by").filter(questionnaire=questionnaire).first()


def plan_in(sketch: Sketch) -> Plan:
    """What is in a working copy."""
    return plan_of(sketch.content)


def checked(plan: Plan) -> Checked:
    """The faults and the form to try out, kept for the next page."""
    return _checked(json.dumps(plan_json(plan), ensure_ascii=False))


@lru_cache(maxsize=CHECKED_KEPT)
def _checked(text: str) -> Checked:
    return check_plan(plan_of(json.loads(text)), known_here(asks_items=False))


def read_version(version: QuestionnaireVersion) -> Read:
    """A version as the builder shows it, and what it can not show."""
    book, _problems = read_book(BytesIO(bytes(version.original)))
    return read_plan(book)


def templates() -> list[tuple[str, str]]:
    """(name, title) of the questionnaires that come with the site."""
    return [(path.stem, read_plan(shipped_book(path)).plan.title) for path in shipped()]


def template_plan(name: str) -> Plan | None:
    """A shipped questionnaire as a plan, None for a name there is none of."""
    folder = Path(settings.RULEBOOK_DIR) / "questionnaires"
    found = next((path for path in shipped() if path.stem == name and path.parent == folder), None)
    return read_plan(shipped_book(found)).plan if found is not None else None
