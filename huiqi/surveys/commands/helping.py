"""From a wish to a case: the firm's own prefilled draft, or an officer on the firm's behalf."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from huiqi.accounts.models import User
from huiqi.cases.commands.drafts import Origin, begin_filled, new_code
from huiqi.cases.commands.intake import Asked, Filled, open_case
from huiqi.cases.items.definition import FieldKind
from huiqi.cases.models import Case, Consent, Draft, SheetKind
from huiqi.cases.queries.items import current_edition
from huiqi.cases.workflow import Channel
from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop
from huiqi.questionnaires.xform.requests import Offer, offers_in
from huiqi.surveys.models import Response, Wish
from huiqi.surveys.queries.filling import session_of
from huiqi.surveys.queries.meaning import FIRM, PERSON, PHONE, answer_named, place_of

_NO_CONSENT = gettext_noop("企业没有同意就回答联系它，不能代为转成诉求。可以请企业自己在提交页上转。")
_NO_PHONE = gettext_noop("没有联系电话。请打开这份答卷，补上联系人和电话后再转。")
_TURNED = gettext_noop("这一条已经转成诉求，不会再转一次。")
_GONE = gettext_noop("按这份答卷现在的回答，没有这一条。")


@dataclass(frozen=True)
class Caller:
    """Whom the office calls about it."""

    name: str = ""
    phone: str = ""


def begin_request(wish: Wish, *, actor: User | None, now: datetime, wall: datetime) -> Draft | Case:
    """The draft a firm goes on with, filled in from its answers, or the case it became already.

    The same answer has one draft and one case. `wall` is real time.
    """
    if wish.case is not None:
        return wish.case
    response = wish.response
    offer, caller = _offer(wish, now), caller_of(response, now)
    session = session_of(response, today=timezone.localdate(now), now=now)
    code, (county, _park) = answer_named(session, FIRM), place_of(response, session)
    typed: dict[str, dict[str, list[str]]] = {
        "matter": {
            "topic": [offer.topic],
            **{f"item-{name}": [text] for name, text in offer.fields},
        },
        "words": {"title": [offer.title], "text": [offer.text or offer.title]},
    }
    if caller.phone or caller.name:
        typed["contact"] = {"name": [caller.name], "phone": [caller.phone]}
    if code or county:
        typed["who"] = {"credit_code": [code], "firm_name": [""], "county": [county]}
    origin = Origin(wish.source_ref, Channel.SURVEY, offer.snapshot)
    return begin_filled(offer.item, typed, origin, actor=actor, at=wall)


@transaction.atomic
def turn_into_case(wish: Wish, caller: Caller, *, actor: User, at: datetime) -> Case:
    """Open the case on the firm's behalf, with the answers it rests on.

    Refused: `surveys.no_consent`, `surveys.no_phone`, `surveys.turned`, and as `open_case`.
    """
    rows = Wish.objects.select_for_update(of=("self",)).select_related(
        "response__survey", "response__version"
    )
    locked = rows.get(pk=wish.pk)
    if locked.case_id is not None:
        raise Refused("surveys.turned", _TURNED)
    if not locked.may_contact:
        raise Refused("surveys.no_consent", _NO_CONSENT)
    if not caller.phone:
        raise Refused("surveys.no_phone", _NO_PHONE)
    response, offer = locked.response, _offer(locked, at)
    session = session_of(response, today=timezone.localdate(at), now=at)
    asked = Asked(
        item=offer.item,
        topic=offer.topic,
        title=offer.title,
        text=offer.text or offer.title,
        channel=Channel.SURVEY,
        name=caller.name,
        phone=caller.phone,
        credit_code=answer_named(session, FIRM).upper(),
        prefecture=locked.prefecture,
        enterprise=response.enterprise,
        answers=_texts(offer),
        consent=Consent.SURVEY,
        source_ref=locked.source_ref,
        sheets=(Filled(SheetKind.SURVEY, offer.snapshot),),
    )
    return open_case(asked, actor=actor, at=at, code=new_code())


@dataclass(frozen=True)
class Turned:
    """What came of many: the cases, and each wish that did not become one, with why."""

    cases: Sequence[Case]
    refused: Sequence[tuple[Wish, Refused]]


def turn_many(wishes: Sequence[Wish], *, actor: User, at: datetime) -> Turned:
    """Each its own command: what can not be turned keeps no other from it."""
    cases, refused = [], []
    for wish in wishes:
        try:
            caller = caller_of(wish.response, at)
            cases.append(turn_into_case(wish, caller, actor=actor, at=at))
        except Refused as refusal:
            refused.append((wish, refusal))
    return Turned(cases, refused)


def caller_of(response: Response, now: datetime) -> Caller:
    """The name and number the firm left with its answers."""
    session = session_of(response, today=timezone.localdate(now), now=now)
    return Caller(answer_named(session, PERSON), answer_named(session, PHONE) or response.phone)


def _texts(offer: Offer) -> dict[str, str]:
    """What fits the item's text fields; figures and choices are for people to fill in."""
    edition = current_edition(offer.item)
    fields = edition.definition.fields if edition is not None else ()
    texts = {
        each.id: each.most or 200 for each in fields if each.kind in {FieldKind.TEXT, FieldKind.LONG_TEXT}
    }
    return {name: text[: texts[name]] for name, text in offer.fields if name in texts}


def _offer(wish: Wish, now: datetime) -> Offer:
    session = session_of(wish.response, today=timezone.localdate(now), now=now)
    found = next((one for one in offers_in(session) if one.key == wish.rule), None)
    if found is None:
        raise Refused("surveys.no_such_offer", _GONE)
    return found
