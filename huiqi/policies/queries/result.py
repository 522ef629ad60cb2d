"""The result of a check as a page shows it: groups, totals by nature, and for each policy what to do next."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from huiqi.core.dates import format_date_zh
from huiqi.core.language import chinese, day_words, joined, listed
from huiqi.policies.queries import wording
from huiqi.policies.queries.asks import NOTHING_REFUSED, Ask, Refusal, ask_for
from huiqi.policies.queries.condition_lines import Line, condition_lines, reason
from huiqi.policies.queries.fact_words import fact_label
from huiqi.policies.queries.states import state_on
from huiqi.policies.queries.sums import (
    MONEY_NATURES,
    Amount,
    Total,
    known_part,
    mutual_exclusions,
    open_parts,
    totals_of,
    useless_facts,
)
from huiqi.policies.queries.wording import Text, policy_title
from huiqi.policies.questions import QuestionBook
from huiqi.reference import judging
from huiqi.reference.working_days import FIRST_YEAR, LAST_YEAR, Basis, working_days_between
from huiqi.rules.catalogue import Fact, Facts
from huiqi.rules.explain import Explanation
from huiqi.rules.policy import Benefit, Edition, Policy

ELIGIBLE, NEAR, UNKNOWN, INELIGIBLE, LATER = "eligible", "near", "unknown", "ineligible", "not_in_force"
GROUPS = (ELIGIBLE, NEAR, UNKNOWN, INELIGIBLE, LATER)
# Policies for what happened while they were in force: it may be filed for after their end.
OF_THE_EVENT = {"billing_month", "contract_date", "donation_date", "event_date", "premium_month"}
OF_THE_EVENT |= {"purchase_date", "rent_period", "tax_period"}
# Amounts of different periods are no more alike than those of different natures.
PERIODS: dict[str, Text] = {"month": gettext_lazy("月"), "year": gettext_lazy("年")}
PERIODS |= {"月": PERIODS["month"], "年": PERIODS["year"]}


class Standing(Protocol):
    """What a result is made of: a check's answers, or what the register knows of a firm."""

    @property
    def on(self) -> date: ...
    @property
    def facts(self) -> Facts: ...
    @property
    def book(self) -> QuestionBook: ...
    @property
    def explanations(self) -> list[Explanation]: ...


@dataclass(frozen=True)
class DeadlineNote:
    """Until when: the law's own words, the day they come to, and how many working days that leaves."""

    text: str
    day: date | None = None
    left: str = ""
    is_over: bool = False
    is_near: bool = False

    @property
    def words(self) -> str:
        """All in one line; the law's own words are marked as Chinese in a page in another language."""
        named = chinese(self.text)
        if self.day and format_date_zh(self.day) not in self.text:
            named = joined(_("%(text)s（%(day)s）"), text=named, day=day_words(self.day))
        return joined(_("%(text)s，%(left)s"), text=named, left=self.left) if self.left else named


