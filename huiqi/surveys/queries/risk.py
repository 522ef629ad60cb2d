"""The risk level of the county a form is filled in for, on the day, as a form's hidden places ask for it.

`risk_level` takes low, medium or high, "" when none is recorded; `risk_basis` says in words since when and by
which document. A form that was handed in keeps what it had.
"""

from datetime import date

from huiqi.core.language import day_words
from huiqi.questionnaires.xform.definition import Form
from huiqi.questionnaires.xform.session import Session
from huiqi.reference.queries import division, risk_level
from huiqi.surveys.models import Response
from huiqi.surveys.queries.meaning import answer_named, county_named, place_of

LEVEL, BASIS, COUNTY = "risk_level", "risk_basis", "county"


def put_risk(session: Session, response: Response, *, on: date) -> None:
    """Put the level of `on` where the form asks for it; forms that do not ask cost nothing."""
    level, basis = _place(session.form, LEVEL), _place(session.form, BASIS)
    if not level:
        return
    county = _county(session, response)
    found = risk_level(county, on) if county else None
    told = {level: found.level if found else ""}
    if basis:
        said = f"{day_words(found.valid_from)}起，{found.document}" if found else ""
        told[basis] = said
    session.answer_known(told)


def _place(form: Form, name: str) -> str:
    ending = f"/{name}"
    return next((path for path in form.slots if path.endswith(ending) and path not in form.questions), "")


def _county(session: Session, response: Response) -> str:
    """What the form says now; else where the register has the firm."""
    said = answer_named(session, COUNTY)
    if said:
        return said if division(said) is not None else county_named(said)
    return place_of(response, session)[0]
