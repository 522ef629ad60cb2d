"""The first figures of results: n, response, effective n, weights; and each question at a glance."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from huiqi.core.language import worded
from huiqi.surveys.analysis.codebook import Kind
from huiqi.surveys.analysis.sampling import Basis, Step
from huiqi.surveys.analysis.wave import Query
from huiqi.surveys.models import Outcome, ResultSnapshot
from huiqi.surveys.queries.results_pages import (
    BASIS_WORDS,
    STEP_WORDS,
    Cell,
    Shown,
    moment,
    shown,
)
from huiqi.surveys.queries.results_wave import Opened, message_of

_ANSWERED = (Outcome.ANSWERED, Outcome.PARTIAL)


@dataclass(frozen=True)
class Figures:
    """As printed; "—" where a figure has no meaning."""

    n: str
    rate: str
    rate_words: str
    effective: str
    design_effect: str
    weights: str
    basis: str
    at: str
    is_unweighted: bool
    is_inferential: bool
    notes: tuple[str, ...]
    diagnosis: tuple[tuple[str, str], ...]


def figures_of(row: ResultSnapshot) -> Figures:
    """The figures of a snapshot, from what it keeps of itself."""
    weights, sampling = row.facts.get("weights", {}), row.facts.get("sampling", {})
    steps, basis = sampling.get("steps", []), Basis(sampling.get("basis", Basis.OPEN_LINK))
    rate, words = _rate(row.facts.get("outcomes", {}))
    effect = weights.get("design_effect")
    return Figures(
        f"{row.answers:,}",
        rate,
        words,
        f"{weights.get('effective', row.answers):,.0f}",
        f"{effect:.2f}" if effect else "—",
        "、".join(_(STEP_WORDS[Step(step)]) for step in steps) or _("未加权"),
        _(BASIS_WORDS[basis]),
        moment(row),
        not steps,
        basis is not Basis.OPEN_LINK,
        tuple(worded(message_of(note)) for note in sampling.get("notes", [])),
        _diagnosis(row),
    )


def _rate(outcomes: dict[str, int]) -> tuple[str, str]:
    """AAPOR's RR2: answered over all asked but those known to be closed."""
    asked = sum(count for name, count in outcomes.items() if name not in (Outcome.CLOSED, Outcome.SPARED))
    answered = sum(outcomes.get(name, 0) for name in _ANSWERED)
    if not asked:
        return "—", _("公开链接没有邀请名单，算不出应答率")
    told = {"answered": f"{answered:,}", "asked": f"{asked:,}"}
    return f"{100 * answered / asked:.1f}%", _("邀请%(asked)s家，作答%(answered)s家（已注销的不算）") % told


def _diagnosis(row: ResultSnapshot) -> tuple[tuple[str, str], ...]:
    weights = row.facts.get("weights", {})
    if not weights.get("steps"):
        return ()
    lines = [
        (_("权重范围"), f"{weights['least']:.2f}–{weights['most']:.2f}"),
        (_("平均权重"), f"{weights['mean']:.2f}"),
        (_("权重合计"), f"{weights['sum']:,.0f}"),
        (_("最大是平均的"), _("%s倍") % f"{weights['most'] / weights['mean']:.1f}"),
        (_("有效样本"), f"{weights['effective']:,.0f}"),
        (_("设计效应"), f"{weights['design_effect']:.2f}"),
    ]
    if "rounds" in weights:
        done = _("已收敛") if weights["is_converged"] else _("没有完全收敛")
        told = {"rounds": weights["rounds"], "worst": f"{weights['worst']:.4%}"}
        lines.append((_("校准"), done + _("（%(rounds)s轮，最大偏差%(worst)s）") % told))
        lines.append((_("截断的权重"), _("%s家") % f"{weights['cut']:,}"))
    register = row.facts.get("register")
    if register:
        of = _("抽样框") if register["frame"] else _("登记库")
        told = {"of": of, "on": register["on"], "n": f"{register['firms']:,}"}
        lines.append((_("校准总数"), _("%(of)s%(on)s，%(n)s家") % told))
    return tuple(lines)


@dataclass(frozen=True)
class Glance:
    """A question in the overview: its answers as one bar each, the largest first in words."""

    name: str
    label: str
    kind: str
    base: str
    top: Cell | None
    shown: Shown | None


def overview_rows(opened: Opened) -> list[Glance]:
    """Every question of the form, in its order."""
    wave = opened.wave()
    found = []
    for question in opened.codebook.questions:
        if question.kind in (Kind.SINGLE, Kind.MULTIPLE):
            one = shown(opened, wave, Query(question.name))
            cells = [cell for cell in one.total.cells if cell.share]
            top = max(cells, key=lambda cell: cell.share or 0, default=None)
            found.append(Glance(question.name, question.label, question.kind, one.total.base, top, one))
        else:
            count = (
                "" if question.kind is Kind.TEXT else f"{int(wave.answers.answered(question.name).sum()):,}"
            )
            found.append(Glance(question.name, question.label, question.kind, count, None, None))
    return found
