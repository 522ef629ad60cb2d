"""When a debt was due and what interest it bears, exactly and line by line. Pure: time is an argument.

Money is integer fen, rates are rationals of a day; the sum is rounded once, half up. A period counts the days
after its first day up to and including its last, so that periods laid end to end count each day once. What
cannot be said for want of a figure is open, with the reason; nothing is guessed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from huiqi.arrears.regimes import ArrearsBook, Basis, InterestRule, Party, Regime, TermRule
from huiqi.core.messages import Message, gettext_noop

YES, NO, UNKNOWN = "yes", "no", "unknown"


@dataclass(frozen=True)
class Terms:
    """What is known of the debt. `agreed_daily` is the agreed rate of a day; `was_sme` yes, no or unknown."""

    signed_on: date | None
    delivered_on: date | None
    party: str
    agreed_on: date | None = None
    agreed_daily: Fraction | None = None
    was_sme: str = UNKNOWN


@dataclass(frozen=True)
class Paid:
    """An amount of the principal paid on a day."""

    on: date
    fen: int


@dataclass(frozen=True)
class DueDate:
    """The last day of the term of payment, or why it is open; `how` says it in words."""

    on: date | None
    how: Message
    article: str = ""
    basis: Basis | None = None


@dataclass(frozen=True)
class DailyRate:
    """The rate of a day, or why it is open."""

    rate: Fraction | None
    how: Message
    article: str = ""
    basis: Basis | None = None


@dataclass(frozen=True)
class Line:
    """Interest of one run of days on one principal: the days after `after` up to and including `to`."""

    after: date
    to: date
    principal: int
    rate: Fraction

    @property
    def days(self) -> int:
        return (self.to - self.after).days

    @property
    def first(self) -> date:
        return self.after + timedelta(days=1)

    @property
    def exact(self) -> Fraction:
        """In fen, not rounded."""
        return self.principal * self.days * self.rate

    @property
    def fen(self) -> int:
        """Rounded for showing; the sum is not made of these."""
        return half_up(self.exact)


@dataclass(frozen=True)
class Reckoning:
    """The answer for one principal: the regime, when it was due, at what rate, the lines and their sum.

    `fen` None: open, for the reasons in `due`, `rate` or `open_because`. `rests_on` are assumptions.
    """

    regime: Regime | None
    due: DueDate
    rate: DailyRate
    lines: tuple[Line, ...]
    fen: int | None
    until: date
    open_because: Message | None = None
    rests_on: tuple[Message, ...] = field(default=())


_NOT_SIGNED = gettext_noop("合同签订日期未填，不能确定适用哪一部规定。请补填。")
_NOT_DELIVERED = gettext_noop("交付日期未填，不能算法定付款期限。请补填。")
_BY_CONTRACT = gettext_noop("按合同约定的付款日期")
_NO_AGREEMENT = gettext_noop("合同没有约定付款日期，条例施行前没有法定天数，不推算")
_GAP_TERM = gettext_noop("合同没有约定付款日期，%(title)s没有给这类付款方定天数，不推算")
_STATUTORY = gettext_noop("合同没有约定，法定付款期限为交付之日起%(days)s日")
_CAPPED = gettext_noop("约定的付款日期超过交付之日起%(most)s日，按%(most)s日计")
_OUTSIDE = gettext_noop("条例不适用，只按合同约定；合同没有约定付款日期")
_AGREED_RATE = gettext_noop("按合同约定的利率")
_FLOOR_RATE = gettext_noop("约定利率低于合同签订时1年期贷款市场报价利率%(lpr)s，按报价利率计")
_FLOOR_UNKNOWN = gettext_noop("合同签订时的1年期贷款市场报价利率未收录，约定利率是否低于它没有核对")
_STATUTORY_RATE = gettext_noop("合同没有约定，按法定利率")
_NO_RATE = gettext_noop("合同没有约定逾期利率，适用的规定里没有法定利率，不推算")
_NOT_DUE = gettext_noop("到这一天还没有过付款期限")
_PARTY_UNSURE = gettext_noop("付款方是不是大型企业还没有核实，条例是否适用不能确定。请核实后补填。")
_SME_UNKNOWN = gettext_noop("以签订合同时是中小企业为前提，这一点还没有核实")


def half_up(value: Fraction) -> int:
    """The nearest whole number, halves away from zero; for amounts that are not negative."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def is_covered(terms: Terms, regime: Regime) -> bool:
    """Whether the regulation reaches this debt: such a debtor, a creditor not known to have been large."""
    return bool(regime.terms) and terms.party != Party.OTHER and terms.was_sme != NO


def due_date(terms: Terms, book: ArrearsBook) -> DueDate:
    """The last day on which payment was in time."""
    if terms.signed_on is None:
        return DueDate(None, Message(_NOT_SIGNED))
    regime = book.regime_on(terms.signed_on)
    rule = regime.term_for(terms.party) if is_covered(terms, regime) else None
    if terms.agreed_on is not None:
        return _agreed_due(terms.agreed_on, terms, rule)
    if rule is None:
        return DueDate(None, _why_no_term(terms, regime))
    if rule.days is None:
        return DueDate(None, Message(_GAP_TERM, {"title": regime.title}), rule.article, rule.basis)
    return _after_delivery(terms, rule, rule.days, Message(_STATUTORY, {"days": rule.days}))


