"""The monthly review as paragraphs and tables of a document. Pure; the text is Chinese in every language."""

from collections.abc import Iterable, Sequence
from typing import Any

from huiqi.cases.documents.official import Block, Grid, Heading, Paper

HIDDEN = "＜5"
# Said in the first sentence, as far as the office shows them.
_TOLD = ("response", "solved", "satisfied", "on_time")
_SHORT = {
    "received": "登记",
    "ended": "办结",
    "solved": "解决率",
    "satisfied": "满意率",
    "on_time": "按期办结率",
}
_THREE = (
    "解决率、满意率只认诉求人本人的评价，联系不上的单列，不算解决，也不算满意。"
    "申诉剔除、不属本部门职权、政策不允许（均经审核）和合并、撤回、不予受理的不计入三率，件数列在表中。"
)


def monthly_paper(found: Any, *, month: str, issuer: str, dated: str) -> Paper:
    """The review `found` (queries.review.Review) of a month such as 2020年3月."""
    by_id = {tally.number.id: tally for tally in found.tallies}
    blocks: list[Block] = [
        Heading("一、总体情况"),
        f"{month}登记诉求{by_id['received'].rows}件，办结{by_id['ended'].rows}件。{_rates(found.tallies)}",
        _spent(found.days),
        Grid(("指标", "数", "分子/分母", "未计入和单列"), tuple(_number_rows(found.tallies))),
        Heading("二、热点"),
        _hot(found.hot),
        *_tables(found),
        Heading("五、口径"),
        _THREE * ("solved" in by_id) + "少于5件的格不显示。",
    ]
    return Paper(f"{month}诉求办理情况点评", tuple(blocks), issuer, dated)


def said(tally: Any) -> str:
    """A number in a cell; a hidden one says so."""
    if tally is None:
        return HIDDEN
    if tally.number.counted is None:
        return str(tally.rows)
    return "—" if tally.percent is None else f"{tally.percent}%"


def left_out(tally: Any) -> str:
    """What a rate leaves out and sets apart, in words."""
    parts = [
        f"{label}{count}" for name, label, count in tally.lines() if count and name not in {"counted", "rest"}
    ]
    return "，".join(parts) or "—"


def _number_rows(tallies: Iterable[Any]) -> Iterable[tuple[str, ...]]:
    for tally in tallies:
        share = f"{tally.counted}/{tally.of}" if tally.number.counted else "—"
        yield tally.number.label, said(tally), share, left_out(tally)


def _rates(tallies: Iterable[Any]) -> str:
    told = [f"{each.number.label}{said(each)}" for each in tallies if each.number.id in _TOLD]
    return f"{'，'.join(told)}。"


def _spent(days: Any) -> str:
    if days.median is None:
        return "本月没有可计办理用时的件。"
    return f"办理用时中位数{days.median}个工作日，九成的件在{days.p90}个工作日内答复。"


def _hot(hot: Sequence[Any]) -> str:
    told = [f"{each.name}{each.now}件" for each in hot if each.now >= 5]
    return f"近7天反映较多的：{'，'.join(told[:5])}。" if told else "近7天没有集中反映的主题。"


def _tables(found: Any) -> Iterable[Block]:
    for title, word, rows in (
        ("三、分主题", "主题", found.topics),
        ("四、分县市区", "县市区", found.counties),
    ):
        yield Heading(title)
        cells = tuple((row.name or "未填", *(said(cell) for cell in row.cells)) for row in rows)
        heads = (word, *(_SHORT[name] for name in found.columns))
        yield Grid(heads, cells) if cells else "没有诉求。"
