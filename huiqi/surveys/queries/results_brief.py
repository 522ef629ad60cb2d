"""What a brief shows and says, taken from a snapshot as plain values, so that it outlives the file."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from huiqi.core.language import day_words, worded
from huiqi.core.messages import Message
from huiqi.surveys.analysis.codebook import Kind
from huiqi.surveys.analysis.guarded import PREFECTURE
from huiqi.surveys.analysis.headlines import COUNTED, WHOLE, Weight
from huiqi.surveys.analysis.suppression import LEAST_SHOWN
from huiqi.surveys.models import ResultSnapshot
from huiqi.surveys.queries.results_drafts import findings
from huiqi.surveys.queries.results_figures import figures_of
from huiqi.surveys.queries.results_map import county_map
from huiqi.surveys.queries.results_pages import Cell, Shown, question_shown, snapshot_words
from huiqi.surveys.queries.results_strata import SECTION, SIZE
from huiqi.surveys.queries.results_themes import themes_shown
from huiqi.surveys.queries.results_wave import Opened, message_of

MOST_SENTENCES = 6
MOST_ROWS = 12
_RANKS = (Weight.CHANGE, Weight.ORDERED, Weight.GAP, Weight.TABLE, Weight.INDEX)
_BOUND = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?(?:%|家|个百分点)")


def drafted(row: ResultSnapshot) -> list[dict[str, Any]]:
    """The sentences of a new brief: the weightiest of each question, each with its query."""
    found: list[dict[str, Any]] = []
    for told in _chosen(row):
        text = sentence(told)
        found.append(
            {
                "key": told["key"],
                "drafted": text,
                "text": text,
                "source": told["source"],
                "snapshot": row.public_id,
                "is_stale": False,
                "before": "",
            }
        )
    return found


def _chosen(row: ResultSnapshot) -> list[Mapping[str, Any]]:
    """One finding of each question, the plainest that says most; indices, which want explaining, last."""
    every = row.facts.get("headlines", [])
    best: dict[str, Mapping[str, Any]] = {}
    for told in sorted(every, key=_rank):
        best.setdefault(told["source"]["question"], told)
    return sorted(best.values(), key=_rank)[:MOST_SENTENCES]


def _rank(told: Mapping[str, Any]) -> int:
    return _RANKS.index(Weight(told["weight"]))


def sentence(told: Mapping[str, Any]) -> str:
    """A finding as a brief says it: that answers were voluntary stands once on its first page."""
    return worded(_shortened(message_of(told["said"])))


def _shortened(said: Message) -> Message:
    known = said.values.get("known")
    if isinstance(known, Message) and known.template == COUNTED:
        return Message(said.template, {**said.values, "known": Message(WHOLE, known.values)})
    return said


def unsourced(text: str, source: str) -> list[str]:
    """Shares and counts in a sentence that its query did not give."""
    known = set(_BOUND.findall(source))
    return [one for one in _BOUND.findall(text) if one not in known]


def renewed(sentences: Sequence[Mapping[str, Any]], row: ResultSnapshot) -> list[dict[str, Any]]:
    """The sentences over another snapshot: untouched ones follow their numbers, edited ones are flagged."""
    now = {told["key"]: told for told in row.facts.get("headlines", [])}
    found = []
    for old in sentences:
        told = now.get(old["key"])
        text = sentence(told) if told else ""
        one = {**old, "snapshot": row.public_id, "drafted": text}
        if told:
            one["source"] = told["source"]
        if text != old["drafted"]:
            one["before"] = old["drafted"]
            if old["text"] == old["drafted"] and text:
                one["text"] = text
            elif old["text"]:
                one["is_stale"] = True
        found.append(one)
    return found


def shown_of(read: Opened) -> dict[str, Any]:
    """Charts, tables, map, quotations and method, as plain values."""
    asked = findings(read)
    tables = [_table(question_shown(read, question.name)) for question in asked]
    return {
        "figures": _figures(read.row),
        "tables": tables,
        "key": _key_question(read),
        "groups": _groups(read),
        "map": _map(read),
        "texts": _texts(read),
        "method": method(read),
    }


def _figures(row: ResultSnapshot) -> dict[str, Any]:
    found = figures_of(row)
    return {
        "n": found.n,
        "rate": found.rate,
        "effective": found.effective,
        "weights": found.weights,
        "basis": found.basis,
        "is_inferential": found.is_inferential,
    }


def _table(shown: Shown) -> dict[str, Any]:
    return {
        "name": shown.question.name,
        "label": shown.question.label,
        "is_several": shown.question.kind is Kind.MULTIPLE,
        "n": shown.total.base,
        "cells": [_cell(cell) for cell in shown.total.cells],
        "query": shown.source.machine,
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "label": cell.label,
        "n": cell.n,
        "share_text": cell.share_text,
        "interval": cell.interval,
        "share": cell.share,
        "low": cell.low,
        "high": cell.high,
    }


def _key_question(read: Opened) -> str:
    """The question the brief breaks down: of the first ordered one, else of the first."""
    asked = [one for one in findings(read) if one.kind is Kind.SINGLE]
    ordered = [one for one in asked if one.is_ordered]
    chosen = ordered or asked
    return chosen[0].name if chosen else ""


def _groups(read: Opened) -> list[dict[str, Any]]:
    """The key question by section, size and prefecture: one answer each, so that a line is a figure."""
    name = _key_question(read)
    if not name:
        return []
    answer = read.codebook.column(name).choices[0]
    found = []
    for by in (SIZE, SECTION, PREFECTURE):
        shown = question_shown(read, name, by)
        rows = [
            {"label": row.label, "n": row.base, **_cell(row.cells[0]), "answer": answer.label}
            for row in shown.rows
        ]
        rows = [{**row, "label": shown.rows[at].label} for at, row in enumerate(rows)]
        visible = [row for row in rows if row["share"] is not None]
        if len(visible) < 2:  # noqa: PLR2004  nothing to compare
            continue
        visible.sort(key=lambda row: -(row["share"] or 0))
        found.append(
            {
                "by": shown.by,
                "question": shown.question.label,
                "answer": answer.label,
                "rows": visible[:MOST_ROWS],
                "hidden": len(rows) - len(visible),
                "more": max(len(visible) - MOST_ROWS, 0),
                "query": shown.source.machine,
            }
        )
    return found


def _map(read: Opened) -> dict[str, Any] | None:
    name = _key_question(read)
    if not name:
        return None
    question = read.codebook.column(name)
    found = county_map(read, name, question.choices[0].name)
    if found.shown < 2:  # noqa: PLR2004
        return None
    blocks = [
        {
            "name": block.name,
            "column": block.column,
            "row": block.row,
            "tiles": [{"name": one.name, "text": one.text, "step": one.step} for one in block.tiles],
        }
        for block in found.blocks
    ]
    return {
        "question": question.label,
        "answer": question.choices[0].label,
        "blocks": blocks,
        "shown": found.shown,
        "hidden": found.hidden,
        "query": found.source.machine,
    }


def _texts(read: Opened) -> list[dict[str, Any]]:
    asked = [one for one in read.codebook.questions if one.kind is Kind.TEXT]
    return [
        {
            "label": one.question.label,
            "n": one.texts,
            "themes": [
                {"words": theme.words, "n": theme.n, "quotes": list(theme.quotes[:1])}
                for theme in one.themes[:6]
            ],
        }
        for one in themes_shown(read.row, asked)
        if one.themes
    ]


def method(read: Opened) -> list[str]:
    """How the figures came about, in sentences."""
    row, found = read.row, figures_of(read.row)
    survey, wave = row.wave.survey, row.wave
    told = {
        "unit": survey.owner.name,
        "from": day_words(wave.opens_on),
        "to": day_words(wave.closes_on),
        "basis": found.basis,
        "n": found.n,
    }
    lines = [_("%(unit)s于%(from)s至%(to)s开展，%(basis)s，收到有效答卷%(n)s份。") % told]
    if found.rate != "—":
        lines.append(_("应答率%(rate)s：%(words)s。") % {"rate": found.rate, "words": found.rate_words})
    weights = {"weights": found.weights, "effective": found.effective}
    lines.append(_("权重：%(weights)s；加权后的有效样本%(effective)s。") % weights)
    lines += list(found.notes)
    if found.is_inferential:
        lines.append(_("区间为95%置信区间。"))
    else:
        lines.append(_("企业自愿填写，不是随机样本：数字只说明作答企业，不能推断全部企业，因此不给区间。"))
    lines.append(
        _("少于%(least)s家的数字不显示（＊）；为免推算，另有数字一并隐藏。") % {"least": LEAST_SHOWN}
    )
    lines.append(
        _("数字出处：快照%(snapshot)s，问卷版本%(versions)s。")
        % {
            "snapshot": snapshot_words(row),
            "versions": "、".join(row.versions),
        }
    )
    return lines
