"""Cells as addresses and forms hold them: county-section-size, each part may be empty."""

from typing import Any

Parts = tuple[str, str, str]


def parts_of(text: str) -> Parts:
    """The parts of one cell; what is none is left out."""
    county, section, size = (
        part if part.replace("_", "").isalnum() else "" for part in (text.split("-") + ["", "", ""])[:3]
    )
    return county[:6], section[:1], size[:16]


def cells_of(data: Any) -> list[Parts]:
    """The cells that a form names; none for all."""
    found = [parts_of(text) for text in data.getlist("cell")[:500]]
    return [parts for parts in found if any(parts)]
