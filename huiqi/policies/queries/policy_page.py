"""Everything the page of one policy shows on a date, as plain values ready for the template."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huiqi.core.language import day_words, joined, month_words, year_words
from huiqi.policies.queries import amounts, wording
from huiqi.policies.queries.examples import Example, worked_example
from huiqi.policies.queries.fact_words import labels_of
from huiqi.policies.queries.figures import Figure, figure_texts, figures_of
from huiqi.policies.queries.states import state_on
from huiqi.reference.judging import rulebook
from huiqi.reference.working_days import Basis, working_days_between
from huiqi.rules import ir
from huiqi.rules.policy import Benefit, Deadline, Edition, Group, Leaf, Policy


@dataclass(frozen=True)
class Condition:
    """A condition in plain Chinese, without any firm: who certifies it, and what lies below it."""

    kind: str
    text: str
    article: str
    is_judgement: bool
    certifiers: list[str]
    children: "list[Condition]"


@dataclass(frozen=True)
class Share:
    """A part or alternative of the benefit, with its formula in words."""

    text: str
    formula: str


@dataclass(frozen=True)
class Money:
    """What one gets, in words."""

    nature: wording.Wording
    formula: str
    is_floor: bool
    open_figures: list[str]
    parts: list[Share]
    alternatives: list[Share]


@dataclass(frozen=True)
class EditionLine:
    """One edition on the timeline."""

    edition: Edition
    span: str
    published: str
    is_current: bool
    is_superseded: bool
    must_be_checked: bool


@dataclass(frozen=True)
class PolicyPage:
    """One policy on one day, as known on another."""

    policy: Policy
    on: date
    known_on: date
    state: str
    edition: Edition
    role: wording.Wording
    grant_mode: wording.Wording
    confidence: wording.Wording
    governed_by: str
    money: Money
    conditions: Condition
    optional: list[Condition]
    figures: list[Figure]
    editions: list[EditionLine]
    deadline: str
    deadline_left: str
    example: Example | None

    @property
    def benefit(self) -> Benefit:
        return self.edition.benefit

    @property
    def is_in_force(self) -> bool:
        return self.state == "live"


def policy_page(policy: Policy, on: date, known_on: date) -> PolicyPage:
    """The page's content; a policy not in force on the day is shown by its nearest edition."""
    state, found = state_on(policy, on, known_on)
    edition = found or policy.editions[-1]
    figures = figures_of(edition, on, known_on)
    return PolicyPage(
        policy=policy,
        on=on,
        known_on=known_on,
        state=state,
        edition=edition,
        role=wording.ROLES[policy.role],
        grant_mode=wording.GRANT_MODES[policy.grant_mode],
        confidence=wording.CONFIDENCES[policy.confidence],
        governed_by=str(wording.GOVERNING_DATES.get(policy.governed_by, policy.governed_by)),
        money=_money(edition, on, known_on),
        conditions=_condition(edition.conditions),
        optional=[_condition(leaf) for leaf in edition.optional],
        figures=figures,
        editions=_editions(policy, edition if state == "live" else None),
        deadline=_deadline(policy.deadline),
        deadline_left=_left(policy.deadline, on),
        example=worked_example(policy, edition),
    )


# --- money ----------------------------------------------------------------------------------------
def _money(edition: Edition, on: date, known_on: date) -> Money:
    benefit = edition.benefit
    reader = amounts.named(_labels(), figure_texts(edition, on, known_on))
    return Money(
        nature=wording.NATURES[benefit.nature],
        formula=amounts.words(benefit.ir, reader) if benefit.ir is not None else "",
        is_floor=benefit.floor,
        open_figures=_open_figures(edition, on, known_on),
        parts=[Share(part.text, amounts.words(part.ir, reader)) for part in benefit.parts],
        alternatives=[Share(part.text, amounts.words(part.ir, reader)) for part in benefit.alternatives],
    )