@dataclass(frozen=True)
class Row:
    """One policy on the result page."""

    policy: Policy
    explanation: Explanation
    group: str
    # Figures the firm can state here and now, and what only an authority can certify.
    firm_facts: tuple[Fact, ...]
    certified: tuple[Fact, ...]
    deadline: DeadlineNote | None
    ask: Ask
    later_reason: str = ""
    # Other policies to be had, but not together with this one.
    rivals: tuple[Policy, ...] = ()

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The conditions as lines of a table."""
        return condition_lines(self.explanation)

    @property
    def has_articles(self) -> bool:
        """Whether any condition names its article: without one the table has no such column."""
        return any(line.article for line in self.lines)

    @cached_property
    def certified_words(self) -> list[str]:
        """What only an authority can certify, each with the authority."""
        return [
            joined(_("%(fact)s（%(owner)s）"), fact=fact_label(fact), owner=wording.owner(fact.owner))
            for fact in self.certified
        ]

    @property
    def missing_words(self) -> list[str]:
        """The names of everything still missing."""
        return [fact_label(fact) for fact in (*self.firm_facts, *self.certified)]

    @property
    def title(self) -> str:
        """The policy's name in the reader's language."""
        return policy_title(self.policy)

    @property
    def reason(self) -> str:
        """Why a policy does not apply: the first condition that failed."""
        return reason(self.explanation)

    @property
    def id(self) -> str:
        return self.policy.id

    @cached_property
    def edition(self) -> Edition | None:
        """The edition the verdict rests on."""
        name = self.explanation.edition
        return self.policy.edition(name) if name else None

    @cached_property
    def benefit(self) -> Benefit:
        """What the edition in force gives."""
        return self.edition.benefit if self.edition else self.policy.benefit

    @cached_property
    def amount(self) -> Amount | None:
        """The sum, for a policy that can be had; at least its known parts when others are still open."""
        if self.benefit.nature not in MONEY_NATURES:
            return None
        fen = self.explanation.amount_fen
        if fen is not None:
            return Amount(self.benefit.nature, fen, self.per, self.benefit.floor)
        known = known_part(self.benefit, self.explanation.parts)
        return None if known is None else Amount(self.benefit.nature, known, self.per, at_least=True)

    @cached_property
    def money_notes(self) -> list[str]:
        """What to know of the sum: which part is not in it and who settles that, what it excludes."""
        notes = [
            joined(_("不能与“%(title)s”同时享受，可选其一"), title=_title_words(rival))
            for rival in self.rivals
        ]
        return [*self._open_notes, *notes]

    @property
    def _open_notes(self) -> list[str]:
        if self.group != ELIGIBLE or self.explanation.amount_fen is not None:
            return []
        parts = [chinese(part.text) for part in open_parts(self.benefit, self.explanation.parts)]
        if not self.certified:
            return [joined(_("未计入%(parts)s"), parts=listed(parts))] if parts and self.amount else []
        wanted = listed(self.certified_words)
        if not parts or not self.amount:
            return [joined(_("金额要等机关核定：%(facts)s"), facts=wanted)]
        return [joined(_("未计入%(parts)s，要等机关核定：%(facts)s"), parts=listed(parts), facts=wanted)]

    @property
    def is_sum_open(self) -> bool:
        """True when the policy can be had and gives money, but how much is not known yet."""
        return self.group == ELIGIBLE and self.amount is None and self.benefit.nature in MONEY_NATURES

    @property
    def per(self) -> str:
        """The period of the amount in words: 月, 年, 笔 …"""
        per = self.benefit.per or ""
        return str(PERIODS[per]) if per in PERIODS else per

    @property
    def mode(self) -> str:
        """How it is granted: 免申即享, 快申快享, 自行申报享受, 需申请 …"""
        return wording.term(wording.GRANT_MODES, self.policy.grant_mode)

    @property
    def governing_date(self) -> str:
        """The date in words that decides which edition applies."""
        return governing_date(self.policy)

    @property
    def role(self) -> str:
        """What our office may do about it."""
        return wording.sentence(wording.ROLES, self.policy.role)

    @property
    def assurance(self) -> str:
        """Who settles it: a sentence that never promises more than we may."""
        if not self.lines:
            return joined(
                _("没有设条件，具体由%(authority)s办理。"), authority=chinese(self.policy.authority)
            )
        if self.explanation.assurance == "listed":
            return joined(_("依据%(authority)s的名单判断。"), authority=chinese(self.policy.authority))
        if self.policy.role == "decide":
            return _("初步符合，以我办审核认定为准。")
        return joined(_("初步符合，以%(authority)s认定为准。"), authority=chinese(self.policy.authority))

    @property
    def is_unsure(self) -> bool:
        """True when the policy's text or figures were not all verified."""
        return self.policy.confidence != "VERIFIED"

    @property
    def confidence(self) -> str:
        """已核, 须复核原文 or 部分已核."""
        return wording.term(wording.CONFIDENCES, self.policy.confidence)


@dataclass(frozen=True)
class Result:
    """Everything on the result page."""

    on: date
    rows: tuple[Row, ...]

    def of(self, group: str) -> tuple[Row, ...]:
        """The rows of one group, most useful first: sums before open ones, what the firm can move before
        what only an authority can; the rulebook's order breaks ties."""
        found = [row for row in self.rows if row.group == group]
        if group == ELIGIBLE:
            return tuple(sorted(found, key=_by_worth))
        return tuple(sorted(found, key=lambda row: group == UNKNOWN and bool(row.certified)))

    @cached_property
    def groups(self) -> dict[str, tuple[Row, ...]]:
        """All groups; none is ever left out."""
        return {group: self.of(group) for group in GROUPS}

    @property
    def headline(self) -> str:
        """按2020年3月1日的政策，您有12项可享、3项差一点、9项待认定."""
        counts = {group: len(rows) for group, rows in self.groups.items()}
        return _("按%(day)s的政策，您有%(eligible)s项可享、%(near)s项差一点、%(unknown)s项待认定") % {
            "day": day_words(self.on),
            **counts,
        }

    @cached_property
    def totals(self) -> list[Total]:
        """Sums over what can be had, by nature and period; natures are never added together."""
        return totals_of(self.groups[ELIGIBLE])


def _by_worth(row: Row) -> tuple[int, int]:
    """Known sums by nature and size, then money still to be worked out, then what is no money."""
    if row.amount is not None:
        return MONEY_NATURES.index(row.amount.nature), -row.amount.fen
    return len(MONEY_NATURES) + (not row.is_sum_open), 0


def _title_words(policy: Policy) -> str:
    title = policy_title(policy)
    return chinese(title) if title == policy.title else title


def result_of(standing: Standing, refusal: Refusal = NOTHING_REFUSED) -> Result:
    """The result page's content for the answers at hand; `refusal`: what was just typed and not taken."""
    rivals = _rivals(standing)
    rows = (_row(standing, explanation, refusal, rivals) for explanation in standing.explanations)
    return Result(standing.on, tuple(rows))


def row_of(standing: Standing, policy_id: str) -> Row | None:
    """One policy's row, or None when there is no such policy."""
    found = next((one for one in standing.explanations if one.policy == policy_id), None)
    return _row(standing, found, NOTHING_REFUSED, _rivals(standing)) if found else None


