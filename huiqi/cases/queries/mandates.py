"""By what right a desk may give a matter to a unit (design: assign below, consult beside)."""

from huiqi.accounts.models import Unit
from huiqi.cases.items.definition import Authority
from huiqi.cases.models import OrderMode


def may_assign(desk: Unit, unit: Unit) -> bool:
    """Whether `unit` is the desk's own office or lies below it in the tree of units."""
    seen: Unit | None = unit
    while seen is not None:
        if seen.pk == desk.pk:
            return True
        seen = seen.parent
    return False


def mode_for(desk: Unit, unit: Unit, authority: Authority | None = None) -> OrderMode:
    """The mode to propose: 交办 where the desk may, else what the topic says of the unit, else 商请."""
    if may_assign(desk, unit):
        return OrderMode.ASSIGN
    beside = authority is not None and authority != Authority.ASSIGN
    return OrderMode(authority.value) if authority is not None and beside else OrderMode.CONSULT
