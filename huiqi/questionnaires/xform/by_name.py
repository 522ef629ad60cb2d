"""Answers by the names of questions, as programs send them. Pure.

    session, faults = read_named(form, {"status": "closed", "people": [{"name": "…"}]}, today=…, now=…)

Values are texts, numbers, booleans (yes/no), lists of names for choices, and lists of objects for repeats.
The judgement is that of pages and submissions; a fault names the question it belongs to.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from huiqi.core.messages import Message, gettext_noop
from huiqi.questionnaires.xform.definition import Form, Kind
from huiqi.questionnaires.xform.filling import path_of
from huiqi.questionnaires.xform.session import COUNT, Session, open_session
from huiqi.questionnaires.xform.support import MOST_INSTANCES
from huiqi.questionnaires.xpath.tree import Node

Fault = tuple[str, Message]
_UNKNOWN = gettext_noop("问卷里没有这一题。请核对名称，可用的见事项目录。")
_SHAPE = gettext_noop("回答的写法不对：文字、数字、是否、选项名称的列表，重复组写成对象的列表。")
_IRRELEVANT = gettext_noop("按前面的回答，不应回答这一题。")


def read_named(
    form: Form, given: Mapping[str, Any], *, today: date, now: datetime, language: str = ""
) -> tuple[Session, list[Fault]]:
    """The session of these answers, and everything wrong with them by name, in the order of the form."""
    reader = _Reader(form)
    reader.read(given, "", "")
    session = open_session(form, reader.answers, today=today, now=now, language=language)
    faults = list(reader.faults)
    faults += [(_name(path), Message(_UNKNOWN)) for path in session.dropped]
    faults += [(_name(path), Message(_IRRELEVANT)) for path in _irrelevant(session, reader.answers)]
    faults += [(_name(one.path), one.said) for one in session.problems() if not one.is_overwritten]
    return session, faults


class _Reader:
    def __init__(self, form: Form) -> None:
        self._form = form
        self.answers: dict[str, str] = {}
        self.faults: list[Fault] = []

    def read(self, given: Mapping[str, Any], inside: str, at: str) -> None:
        """`inside` is the slot of the repeat these answers belong to, `at` its instance with position."""
        for name, value in given.items():
            path = self._path(str(name), inside)
            if not path:
                self.faults.append((str(name)[:60], Message(_UNKNOWN)))
            elif path in self._form.repeats:
                self._read_repeat(path, f"{at}{path.removeprefix(inside)}", value, str(name))
            else:
                self._put(f"{at}{path.removeprefix(inside)}", path, value, str(name))

    def _path(self, name: str, inside: str) -> str:
        """The slot of a name, looked for in the same repeat; the path itself is a name too."""
        known = {*self._form.questions, *self._form.repeats}
        found = [path for path in known if path == name or path.rpartition("/")[2] == name]
        here = [path for path in found if self._repeat_of(path) == inside]
        return here[0] if len(here) == 1 else ""

    def _repeat_of(self, path: str) -> str:
        """The innermost repeat a place lies in, "" outside of any."""
        around = [one for one in self._form.repeats if path.startswith(f"{one}/")]
        return max(around, key=len, default="")

    def _read_repeat(self, path: str, at: str, value: Any, name: str) -> None:
        if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
            self.faults.append((name, Message(_SHAPE)))
            return
        rows = value[:MOST_INSTANCES]
        self.answers[f"{at}{COUNT}"] = str(len(rows))
        for number, row in enumerate(rows, 1):
            self.read(row, path, f"{at}[{number}]")

    def _put(self, at: str, path: str, value: Any, name: str) -> None:
        question = self._form.questions[path]
        text = _text(value, question.kind)
        if text is None:
            self.faults.append((name, Message(_SHAPE)))
        else:
            self.answers[at] = text


def _text(value: Any, kind: Kind) -> str | None:
    if value is None:
        return ""
    if isinstance(value, bool):
        return ("OK" if value else "") if kind is Kind.ACKNOWLEDGE else ("yes" if value else "no")
    if isinstance(value, int | float | str):
        return str(value)
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return " ".join(value)
    return None


def _irrelevant(session: Session, given: Mapping[str, str]) -> Iterator[str]:
    for path, text in given.items():
        if not path.endswith(COUNT) and text and not session.is_relevant(path):
            node: Node | None = session.filling.node_at(path)
            if node is not None:
                yield path_of(node)


def _name(path: str) -> str:
    return path.rpartition("/")[2]
