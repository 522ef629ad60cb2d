"""The brief as Word and PDF. What officers and firms typed reaches typst as JSON data, never as source."""

import json
from pathlib import Path
from typing import Any, Literal

import typst
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from huiqi.cases.documents.official import Block, Grid, Heading, Paper, Picture, write_docx
from huiqi.core.language import day_words
from huiqi.policies.result_pdf import font_families
from huiqi.surveys.briefs.charts import bars, tiles
from huiqi.surveys.models import Brief, BriefState

TEMPLATE = Path(__file__).parent / "typst" / "brief.typ"
CHARTS = Path(__file__).parent / "typst" / "charts.typ"
PDF_TYPE = "application/pdf"
DOTS_PER_INCH = 200.0
_NUMBERS = "一二三四五"


def make_pdf(brief: Brief) -> bytes:
    """The brief as PDF; PdfUnavailable (huiqi.policies.result_pdf) without a Chinese font."""
    return bytes(_compiled(TEMPLATE, {"doc": document_of(brief)}, "pdf"))


def make_docx(brief: Brief) -> bytes:
    """The brief as Word, in the layout of official documents without number, seal and red head."""
    doc = document_of(brief)
    return write_docx(
        Paper(
            title=doc["title"],
            blocks=_blocks(doc, _pictures(doc)),
            issuer=doc["unit"],
            dated=doc["dated"],
            note=doc["foot"],
            mark=doc["mark"],
        )
    )


def _compiled(template: Path, data: dict[str, Any], form: Literal["pdf", "png"]) -> Any:
    fonts = font_families(settings.PDF_FONT_DIR)
    weights = (settings.PDF_FONT_DIR / name for name in ("400Regular", "700Bold"))
    return typst.compile(
        str(template),
        root=str(template.parent),
        font_paths=[str(path) for path in weights if path.is_dir()],
        format=form,
        ppi=DOTS_PER_INCH,
        sys_inputs={"data": json.dumps({**data, "fonts": list(fonts)}, ensure_ascii=False)},
    )


def document_of(brief: Brief) -> dict[str, Any]:
    """Everything the paper says, as plain values."""
    shown, survey = brief.shown, brief.snapshot.wave.survey
    is_released = brief.state == BriefState.RELEASED
    instant = brief.released_at if is_released and brief.released_at else brief.changed_at
    demo = _("演示站点：数据均为虚构。") if settings.HUIQI_DEMO else ""
    return {
        "mark": "" if is_released else _("内部参考"),
        "kind": _("信息专报"),
        "title": brief.title,
        "unit": survey.owner.name,
        "dated": day_words(timezone.localdate(instant)),
        "lead": lead(shown),
        "sentences": [one["text"] for one in brief.sentences if one["text"]],
        "tables": [{**one, "svg": bars(one["cells"])} for one in shown.get("tables", [])],
        "key": shown.get("key", ""),
        "groups": [
            {**one, "svg": bars([{**row, "label": row["label"]} for row in one["rows"]])}
            for one in shown.get("groups", [])
        ],
        "map": {**shown["map"], "svg": tiles(shown["map"]["blocks"])} if shown.get("map") else None,
        "texts": shown.get("texts", []),
        "method": shown.get("method", []),
        "queries": queries_of(brief),
        "foot": demo or _("数字逐条可查，见附表“数字出处”"),
        "words": _words(shown),
    }


def lead(shown: dict[str, Any]) -> str:
    """On whom the figures rest, in one sentence, before any of them."""
    figures = shown.get("figures", {})
    told = {
        "n": figures.get("n", "0"),
        "basis": figures.get("basis", ""),
        "weights": figures.get("weights", ""),
    }
    if figures.get("is_inferential"):
        return _("%(basis)s，作答%(n)s家（%(weights)s）。") % told
    return _("%(basis)s，作答%(n)s家（%(weights)s），只说明作答企业，不代表全部企业。") % told


