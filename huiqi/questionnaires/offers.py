"""What apps above tell questionnaires: the items an answer may become. `config/wiring.py` fills it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from huiqi.questionnaires.xlsform.meanings import ItemSketch


@dataclass
class Offers:
    """`items`: the items offered to the public today by id; None while nobody filled it."""

    items: Callable[[], Mapping[str, ItemSketch]] | None = None


OFFERS = Offers()
