"""What an answered form means to the site: where the firm is, what it agreed to, which facts it stated."""

from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.queries.people import claimable
from huiqi.questionnaires.fact_answers import Plain, facts_in
from huiqi.questionnaires.xform.session import Session
from huiqi.reference.judging import rulebook
from huiqi.reference.queries import division, search_divisions
from huiqi.surveys.models import Response

# Names questionnaires keep for these, as the shipped ones do.
CONSENT, MAY_CALL, REASONS, FIRM, PHONE, PERSON = (
    "consent",
    "call",
    "why_no_policy",
    "uscc",
    "phone",
    "person",
)


def answer_named(session: Session, name: str) -> str:
    """The answer to the first question of a name that is asked now; "" when there is none."""
    for path in session.form.questions:
        if path.rpartition("/")[2] == name and session.is_relevant(path):
            return session.value(path).strip()
    return ""


def agrees_to_calls(session: Session) -> bool:
    """Whether the form asked for it and the firm agreed to be contacted about its answers."""
    return answer_named(session, CONSENT) == MAY_CALL


def stated_facts(session: Session) -> dict[str, Plain]:
    """The facts the answers state, counties also by their name."""
    return facts_in(session, rulebook().catalogue.facts, {"prefecture": county_named, "gb4754": _no_code})


def county_named(text: str) -> str:
    """The code of a county by its name, "" when the name fits none or several."""
    plain = text.strip()
    if len(plain) < 2 or len(plain) > 20:
        return ""
    found = [row for row in search_divisions(plain, 5) if row.code[4:] != "00"]
    exact = [row for row in found if row.name == plain or row.name.rstrip("县市区") == plain.rstrip("县市区")]
    return exact[0].code if len(exact) == 1 else ""


def _no_code(_text: str) -> str:
    """Trades as people call them are no code: which one is meant, the firm says itself."""
    return ""


def firm_in(session: Session) -> Enterprise | None:
    """The firm of the register whose credit code was typed: where it lies, never who answered."""
    code = answer_named(session, FIRM).upper()
    return claimable(code) if code else None


def place_of(response: Response, session: Session) -> tuple[str, int | None]:
    """The county and the park a response belongs to: by the firm invited, by what it says, by its code."""
    firm = response.enterprise
    if firm is not None and firm.prefecture:
        return firm.prefecture, firm.park_id
    said = str(stated_facts(session).get("prefecture", ""))
    if said and division(said) is not None:
        return said, None
    named = firm_in(session)
    return (named.prefecture or "", named.park_id) if named is not None else ("", None)