def _heads(shown: dict[str, Any]) -> dict[str, str]:
    """The headings of the parts there are, numbered without a gap."""
    parts = [("findings", _("主要发现")), ("charts", _("各题结果"))]
    if shown.get("groups") or shown.get("map"):
        parts.append(("groups", _("不同企业的差别")))
    if shown.get("texts"):
        parts.append(("texts", _("企业的话")))
    parts.append(("method", _("方法与样本")))
    return {name: f"{number}、{words}" for number, (name, words) in zip(_NUMBERS, parts, strict=False)}


def _words(shown: dict[str, Any]) -> dict[str, str]:
    return {
        **_heads(shown),
        "queries": _("附：数字出处"),
        "answer": _("回答"),
        "share": _("占比"),
        "interval": _("95%区间"),
        "several": _("可多选"),
        "map": _("区县分布示意（每格一个区县；＊家数太少不显示，—没有作答）"),
        "number": _("序号"),
        "query": _("查询"),
    }


def queries_of(brief: Brief) -> list[list[str]]:
    """Each figure's query, numbered: sentences first, then charts."""
    found = [
        [_("第%(n)s句") % {"n": at}, json.dumps(one["source"], ensure_ascii=False)]
        for at, one in enumerate(brief.sentences, 1)
        if one["text"]
    ]
    shown = brief.shown
    found += [[one["label"], one["query"]] for one in shown.get("tables", [])]
    found += [[f"{one['question']} × {one['by']}", one["query"]] for one in shown.get("groups", [])]
    if shown.get("map"):
        found.append([_("区县分布"), shown["map"]["query"]])
    return found


def _pictures(doc: dict[str, Any]) -> list[bytes]:
    """Every chart as a picture, in the order of the paper: one page each, drawn at once."""
    drawn = [one["svg"] for one in (*doc["tables"], *doc["groups"])]
    if doc["map"]:
        drawn.append(doc["map"]["svg"])
    if not drawn:
        return []
    made = _compiled(CHARTS, {"charts": drawn}, "png")
    return [bytes(one) for one in made] if isinstance(made, list) else [bytes(made)]


def _blocks(doc: dict[str, Any], pictures: list[bytes]) -> list[Block]:
    words, pngs = doc["words"], iter(pictures)
    found: list[Block] = [doc["lead"], Heading(words["findings"])]
    found += [f"{at}．{text}" for at, text in enumerate(doc["sentences"], 1)]
    found.append(Heading(words["charts"]))
    for one in doc["tables"]:
        found += [Heading(_titled(one, words), 2), Picture(next(pngs), one["label"]), _grid(one, words)]
    if doc["groups"] or doc["map"]:
        found.append(Heading(words["groups"]))
    for one in doc["groups"]:
        title = f"“{one['question']}”选“{one['answer']}”的占比，按{one['by']}"
        rows = tuple(
            (row["label"], row["share_text"], row["interval"] or "—", row["n"]) for row in one["rows"]
        )
        heads = (one["by"], words["share"], words["interval"], "n")
        found += [Heading(title, 2), Picture(next(pngs), title), Grid(heads, rows)]
    if doc["map"]:
        title = f"“{doc['map']['question']}”选“{doc['map']['answer']}”的占比"
        found += [Heading(title, 2), Picture(next(pngs), title), words["map"]]
    if doc["texts"]:
        found.append(Heading(words["texts"]))
    for one in doc["texts"]:
        for theme in one["themes"]:
            quote = f"如：“{theme['quotes'][0]}”" if theme["quotes"] else ""
            found.append(f"{theme['words']}（{theme['n']}家）。{quote}")
    found += [Heading(words["method"]), *doc["method"], Heading(words["queries"])]
    found.append(Grid((words["number"], words["query"]), tuple((a, b) for a, b in doc["queries"])))
    return found


def _titled(one: dict[str, Any], words: dict[str, str]) -> str:
    several = f"（{words['several']}）" if one["is_several"] else ""
    return f"{one['label']}{several}（n={one['n']}）"


def _figures(cell: dict[str, Any]) -> tuple[str, str, str, str]:
    return cell["label"], cell["share_text"], cell["interval"] or "—", cell["n"]


def _grid(one: dict[str, Any], words: dict[str, str]) -> Grid:
    rows = tuple(_figures(cell) for cell in one["cells"])
    return Grid((words["answer"], words["share"], words["interval"], "n"), rows)
