"""A call to a firm about its reliefs: what it said of each, and a request opened where it wants help."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.cases.commands.drafts import new_code
from huiqi.cases.commands.intake import Asked, open_case
from huiqi.cases.models import Case, Consent
from huiqi.cases.workflow import Channel
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop
from huiqi.enterprises.models import Enterprise
from huiqi.reach.commands.words import dismiss_policy, take_word
from huiqi.reach.models import Call, CallAnswer, CallOutcome, CallWord, Journey
from huiqi.reach.queries.preparations import title_of
from huiqi.reach.steps import Source, Step

# The service item and topic that take up "the relief does not reach us" (rulebook/services/request.yaml).
ITEM, TOPIC = "request", "policy-payment"


@dataclass(frozen=True)
class Help:
    """Whom to ring back, and with what; name and number go to the request, not here."""

    name: str
    phone: str
    text: str


@dataclass(frozen=True)
class Talk:
    """What came of a call: words by the public id of what they are about."""

    outcome: str
    words: Mapping[str, str] = field(default_factory=dict)
    help: Help | None = None


@transaction.atomic
def record_call(firm: Enterprise, talk: Talk, *, actor: User, on: date, at: datetime) -> Call:
    """Keep what came of a call. Refused: `reach.nothing_said` when it was answered and nothing is noted."""
    reached = talk.outcome == CallOutcome.REACHED
    if reached and not talk.words and talk.help is None:
        nothing = gettext_noop("已接通的，请至少记下企业对一项政策的说法。")
        raise Refused("reach.nothing_said", nothing)
    call = Call.objects.create(enterprise=firm, caller=actor, outcome=talk.outcome, on=on, at=at)
    if reached:
        _take_words(call, talk.words, actor=actor, on=on, at=at)
        if talk.help is not None:
            call.case = _open_request(call, talk, actor=actor, at=at)
            call.wants_help = True
            call.save(update_fields=["case", "wants_help"])
    audit.record("reach_call.made", call, actor=actor, outcome=talk.outcome, help=call.wants_help)
    return call


def _take_words(call: Call, words: Mapping[str, str], *, actor: User, on: date, at: datetime) -> None:
    rows = Journey.objects.select_for_update(of=("self",)).filter(
        enterprise=call.enterprise, public_id__in=list(words)
    )
    for journey in rows.order_by("pk"):
        word = words[journey.public_id]
        CallAnswer.objects.create(call=call, journey=journey, word=word)
        _take_word(journey, word, on=on, at=at)
        if word == CallWord.NOT_NEEDED:
            dismiss_policy(journey, actor=actor, on=on)


def _take_word(journey: Journey, word: str, *, on: date, at: datetime) -> None:
    """Whoever was rung up has been told; what the authority has decided stands."""
    if journey.told_on is None and journey.step in {Step.ENTITLED, Step.UNSETTLED}:
        take_word(journey, Step.TOLD, word=word, on=on, at=at, source=Source.OFFICE)
    if word == CallWord.HAD and journey.arrived_on is None and journey.decided_on is None:
        take_word(journey, Step.ARRIVED, word=word, on=on, at=at, source=Source.FIRM)
    elif word == CallWord.APPLIED and journey.applied_on is None:
        take_word(journey, Step.APPLIED, word=word, on=on, at=at, source=Source.FIRM)
    else:
        journey.word, journey.word_on = word, on
        journey.save(update_fields=["word", "word_on"])


def _open_request(call: Call, talk: Talk, *, actor: User, at: datetime) -> Case:
    help_wanted = talk.help
    assert help_wanted is not None
    policies = Journey.objects.filter(enterprise=call.enterprise, public_id__in=list(talk.words))
    titles = [title_of(policy) for policy in policies.order_by("pk").values_list("policy", flat=True)]
    title = f"请帮办：{titles[0]}" if len(titles) == 1 else "请帮办惠企政策的申请"
    asked = Asked(
        item=ITEM,
        topic=TOPIC,
        title=title[:80],
        text=help_wanted.text or title,
        channel=Channel.WINDOW,
        name=help_wanted.name,
        phone=help_wanted.phone,
        enterprise=call.enterprise,
        consent=Consent.SPOKEN,
        source_ref=f"reach-{call.public_id}",
    )
    return open_case(asked, actor=actor, at=at, code=new_code())
