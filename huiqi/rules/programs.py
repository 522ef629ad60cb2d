"""A bounded store of compiled functions, kept by the rulebook they were made from."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

from huiqi.rules.catalogue import Cell

Outcome = tuple[int, int | None, tuple[int, ...]]  # truth, amount in fen, truth of every leaf
Program = Callable[[tuple[Cell, ...]], tuple[Outcome, ...]]


class ProgramCache:
    """Compiled functions by what they were made from; the least used go first."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._programs: OrderedDict[Hashable, Program] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._programs)

    def get(self, key: Hashable, make: Callable[[], Program]) -> Program:
        with self._lock:
            program = self._programs.get(key)
            if program is not None:
                self._programs.move_to_end(key)
                return program
        program = make()  # outside the lock: two threads may both compile, neither waits
        with self._lock:
            self._programs[key] = program
            while len(self._programs) > self.size:
                self._programs.popitem(last=False)
        return program
