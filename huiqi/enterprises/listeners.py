"""Apps above that want to know which firms were written; they put themselves here when the site starts.

Called inside the write's transaction, so whoever does more than note it waits for the commit.
"""

from collections.abc import Callable, Collection, Sequence

Listener = Callable[[Sequence[int]], None]
_LISTENERS: list[Listener] = []


def listen(listener: Listener) -> None:
    """Call it from now on with the keys of firms whenever their columns or places are written."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)


def tell_written(enterprise_ids: Collection[int]) -> None:
    """Say that these firms were written."""
    pks = sorted(enterprise_ids)
    for listener in _LISTENERS if pks else ():
        listener(pks)
