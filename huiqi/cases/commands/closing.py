"""From the answer to the end: review, the requester's word, and back again when it says "not solved"."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from huiqi.accounts.models import User
from huiqi.cases.commands.desk import check_text
from huiqi.cases.commands.ending import (
    ENDED_FIELDS,
    REOPENED_FIELDS,
    check_proof,
    end_case,
    unend_case,
)
from huiqi.cases.commands.merging import pass_on_answer
from huiqi.cases.commands.moving import lock_case, save_case, take_step, tell
from huiqi.cases.commands.ordering import begin_round, lead_order
from huiqi.cases.commands.telling import tell_order, tell_requester, tell_supervisors
from huiqi.cases.commands.timing import start_clock, stop_clocks
from huiqi.cases.happenings import Happening
from huiqi.cases.models import CallBack, Case
from huiqi.cases.notices import PROGRESS, REDO, SUPERVISED, TO_REVIEW, YOUR_TURN
from huiqi.cases.queries.office_time import office_time
from huiqi.cases.queries.people import answerer_of, may_confirm
from huiqi.cases.workflow import PROPOSABLE, Ending, Stage, State, Step, Word, take
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.messages.commands.notices import settle_about

# Tries on so many different working days before a case ends without the requester's word. Ours: the rules
# ask for a call-back and name no number; unreachable is a class of its own and never counts as satisfied.
MOST_TRIES = 3
# How long a requester may ask to go on with an ended case. Ours; later it is a new request.
REOPEN_WITHIN = timedelta(days=30)

_BY_WORD = {Word.SOLVED: Ending.SOLVED, Word.PARTLY: Ending.PARTLY_SOLVED}
_REOPENABLE = frozenset(PROPOSABLE)


@transaction.atomic
def approve_answer(  # noqa: PLR0913  what is approved
    case: Case,
    *,
    ending: str = "",
    text: str = "",
    actor: User,
    at: datetime,
    expected: int | None = None,
) -> Case:
    """Approve the answer 审核通过, perhaps with another ending or better words; the requester gets it and is
    asked how it went.

    Refused: `cases.own_answer`, `cases.review_above` for endings that need the office above,
    `cases.no_such_ending`, `cases.proof_missing`.
    """
    case = lock_case(case, expected=expected)
    order = lead_order(case)
    ending, text = ending or case.proposed_ending, text or (order.answer if order else "")
    take_step(case, Step.APPROVE, actor=actor, at=at, unit=case.desk, text=text, proposed=ending)
    _check_reviewer(case, ending, actor, at)
    case.proposed_ending, case.answer = ending, text
    stop_clocks(case, Stage.REVIEW, at=at)
    settle_about([case], TO_REVIEW, at=at)
    start_clock(case, Stage.CALL_BACK, unit=case.desk, at=at)
    tell_requester(case, YOUR_TURN, gettext_noop("您的诉求%(number)s已有答复，请评价。"), at=at, actor=actor)
    pass_on_answer(case, at=at)
    return save_case(case, "proposed_ending", "answer")


def _check_reviewer(case: Case, ending: str, actor: User, at: datetime) -> None:
    if ending not in PROPOSABLE:
        raise Refused("cases.no_such_ending", gettext_noop("请选择拟办结方式。"))
    if answerer_of(case) == actor:
        said = gettext_noop("不能审核自己的答复。请由受理单位的其他人或上一级单位审核。")
        raise Refused("cases.own_answer", said)
    if not may_confirm(case, ending, actor, timezone.localdate(at)):
        said = gettext_noop("以“%(ending)s”办结要由上一级单位或督办人员审核。请等待他们审核，或退回重办。")
        raise Refused("cases.review_above", Message(said, {"ending": Ending(ending).label}))
    check_proof(case, ending)


@transaction.atomic
def redo_case(
    case: Case, *, reason: str, actor: User | None, at: datetime, expected: int | None = None
) -> Case:
    """Send an answer back to be done again 重办, in a new round with the shorter term."""
    case = lock_case(case, expected=expected)
    check_text(reason, gettext_noop("请写明哪里要重办。"))
    return _redo(case, reason=reason, actor=actor, at=at)


def _redo(case: Case, *, reason: str, actor: User | None, at: datetime, is_said: bool = False) -> Case:
    """`is_said`: the reason is the requester's own word; otherwise it is for colleagues."""
    had_answer = case.state == State.CALLING_BACK
    take_step(case, Step.REDO, actor=actor, at=at, text=reason if is_said else "", is_public=had_answer)
    if not is_said:
        tell(case, Happening.NOTED, actor=actor, at=at, text=reason)
    stop_clocks(case, Stage.REVIEW, Stage.CALL_BACK, at=at)
    settle_about([case], TO_REVIEW, YOUR_TURN, at=at)
    order = begin_round(case, actor=actor, at=at)
    if order is not None:
        tell_order(order, REDO, gettext_noop("诉求%(number)s退回重办，请尽快办理。"), at=at, actor=actor)
    return save_case(case, "round", "desk", "lead", "handler")


