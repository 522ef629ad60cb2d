"""The result of a scenario on one page. What a person typed reaches typst as data, never as source."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.utils.translation import gettext as _

from huiqi.core.language import day_words
from huiqi.policies.result_pdf import font_families, font_paths
from huiqi.whatif.models import Scenario
from huiqi.whatif.queries.figures import Figure, amount_of, conditions_of
from huiqi.whatif.queries.results import Line, Result, signed
from huiqi.whatif.words import MOVES

TEMPLATE = Path(__file__).parent / "typst" / "paper.typ"
MOST_CHANGES, MOST_NOTES, LONGEST = 8, 300, 60


def make_paper(
    scenario: Scenario, told: dict[str, Any], result: Result, money: Callable[[int], str]
) -> bytes:
    """The PDF's bytes; PdfUnavailable without a Chinese font."""
    document = {
        **_document(scenario, told, result, money),
        "fonts": list(font_families(settings.PDF_FONT_DIR)),
    }
    made = typst.compile(
        str(TEMPLATE),
        root=str(TEMPLATE.parent),
        font_paths=font_paths(settings.PDF_FONT_DIR),
        format="pdf",
        sys_inputs={"data": json.dumps(document, ensure_ascii=False)},
    )
    return bytes(made)


def _document(
    scenario: Scenario, told: dict[str, Any], result: Result, money: Callable[[int], str]
) -> dict[str, Any]:
    whole, has_money = result.whole, told["has_money"]
    return {
        "mark": _("内部测算，不是决定"),
        "title": scenario.title,
        "lead": _lead(scenario, told, whole),
        "changes_head": [_("改动"), _("现行"), _("方案")],
        "changes": _changes(scenario, told),
        "totals_head": ["", _("现行"), _("方案"), _("相差")],
        "totals": _totals(whole, money, has_money),
        "moves": "；".join(
            _("%(move)s%(n)s家") % {"move": MOVES[code], "n": f"{n:,}"}
            for code, n in whole.moves.items()
            if n
        ),
        "cities_head": [_("市州"), _("现行符合"), _("方案符合"), _("相差"), _("金额相差")],
        "cities": [_city(one, money, has_money) for one in result.tables["city"]],
        "notes": scenario.notes[:MOST_NOTES] + ("…" if len(scenario.notes) > MOST_NOTES else ""),
        "foot": _foot(told),
    }


def _lead(scenario: Scenario, told: dict[str, Any], whole: Line) -> list[str]:
    firms = _("%(policy)s（%(edition)s版），%(on)s，%(firms)s家企业。") % {
        "policy": told["policy"],
        "edition": scenario.edition,
        "on": day_words(scenario.on),
        "firms": f"{whole.firms:,}",
    }
    return [firms, _("%(unit)s %(author)s") % {"unit": scenario.unit, "author": scenario.author.name}]


def _changes(scenario: Scenario, told: dict[str, Any]) -> list[list[str]]:
    changes = scenario.changed
    rows = [[_figure(one), one.old_text or "—", one.new_text or "—"] for one in told["figures"]]
    rows += [
        [one.text, one.old, one.new or _("取消")]
        for one in conditions_of(scenario, changes)
        if one.is_changed
    ]
    rows += [[one.text, "—", one.expr] for one in changes.added_conditions]
    if changes.amount is not None:
        rows.append([_("金额的算法"), amount_of(scenario) or "—", changes.amount or "—"])
    more = len(rows) - MOST_CHANGES
    shown = [[_short(cell) for cell in row] for row in rows[:MOST_CHANGES]]
    return [*shown, [_("还有%d处改动，见系统。") % more, "", ""]] if more > 0 else shown


def _figure(one: Figure) -> str:
    return f"{one.text}（{one.unit_text}）" if one.unit_text else one.text


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _totals(whole: Line, money: Callable[[int], str], has_money: bool) -> list[list[str]]:
    base, scenario = whole.base, whole.scenario
    rows = [
        _row(_("初步符合（家）"), base.eligible, scenario.eligible),
        _row(_("其中依据企业自报（家）"), base.claimed, scenario.claimed),
        _row(_("缺数据，未计入（家）"), base.unknown, scenario.unknown),
        _row(_("不符合（家）"), whole.ineligible(base), whole.ineligible(scenario)),
    ]
    if has_money:
        sums = [money(side.amount_fen) if side.has_sum else "—" for side in (base, scenario)]
        rows.append([_("金额"), *sums, whole.more_fen_text if whole.has_sums else "—"])
        rows.append(_row(_("金额待算，未计入（家）"), base.open, scenario.open))
    return rows


def _row(name: str, base: int, scenario: int) -> list[str]:
    more = scenario - base
    return [name, f"{base:,}", f"{scenario:,}", signed(more, f"{abs(more):,}")]


def _city(one: Line, money: Callable[[int], str], has_money: bool) -> list[str]:
    numbers = [f"{one.base.eligible:,}", f"{one.scenario.eligible:,}", one.more_firms_text]
    return [one.name or _("不明"), *numbers, one.more_fen_text if has_money and one.has_sums else "—"]


def _foot(told: dict[str, Any]) -> list[str]:
    words = [_("按企业档案中的数估算：缺数据的企业单独列出，没有计入；企业自报的数未经核实。")]
    if not told["ours"]:
        words.append(_("这项政策由%s决定，本测算只供向其提出建议时参考。") % told["authority"])
    return words