def _rivals(standing: Standing) -> dict[str, tuple[str, ...]]:
    """For the policies to be had: those of them that cannot be had together."""
    policies = judging.rulebook().policies
    return mutual_exclusions(
        {
            one.policy: policies[one.policy].edition(one.edition).benefit
            for one in standing.explanations
            if one.status == ELIGIBLE and one.edition
        }
    )


def _row(
    standing: Standing, explanation: Explanation, refusal: Refusal, rivals: Mapping[str, tuple[str, ...]]
) -> Row:
    policy = judging.rulebook().policies[explanation.policy]
    group = group_of(explanation)
    firm, certified = _missing(standing, explanation)
    return Row(
        policy,
        explanation,
        group,
        firm,
        certified,
        deadline_of(policy, standing) if group != LATER else None,
        ask_for(firm, standing.book, refusal if refusal.policy == policy.id else NOTHING_REFUSED),
        _later_reason(policy, standing.on) if group == LATER else "",
        tuple(judging.rulebook().policies[name] for name in rivals.get(policy.id, ())),
    )


def group_of(explanation: Explanation) -> str:
    """Which heading a verdict stands under; an open standing counts as not yet settled."""
    if explanation.status == INELIGIBLE:
        return NEAR if explanation.near_miss else INELIGIBLE
    if explanation.status in {ELIGIBLE, LATER}:
        return explanation.status
    return UNKNOWN


def _missing(standing: Standing, explanation: Explanation) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
    """What is missing, split into what the firm can state and what an authority certifies."""
    facts = judging.rulebook().catalogue.facts
    missing = [facts[name] for name in explanation.ask_for]
    firm = tuple(fact for fact in missing if can_state(standing, fact))
    certified = tuple(fact for fact in missing if fact not in firm)
    useless = _useless(explanation, certified)
    return tuple(fact for fact in firm if fact.id not in useless), certified


def _useless(explanation: Explanation, certified: Sequence[Fact]) -> frozenset[str]:
    """What a firm could state without its sum coming any nearer."""
    if explanation.status != ELIGIBLE or not explanation.edition or not certified:
        return frozenset()
    benefit = judging.rulebook().policies[explanation.policy].edition(explanation.edition).benefit
    return useless_facts(benefit, explanation.parts, [fact.id for fact in certified])


def can_state(standing: Standing, fact: Fact) -> bool:
    """True for what a firm may say of itself: its own figures, and lists that the check asks about."""
    return not fact.derived and (fact.stated_by == "firm" or standing.book.asking(fact.id) is not None)


def deadline_of(policy: Policy, standing: Standing) -> DeadlineNote | None:
    """The deadline in words with the working days left, counted from the reference date."""
    deadline = policy.deadline
    if deadline is None:
        return None
    day = deadline.on
    if day is None and deadline.expr:
        value = standing.facts.get(deadline.expr) if deadline.expr in standing.facts.catalogue.facts else None
        day = value if isinstance(value, date) else None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        return DeadlineNote(deadline.text)
    # A day that a person typed is not remembered.
    count = _working_days if deadline.on else _counted_days
    return _dated(deadline.text, day, standing.on, count)


def _counted_days(on: date, day: date) -> int:
    return working_days_between(on, day, Basis(known_on=on))


# Counting walks through the calendar day by day; most policies share a few dates of the law.
_working_days = lru_cache(maxsize=1024)(_counted_days)


def _dated(text: str, day: date, on: date, count_days: Callable[[date, date], int]) -> DeadlineNote:
    if day < on:
        return DeadlineNote(text, day, _("已过"), is_over=True)
    left = count_days(on, day)
    if left == 0:
        return DeadlineNote(text, day, _("就是今天"), is_near=True)
    count = ngettext("还剩%d个工作日", "还剩%d个工作日", left) % left
    return DeadlineNote(text, day, count, is_near=left <= 10)


def _earlier_cases(policy: Policy) -> str:
    """What happened while the policy was in force may still be filed for after its end."""
    return _("此前发生的（按%(date)s）仍可能在申报时办理，以认定机关为准。") % {
        "date": governing_date(policy)
    }


def governing_date(policy: Policy) -> str:
    """The date in words by which the policy's edition is chosen: 申请日期, 税款所属期 …"""
    return str(wording.GOVERNING_DATES.get(policy.governed_by, policy.governed_by))


def _later_reason(policy: Policy, on: date) -> str:
    """Why a policy that is not in force is not: begun later, published later, or ended."""
    state, edition = state_on(policy, on, on)
    if edition is None:
        return _("没有录入有效期，不在判断范围内。")
    if state == "ended" and edition.to:
        ended = _("已于%s截止。") % day_words(edition.to)
        return wording.run_on(ended, _earlier_cases(policy)) if policy.governed_by in OF_THE_EVENT else ended
    if edition.from_ and edition.from_ > on:
        return _("自%s起执行，当时还没有开始。") % day_words(edition.from_)
    if edition.known_since and edition.known_since > on:
        return _("%s才发布，当时还不能据以办理。") % day_words(edition.known_since)
    return _("在这一天没有有效的版本。")
