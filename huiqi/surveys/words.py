"""Strata and cells as people call them."""

from huiqi.reference.queries import Tables
from huiqi.surveys.models import Stratum
from huiqi.surveys.queries.board import cell_words


def stratum_words(row: Stratum, tables: Tables) -> str:
    """长沙市 · 制造业 · 小型; "—" when firms are not told apart, or what tells them apart is unknown."""
    return cell_words((row.region, row.section, row.size_class), tables) or "—"
