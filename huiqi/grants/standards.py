"""What a firm is awarded: the standard of a call applied to a verdict and to what was found. Pure, exact."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

BASIS_POINTS = 10_000  # a whole


@dataclass(frozen=True)
class Standard:
    """How much a call gives, as its document says. `kind`: rule (the amount of the rulebook), fixed (a sum a
    firm) or share (basis points of the base the office accepted, at most `cap_fen`). Amounts are fen."""

    kind: str
    fixed_fen: int | None = None
    share_bp: int | None = None
    cap_fen: int | None = None

    def written(self) -> dict[str, Any]:
        """For keeping with a judgement."""
        return {
            "kind": self.kind,
            "fixed_fen": self.fixed_fen,
            "share_bp": self.share_bp,
            "cap_fen": self.cap_fen,
        }


def read_standard(written: Mapping[str, Any]) -> Standard:
    """The standard that a judgement keeps."""
    return Standard(**written)


def awarded(standard: Standard, *, status: str, rule_fen: int | None, base_fen: int | None) -> int | None:
    """Fen for a firm; None while it is not settled, 0 when it is not entitled.

    A share is rounded once, half up, to the fen. What is unknown never grants.
    """
    if status == "ineligible":
        return 0
    if status != "eligible":
        return None
    if standard.kind == "rule":
        amount = rule_fen
    elif standard.kind == "fixed":
        amount = standard.fixed_fen
    elif base_fen is None or standard.share_bp is None:
        amount = None
    else:
        amount = (base_fen * standard.share_bp * 2 + BASIS_POINTS) // (2 * BASIS_POINTS)
    if amount is None:
        return None
    return amount if standard.cap_fen is None else min(amount, standard.cap_fen)
