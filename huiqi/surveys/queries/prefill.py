"""What stands in a form before its reader types: facts of the register, answers of the wave before.

Whoever types a credit code is not known to be of that firm: by the code alone only what the public register
shows everybody comes in (its name, county and industry). The rest comes in for who was invited by a code of
their own, or is signed in as the firm's person (docs/adr/0029).
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.utils import timezone

from huiqi.enterprises.catalogue import from_cell
from huiqi.enterprises.models import Enterprise, SourceKind, Statement
from huiqi.enterprises.queries.statements import catalogue, facts_on
from huiqi.questionnaires.fact_answers import answer_of, bound_places
from huiqi.questionnaires.queries.versions import form_of
from huiqi.questionnaires.xform.checking import Wrong
from huiqi.questionnaires.xform.definition import Form, Meaning
from huiqi.questionnaires.xform.definition import Kind as QuestionKind
from huiqi.questionnaires.xform.session import Session
from huiqi.reference.code_rows import division_successors
from huiqi.reference.queries import division, industry
from huiqi.rules.catalogue import Value
from huiqi.surveys.models import Response
from huiqi.surveys.prefill import repeatable
from huiqi.surveys.provenance import Brought, Kind, Origin
from huiqi.surveys.queries.invitations import last_response

# What 国家企业信用信息公示系统 shows of every firm, besides its name and code.
PUBLIC = frozenset({"prefecture", "gb4754"})
# Questions of these names ask for the credit code and the name, which are no facts of the catalogue.
CODE, NAME = "uscc", "firm_name"


def code_places(form: Form) -> list[str]:
    """Where a form keeps the credit code."""
    return _called(form, CODE)


def _called(form: Form, name: str) -> list[str]:
    repeats = tuple(f"{path}/" for path in form.repeats)
    ending = f"/{name}"
    return [path for path in form.questions if path.endswith(ending) and not path.startswith(repeats)]


def of_register(session: Session, firm: Enterprise, *, is_proven: bool, on: date) -> dict[str, Brought]:
    """Answers the register gives, by path. `is_proven`: whoever fills it in is known to be of the firm."""
    form, registered = session.form, Origin(Kind.REGISTER, str(SourceKind.REGISTER.label))
    found = dict.fromkeys(code_places(form), Brought(firm.credit_code or "", registered))
    found |= dict.fromkeys(_called(form, NAME), Brought(firm.name, registered))
    wanted = {
        path: meaning
        for path, meaning in bound_places(form).items()
        if meaning.fact and (is_proven or meaning.fact in PUBLIC)
    }
    found |= _of_facts(session, firm, wanted, on)
    return {path: one for path, one in found.items() if one.value}


def _of_facts(
    session: Session, firm: Enterprise, wanted: Mapping[str, Meaning], on: date
) -> dict[str, Brought]:
    if not wanted:
        return {}
    asked = {meaning.fact for meaning in wanted.values()}
    stated = {fact: one.stated for fact, one in facts_on(firm, on).resolved.items() if fact in asked}
    cells = {fact: one.cell for fact, one in stated.items() if one.cell is not None}
    origins = _origins({fact: stated[fact].id for fact in cells})
    found = {}
    for path, meaning in wanted.items():
        if meaning.fact in cells:
            value = from_cell(catalogue().facts[meaning.fact], cells[meaning.fact])
            found[path] = Brought(_answer(session, path, meaning, value), origins[meaning.fact])
    return found


def _origins(statements: Mapping[str, int]) -> dict[str, Origin]:
    rows = Statement.objects.filter(pk__in=statements.values()).select_related("filing").order_by("pk")
    by_key = {row.pk: row for row in rows}
    found = {}
    for fact, key in statements.items():
        row = by_key[key]
        source = row.filing.issuer or row.filing.get_source_display()
        found[fact] = Origin(Kind.REGISTER, str(source), row.as_of)
    return found


def _answer(session: Session, path: str, meaning: Meaning, value: Value) -> str:
    question = session.form.questions.get(path)
    if question is not None and question.kind is QuestionKind.TEXT and meaning.fact in _WORDS:
        return _WORDS[meaning.fact](str(value))
    if meaning.fact == "prefecture":
        value = division_successors().get(str(value), value)
    plain = f"{Decimal(value.numerator) / value.denominator:f}" if isinstance(value, Fraction) else value
    return answer_of(catalogue().facts[meaning.fact], plain, meaning)


def _division_words(code: str) -> str:
    found = division(code)
    return found.name if found is not None else code


def _industry_words(code: str) -> str:
    found = industry(code)
    return found.name if found is not None else code


# Codes as people write them where they may write.
_WORDS = {"province": _division_words, "prefecture": _division_words, "gb4754": _industry_words}


def of_last_wave(session: Session, response: Response) -> dict[str, Brought]:
    """What the invited firm answered to the same questions in the wave before, by path."""
    before = last_response(response.invitation) if response.invitation is not None else None
    if before is None or before.sent_at is None:
        return {}
    same = repeatable(form_of(before.version), session.form, before.given())
    day = timezone.localdate(before.sent_at)
    return {path: Brought(value, Origin(Kind.LAST_WAVE, "", day)) for path, value in same.items()}


def brought_in(
    response: Response, session: Session, firm: Enterprise, *, is_proven: bool, on: date
) -> dict[str, Brought]:
    """Everything that need not be typed again. Of two answers to one question the younger counts."""
    register = of_register(session, firm, is_proven=is_proven, on=on)
    over = of_last_wave(session, response) if is_proven else {}
    return {**register, **{path: one for path, one in over.items() if _is_younger(one, register.get(path))}}


def _is_younger(one: Brought, other: Brought | None) -> bool:
    mine, theirs = one.origin.as_of, other.origin.as_of if other else None
    return other is None or (mine is not None and theirs is not None and mine >= theirs)


def put_in(session: Session, brought: Mapping[str, Brought]) -> dict[str, Brought]:
    """Answer with what was brought; those the form does not take now are taken out. Returns the rest."""
    session.answer_known({path: one.value for path, one in brought.items()})
    unfit = {one.path for one in session.problems() if one.kind in _UNFIT} & set(brought)
    session.answer_known(dict.fromkeys(unfit, ""))
    return {path: one for path, one in brought.items() if path not in unfit and session.value(path)}


_UNFIT = frozenset({Wrong.CHOICE, Wrong.TYPE, Wrong.CONSTRAINT})