def _why_no_term(terms: Terms, regime: Regime) -> Message:
    if is_unsure(terms, regime):
        return Message(_PARTY_UNSURE)
    return Message(_OUTSIDE if regime.terms else _NO_AGREEMENT)


def is_unsure(terms: Terms, regime: Regime) -> bool:
    """Whether the regulation may or may not reach this debt, for want of the debtor's size."""
    return is_covered(terms, regime) and terms.party == Party.UNSURE


def _agreed_due(agreed_on: date, terms: Terms, rule: TermRule | None) -> DueDate:
    """The agreed day, but not later than the regulation lets the parties agree."""
    if rule is None or rule.most is None:
        return DueDate(agreed_on, Message(_BY_CONTRACT), "", rule.basis if rule else None)
    capped = _after_delivery(terms, rule, rule.most, Message(_CAPPED, {"most": rule.most}))
    if capped.on is not None and agreed_on <= capped.on:
        return DueDate(agreed_on, Message(_BY_CONTRACT), rule.article, rule.basis)
    return capped


def _after_delivery(terms: Terms, rule: TermRule, days: int, how: Message) -> DueDate:
    if terms.delivered_on is None:
        return DueDate(None, Message(_NOT_DELIVERED), rule.article, rule.basis)
    return DueDate(terms.delivered_on + timedelta(days=days), how, rule.article, rule.basis)


def daily_rate(terms: Terms, book: ArrearsBook) -> DailyRate:
    """The rate of a day for what is paid late."""
    if terms.signed_on is None:
        return DailyRate(None, Message(_NOT_SIGNED))
    regime = book.regime_on(terms.signed_on)
    if is_unsure(terms, regime):
        return DailyRate(None, Message(_PARTY_UNSURE))
    rule = regime.interest if is_covered(terms, regime) else None
    if terms.agreed_daily is not None:
        return _agreed_rate(terms.agreed_daily, terms.signed_on, rule, book)
    if rule is None or rule.daily is None:
        return DailyRate(None, Message(_NO_RATE))
    return DailyRate(rule.daily, Message(_STATUTORY_RATE), rule.article, rule.basis)


def _agreed_rate(
    agreed: Fraction, signed_on: date, rule: InterestRule | None, book: ArrearsBook
) -> DailyRate:
    """The agreed rate, but not below the floor of the regime."""
    if rule is None or not rule.has_floor:
        return DailyRate(agreed, Message(_AGREED_RATE))
    lpr = book.lpr_on(signed_on)
    if lpr is None:
        return DailyRate(None, Message(_FLOOR_UNKNOWN), rule.article, rule.basis)
    floor = lpr / book.year_days
    if agreed < floor:
        return DailyRate(floor, Message(_FLOOR_RATE, {"lpr": percent(lpr)}), rule.article, book.lpr_basis)
    return DailyRate(agreed, Message(_AGREED_RATE), rule.article, rule.basis)


def percent(rate: Fraction) -> str:
    """4.05%, to six decimals of a per cent."""
    shown = half_up(rate * 100_000_000)
    whole, rest = divmod(shown, 1_000_000)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".") + "%"


def lines_between(
    principal: int, paid: Iterable[Paid], after: date, until: date, rate: Fraction
) -> tuple[Line, ...]:
    """Interest of the days after `after` up to `until` on what was still owed on each of them.

    `principal` is what was owed at first. A payment lowers it from the day after; one not later than `after`
    from the start. Never below nothing: what is paid too much bears no interest.
    """
    left = principal
    by_day: dict[date, int] = {}
    for each in paid:
        by_day[each.on] = by_day.get(each.on, 0) + each.fen
    lines: list[Line] = []
    start = after
    for day in sorted(by_day):
        if after < day < until and left > 0:
            lines.append(Line(start, day, left, rate))
            start = day
        if day < until:
            left = max(left - by_day[day], 0)
    if start < until and left > 0:
        lines.append(Line(start, until, left, rate))
    return tuple(lines)


def total(lines: Sequence[Line]) -> int:
    """The sum in fen, rounded once."""
    return half_up(sum((line.exact for line in lines), Fraction(0)))


def reckon(
    principal: int, paid: Sequence[Paid], terms: Terms, *, until: date, book: ArrearsBook
) -> Reckoning:
    """Due date, rate and interest of a principal up to and including `until`."""
    due, rate = due_date(terms, book), daily_rate(terms, book)
    regime = book.regime_on(terms.signed_on) if terms.signed_on else None
    open_because: Message | None = None
    lines: tuple[Line, ...] = ()
    if due.on is None:
        open_because = due.how
    elif until <= due.on:
        open_because = Message(_NOT_DUE)
    elif rate.rate is None:
        open_because = rate.how
    else:
        lines = lines_between(principal, paid, due.on, until, rate.rate)
    rests: tuple[Message, ...] = ()
    if regime is not None and is_covered(terms, regime) and terms.was_sme == UNKNOWN:
        rests = (Message(_SME_UNKNOWN),)
    is_not_due = due.on is not None and until <= due.on
    fen = 0 if is_not_due else None if open_because else total(lines)
    return Reckoning(regime, due, rate, lines, fen, until, open_because, rests)
