"""Charts for paper as SVG: bars with their interval, and tiles of counties. Pure: values in, text out."""

from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

WIDTH = 620
FILL, WHISKER, GREY, INK = "#2d6f92", "#222222", "#bbbbbb", "#222222"
_ROW, _LABELS, _VALUES = 26, 200, 70
_LONGEST = 14
STEPS = ("#ffffff", "#eef4f7", "#c9dde7", "#94bace", "#2d6f92", "#143f57")
_TILE, _GAP, _HEAD = (36, 26), 8, 16
_COLUMNS = 4


def _text(x: float, y: float, said: str, **more: object) -> str:
    attributes = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in more.items())
    return f'<text x="{x:.1f}" y="{y:.1f}"{attributes}>{escape(said)}</text>'


def _rect(x: float, y: float, width: float, height: float, fill: str, stroke: str = "") -> str:
    line = f' stroke="{stroke}" stroke-width="0.5"' if stroke else ""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"{line}/>'


def _drawing(width: float, height: float, parts: Sequence[str], size: int) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" font-size="{size}" '
        f'font-family="Noto Serif SC, Noto Serif CJK SC, Noto Sans CJK SC">{"".join(parts)}</svg>'
    )


def bars(cells: Sequence[Mapping[str, Any]]) -> str:
    """A bar for each answer with its share; hidden ones are a grey line with the mark."""
    room = WIDTH - _LABELS - _VALUES
    most = max((cell["high"] or cell["share"] or 0 for cell in cells), default=0) or 1
    scale = room / min(1.0, most * 1.05)
    parts = []
    for at, cell in enumerate(cells):
        y = at * _ROW
        label = cell["label"] if len(cell["label"]) <= _LONGEST else cell["label"][: _LONGEST - 1] + "…"
        parts.append(_text(_LABELS - 8, y + 18, label, text_anchor="end", fill=INK))
        if cell["share"] is None:
            parts.append(_rect(_LABELS, y + 12, room, 1.5, GREY))
            parts.append(_text(_LABELS + room + 8, y + 18, "＊", fill=INK))
            continue
        parts.append(_rect(_LABELS, y + 4, cell["share"] * scale, _ROW - 8, FILL))
        if cell["low"] is not None and cell["high"] is not None:
            left, wide = cell["low"] * scale, max((cell["high"] - cell["low"]) * scale, 1)
            parts.append(_rect(_LABELS + left, y + _ROW / 2 - 1, wide, 2, WHISKER))
        parts.append(_text(_LABELS + room + 8, y + 18, cell["share_text"], fill=INK))
    return _drawing(WIDTH, len(cells) * _ROW + 2, parts, 14)


def tiles(blocks: Sequence[Mapping[str, Any]]) -> str:
    """The schematic map: a tile a county, a block a prefecture, where it lies."""
    wide = _COLUMNS * _TILE[0] + _GAP
    heights: dict[int, int] = {}
    for block in blocks:
        lines = -(-len(block["tiles"]) // _COLUMNS)
        heights[block["row"]] = max(heights.get(block["row"], 0), _HEAD + lines * _TILE[1] + _GAP)
    tops, top = {}, 0
    for row in sorted(heights):
        tops[row] = top
        top += heights[row]
    parts = []
    for block in blocks:
        x, y = (block["column"] - 1) * wide, tops[block["row"]]
        parts.append(_text(x, y + 11, block["name"], font_weight="bold", fill=INK, font_size=11))
        for at, tile in enumerate(block["tiles"]):
            left = x + at % _COLUMNS * _TILE[0]
            parts += _tile(left, y + _HEAD + at // _COLUMNS * _TILE[1], tile)
    columns = max((block["column"] for block in blocks), default=1)
    return _drawing(columns * wide, top, parts, 8)


def _tile(x: float, y: float, tile: Mapping[str, Any]) -> list[str]:
    step = tile["step"]
    fill = "#eeeeee" if step < 0 else STEPS[step]
    ink = "#ffffff" if step >= 4 else INK  # noqa: PLR2004  the two darkest steps
    middle = x + _TILE[0] / 2 - 0.5
    return [
        _rect(x, y, _TILE[0] - 1, _TILE[1] - 1, fill, GREY),
        _text(middle, y + 11, tile["name"][:4], text_anchor="middle", fill=ink, font_size=8),
        _text(middle, y + 21, tile["text"], text_anchor="middle", fill=ink, font_size=8.5),
    ]
