"""The result as a PDF. What a person typed reaches typst as JSON data, never as its source."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huiqi.core import clock
from huiqi.core.language import bare, day_words, listed, series, wan_words
from huiqi.policies.models import Check
from huiqi.policies.queries import wording
from huiqi.policies.queries.answer_lines import AnswerGroup
from huiqi.policies.queries.result import (
    ELIGIBLE,
    INELIGIBLE,
    LATER,
    NEAR,
    UNKNOWN,
    Result,
    Row,
)
from huiqi.policies.queries.sums import Amount, Total

TEMPLATE = Path(__file__).parent / "typst" / "result.typ"
# Bundled with the assets (OFL), else what Debian's fonts-noto-cjk or a desktop brings.
BUNDLED = "Noto Serif SC"
FAMILIES = (BUNDLED, "Noto Serif CJK SC", "Noto Sans CJK SC", "Source Han Serif SC")
SHORT_GROUPS = {INELIGIBLE, LATER}


class PdfUnavailable(Exception):  # noqa: N818  a plain state of the server, not a fault of the request
    """There is no Chinese font on this server, so a PDF would have empty boxes for characters."""


@lru_cache(maxsize=2)
def font_families(bundled: Path) -> tuple[str, ...]:
    """The families to set in, best first; PdfUnavailable when no Chinese one is there."""
    found = set(typst.Fonts(font_paths=font_paths(bundled)).families())
    families = tuple(name for name in FAMILIES if name in found)
    if not families:
        raise PdfUnavailable
    return families


def font_paths(bundled: Path) -> list[str]:
    """Where fonts are looked for besides the system's."""
    # Two weights are used; loading all seven would cost time and memory.
    return [str(path) for name in ("400Regular", "700Bold") if (path := bundled / name).is_dir()]


def make_pdf(
    check: Check, result: Result, answers: Iterable[AnswerGroup], *, size: str, credit_code: str
) -> bytes:
    """The PDF's bytes: headline, totals, each policy with its short condition table, the answers."""
    fonts = font_families(settings.PDF_FONT_DIR)
    document = {**_document(check, result, answers), "lead": _lead(check, result, size, credit_code)}
    document["fonts"] = list(fonts)
    made = typst.compile(
        str(TEMPLATE),
        root=str(TEMPLATE.parent),
        font_paths=font_paths(settings.PDF_FONT_DIR),
        format="pdf",
        sys_inputs={"data": json.dumps(document, ensure_ascii=False)},
    )
    return bytes(made)


def _lead(check: Check, result: Result, size: str, credit_code: str) -> list[str]:
    lines = [
        _("体检编号 %(number)s，%(day)s填写，按%(on)s的政策判断。")
        % {
            "number": check.short_number,
            "day": day_words(_day_of(check)),
            "on": day_words(result.on),
        }
    ]
    if credit_code:
        lines.append(_("统一社会信用代码 %s") % credit_code)
    return [*lines, size] if size else lines


def _day_of(check: Check) -> date:
    """The day the check was filled in; on a fixed reference date that one, like all the paper says."""
    fixed = clock.is_reference_date_fixed()
    return clock.today() if fixed else timezone.localdate(check.updated_at)


def _demo_notice() -> str:
    """That this is not real, for a demonstration site; it must stay on the paper too."""
    if not settings.HUIQI_DEMO:
        return ""
    notices = [_("演示站点：企业数据均为虚构，判断结果不作为办理依据")]
    if clock.is_reference_date_fixed():
        notices.insert(0, _("演示：所有期限和政策按%(day)s计算") % {"day": day_words(clock.today())})
    return series(notices)


def _document(check: Check, result: Result, answers: Iterable[AnswerGroup]) -> dict[str, Any]:
    return {
        "site": _("惠企 · 中小企业纾困与服务平台"),
        "title": _("政策体检结果"),
        "number": check.short_number,
        "demo": _demo_notice(),
        "headline": result.headline,
        "caveat": _("初步判断，以认定机关认定为准"),
        "caveat_long": _("这是按企业自己填的情况作出的初步判断，不是审批决定；能不能享受以各认定机关为准。"),
        "totals": [_total(total) for total in result.totals],
        "groups": [
            {"name": _group_name(group), "short": group in SHORT_GROUPS, "rows": [_row(row) for row in rows]}
            for group, rows in result.groups.items()
            if rows
        ],
        "answers": [
            [bare(line.label), bare(line.text)] for group in answers for line in group.lines if line.is_known
        ],
        "words": _words(),
    }


def _words() -> dict[str, Any]:
    return {
        "totals_head": [_("性质"), _("合计"), _("说明")],
        "not_added": _("现金、减免、缓缴、授信是不同性质的钱，不能相加。"),
        "short_head": [_("政策"), _("原因")],
        "conditions_head": [_("条件"), _("您的情况"), _("要求"), _("结果")],
        "answers": _("填写的情况"),
        "answers_head": [_("问题"), _("答案")],
    }


def _group_name(group: str) -> str:
    names = {
        ELIGIBLE: _("可享"),
        NEAR: _("差一点"),
        UNKNOWN: _("待认定"),
        INELIGIBLE: _("不适用"),
        LATER: _("不在有效期"),
    }
    return names[group]


def _amount(amount: Amount) -> str:
    text = wan_words(amount.fen) + (f"/{amount.per}" if amount.per else "")
    return _("至少%s") % text if amount.at_least else text


def _total(total: Total) -> list[str]:
    nature = wording.NATURES[total.nature]
    amounts = (replace(one, at_least=one.at_least or total.open_count > 0) for one in total.amounts)
    sums = listed(_amount(amount) for amount in amounts) or (_("金额待算") if total.open_count else "—")
    return [str(nature.term), sums, wording.run_on(str(nature.sentence), *_not_counted(total))]


def _not_counted(total: Total) -> list[str]:
    notes = []
    if total.open_count and total.amounts:
        n = total.open_count
        notes.append(ngettext("另有%(n)s项待算。", "另有%(n)s项待算。", n) % {"n": n})
    if total.excluded_count:
        n = total.excluded_count
        text = ngettext("另有%(n)s项不能同时享受，未计入。", "另有%(n)s项不能同时享受，未计入。", n)
        notes.append(text % {"n": n})
    return notes


def _row(row: Row) -> dict[str, Any]:
    results = {True: _("通过"), False: _("不通过"), None: _("缺数据")}
    return {
        "title": row.title,
        "summary": row.policy.summary,
        "reason": row.later_reason or _("不符合：%s") % row.reason,
        "amount": _amount(row.amount) if row.amount else _("金额待算") if row.is_sum_open else "",
        "mark": row.confidence if row.is_unsure else "",
        "notes": _notes(row),
        "conditions": [
            [
                line.text,
                "\n".join(pair.value for pair in line.pairs),
                "\n".join(pair.requirement for pair in line.pairs),
                results[line.result],
            ]
            for line in row.lines
            if row.group != UNKNOWN
        ],
    }


def _notes(row: Row) -> list[str]:
    notes = [series([row.mode, row.policy.where or row.policy.authority])]
    if row.group == ELIGIBLE:
        notes.append(bare(row.assurance))
    notes += [bare(note) for note in row.money_notes]
    if row.deadline:
        notes.append(_("期限：%s") % bare(row.deadline.words))
    if row.explanation.near_miss:
        notes.append(row.explanation.near_miss.sentence)
    if row.group == UNKNOWN and row.missing_words:
        notes.append(_("待补：%s") % series(row.missing_words))
    if row.policy.gaps:
        notes.append(_("还缺的标准：%s") % series(row.policy.gaps))
    return notes