def _open_figures(edition: Edition, on: date, known_on: date) -> list[str]:
    """Names of the figures the amount needs and nobody has found yet."""
    if edition.benefit.ir is None:
        return []
    needed = ir.param_names(edition.benefit.ir)
    return [
        figure.name for figure in figures_of(edition, on, known_on) if figure.key in needed and figure.is_open
    ]


def _labels() -> dict[str, str]:
    return labels_of(rulebook().catalogue.facts)


# --- conditions -----------------------------------------------------------------------------------
def _condition(node: Group | Leaf) -> Condition:
    if isinstance(node, Leaf):
        certifiers = list(_certifiers(node))
        return Condition("leaf", node.text, node.article or "", node.judgement, certifiers, [])
    children = [_condition(child) for child in node.children]
    return Condition(node.kind, node.text, node.article or "", False, [], children)


def _certifiers(leaf: Leaf) -> Iterator[str]:
    """Who says so, for each fact of the condition, each sentence once."""
    catalogue = rulebook().catalogue
    bases = {base for name in ir.fact_names(leaf.ir) for base in catalogue.base_of[name]}
    facts = [catalogue.facts[fact_id] for fact_id in catalogue.in_order(bases)]
    facts.sort(key=lambda fact: fact.stated_by != "firm")
    yield from dict.fromkeys(certifier_words(fact.stated_by, fact.owner) for fact in facts)


def certifier_words(stated_by: str, owner: str) -> str:
    """`企业自己填报`, `由人社部门核实`, `以税务机关的名单或登记为准`, `由系统按规定推算`."""
    if stated_by == "officer":
        return joined(_("由%(owner)s核实"), owner=wording.owner(owner))
    if stated_by == "authority_list":
        return joined(_("以%(owner)s的名单或登记为准"), owner=wording.owner(owner))
    return str(wording.STATED_BY[stated_by])


# --- time -----------------------------------------------------------------------------------------
def _editions(policy: Policy, current: Edition | None) -> list[EditionLine]:
    superseded = {edition.supersedes for edition in policy.editions}
    return [
        EditionLine(
            edition=edition,
            span=edition_span(edition),
            published=_published(edition),
            is_current=edition is current,
            is_superseded=edition.id in superseded,
            must_be_checked=edition.confidence not in (None, "VERIFIED"),
        )
        for edition in policy.editions
    ]


def edition_span(edition: Edition) -> str:
    """`2020年2月1日至4月30日` in words, as precisely as the source is."""
    first = _day(edition.from_, edition.precision)
    if edition.from_ is None:
        return (
            _("至%(to)s") % {"to": _day(edition.to, edition.precision)} if edition.to else _("起止日期待补")
        )
    if edition.to is None:
        return _("%(from)s起，截止日未定") % {"from": first}
    return _("%(from)s至%(to)s") % {"from": first, "to": _day(edition.to, edition.precision)}


def _day(day: date | None, precision: str | None) -> str:
    if day is None:
        return ""
    if precision == "year":
        return year_words(day)
    return month_words(day) if precision == "month" else day_words(day)


def _published(edition: Edition) -> str:
    if edition.known_on is None:
        return _("发布日期待补")
    return _("%(day)s公布") % {"day": day_words(edition.known_on)}


def _deadline(deadline: Deadline | None) -> str:
    return deadline.text if deadline else ""


def _left(deadline: Deadline | None, on: date) -> str:
    """Working days left until a fixed deadline, counted for offices as known on the day."""
    if deadline is None or deadline.on is None:
        return ""
    if deadline.on < on:
        return _("已于%(day)s截止") % {"day": day_words(deadline.on)}
    days = working_days_between(on, deadline.on, Basis(known_on=on))
    left = ngettext("还剩%(days)s个工作日（%(day)s截止）", "还剩%(days)s个工作日（%(day)s截止）", days)
    return left % {"days": days, "day": day_words(deadline.on)}