@transaction.atomic
def record_call_back(  # noqa: PLR0913  what was heard
    case: Case,
    *,
    word: str,
    rating: int | None = None,
    way: str = CallBack.Way.PHONE,
    note: str = "",
    actor: User | None,
    at: datetime,
    expected: int | None = None,
) -> Case:
    """What the requester said when called back 回访, or that nobody answered.

    Only the word "solved" or "partly" makes a case solved or partly solved. "Not solved" opens it again
    (see `_is_last_word`). Three tries on different working days that reach nobody end it as proposed, but
    never as solved. Refused: `cases.no_such_word`, `cases.rating_wrong`, `cases.proof_missing`.
    """
    case = lock_case(case, expected=expected)
    if word in _BY_WORD and way != CallBack.Way.WEB:
        # The requester's own hand is proof enough; a word that staff took down is not.
        check_proof(case, _BY_WORD[Word(word)])
    return _take_word(case, word=word, rating=rating, way=way, note=note, actor=actor, at=at)


@transaction.atomic
def rate_case(  # noqa: PLR0913  what was said
    case: Case,
    *,
    word: str,
    rating: int | None = None,
    text: str = "",
    actor: User | None = None,
    at: datetime,
    expected: int | None = None,
) -> Case:
    """The requester's own word on the web 评价: the same way as a call-back.

    After the end it is kept beside the ending, once: of a merged case, and of one that nobody reached.
    There "not solved" opens the case again where `reopen_case` would. Refused: `cases.no_such_word`,
    `cases.rating_wrong`, `cases.rated_already`, `cases.no_answer_yet`.
    """
    case = lock_case(case, expected=expected)
    if case.state != State.ENDED:
        case.rating_text = text[:500]
        way = CallBack.Way.WEB
        return _take_word(case, word=word, rating=rating, way=way, note=text, actor=actor, at=at)
    return _rate_ended(case, word=word, rating=rating, text=text, actor=actor, at=at)


def _take_word(  # noqa: PLR0913  what was heard
    case: Case, *, word: str, rating: int | None, way: str, note: str, actor: User | None, at: datetime
) -> Case:
    _check_word(word, rating, way)
    take(Step.TAKE_WORD, case.state)
    _keep_word(case, word=word, rating=rating, way=way, note=note, actor=actor, at=at)
    if word == Word.NOT_SOLVED and not _is_last_word(case):
        return _open_again(case, note, actor=actor, at=at)
    if word == Word.UNREACHABLE and _tries(case) < MOST_TRIES:
        return save_case(case)
    case.word, case.rating = word, rating
    take_step(case, Step.TAKE_WORD, actor=actor, at=at, word=str(word))
    end_case(case, _ending(case, word), actor=actor, at=at)
    if word not in _BY_WORD:
        said = gettext_noop("您的诉求%(number)s已办结，30天内可以申请重启。")
        tell_requester(case, PROGRESS, said, at=at, actor=actor)
    return save_case(case, *ENDED_FIELDS)


def _check_word(word: str, rating: int | None, way: str) -> None:
    if word not in Word.values or not word or (word == Word.UNREACHABLE and way == CallBack.Way.WEB):
        raise Refused("cases.no_such_word", gettext_noop("请选择：已解决、部分解决或未解决。"))
    if rating is not None and (not 1 <= rating <= 5 or word == Word.UNREACHABLE):
        raise Refused("cases.rating_wrong", gettext_noop("满意度请在1到5之间选择；联系不上的不评满意度。"))


def _keep_word(  # noqa: PLR0913  what was heard
    case: Case, *, word: str, rating: int | None, way: str, note: str, actor: User | None, at: datetime
) -> None:
    CallBack.objects.create(
        case=case, round=case.round, way=way, word=word, rating=rating, note=note[:500], by=actor, at=at
    )
    kind = Happening.RATED if way == CallBack.Way.WEB else Happening.CALLED_BACK
    # A try that reached nobody is public too: the requester sees that we called.
    tell(case, kind, actor=actor, at=at, is_public=True, word=str(word), way=str(way), text="")


def _is_last_word(case: Case) -> bool:
    """Whether "not solved" ends the case: an honest answer (not "solved") that the requester was already
    told once, was looked at again in a new round, and stands. It ends with the requester's word beside it.

    The first "not solved" always opens the case; without this rule what policy forbids would go round for
    ever. No rule settles it; this is ours.
    """
    if case.proposed_ending in _BY_WORD.values():
        return False
    earlier = case.call_backs.filter(word=Word.NOT_SOLVED, round__lt=case.round)
    return earlier.exists()


def _open_again(case: Case, note: str, *, actor: User | None, at: datetime) -> Case:
    said = gettext_noop("诉求%(number)s的诉求人反映未解决，已退回重办。")
    tell_supervisors(case, SUPERVISED, said, at=at, actor=None)
    return _redo(case, reason=note, actor=actor, at=at, is_said=True)


def _tries(case: Case) -> int:
    """On how many working days of this round nobody was reached."""
    tries = case.call_backs.filter(round=case.round, word=Word.UNREACHABLE)
    days = {timezone.localdate(each.at) for each in tries}
    return sum(office_time(day, case.prefecture).is_working(day) for day in days)


def _ending(case: Case, word: str) -> Ending:
    by_word = _BY_WORD.get(Word(word))
    if by_word is not None:
        return by_word
    proposed = Ending(case.proposed_ending)
    return Ending.EXPLAINED if proposed in _BY_WORD.values() else proposed


def _rate_ended(
    case: Case, *, word: str, rating: int | None, text: str, actor: User | None, at: datetime
) -> Case:
    _check_word(word, rating, CallBack.Way.WEB)
    _check_ratable(case)
    way = CallBack.Way.WEB
    _keep_word(case, word=word, rating=rating, way=way, note=text, actor=actor, at=at)
    if word == Word.NOT_SOLVED and _may_reopen(case, at):
        return _reopen(case, reason=text, actor=actor, at=at)
    if word == Word.NOT_SOLVED:
        said = gettext_noop("诉求%(number)s的诉求人反映未解决，请查看。")
        tell_supervisors(case, SUPERVISED, said, at=at, actor=None)
    elif case.word == Word.UNREACHABLE:
        case.ending = _BY_WORD[Word(word)]
    case.word, case.rating, case.rating_text = word, rating, text[:500]
    return save_case(case, "ending", "word", "rating", "rating_text")


def _check_ratable(case: Case) -> None:
    """An ended case takes a word when nobody was reached, or when its answer came from its master."""
    if case.word == Word.UNREACHABLE or (case.ending == Ending.MERGED and case.answer and not case.word):
        return
    if case.word:
        said = gettext_noop("这件诉求已经评价过。仍未解决的，可以申请重启。")
        raise Refused("cases.rated_already", said)
    raise Refused("cases.no_answer_yet", gettext_noop("这件诉求还没有答复，不能评价。"))


@transaction.atomic
def reopen_case(
    case: Case, *, reason: str, actor: User | None, at: datetime, expected: int | None = None
) -> Case:
    """The requester asks to go on with an ended case 重启, within 30 days of its end.

    Refused: `cases.reopen_too_late`, `cases.cannot_reopen` when it never was answered (withdrawn, not
    accepted) or goes on in another case (merged), `cases.text_missing`.
    """
    case = lock_case(case, expected=expected)
    check_text(reason, gettext_noop("请写明还有什么没有解决。"))
    if case.state == State.ENDED and case.ending not in _REOPENABLE:
        said = gettext_noop("这件诉求没有经过办理答复，不能重启。请重新提交一件，可以写上原编号。")
        raise Refused("cases.cannot_reopen", said)
    if case.state == State.ENDED and not _may_reopen(case, at):
        said = gettext_noop("办结已超过30天，不能重启。请重新提交一件，可以写上原编号。")
        raise Refused("cases.reopen_too_late", said)
    return _reopen(case, reason=reason, actor=actor, at=at)


def _may_reopen(case: Case, at: datetime) -> bool:
    ended = case.ended_at
    return case.ending in _REOPENABLE and ended is not None and at <= ended + REOPEN_WITHIN


def _reopen(case: Case, *, reason: str, actor: User | None, at: datetime) -> Case:
    was = case.ending
    take_step(case, Step.REOPEN, actor=actor, at=at, text=reason, was=was)
    unend_case(case)
    order = begin_round(case, actor=actor, at=at)
    if order is not None:
        again = gettext_noop("诉求%(number)s由诉求人重启，请继续办理。")
        tell_order(order, REDO, again, at=at, actor=actor)
    said = gettext_noop("诉求%(number)s由诉求人重启。")
    tell_supervisors(case, SUPERVISED, said, at=at, actor=None)
    tell_requester(case, PROGRESS, gettext_noop("您的诉求%(number)s已重启办理。"), at=at, actor=actor)
    return save_case(case, *REOPENED_FIELDS)
