"""Filling in a form page by page: what the public pages work with. Pure.

    session = open_session(form, answers, today=today, now=now)
    session.answer("/data/status", "closed")
    page = session.page(1)
    wrong = session.problems(page)
    draft = session.answers()          # plain texts by path; store as JSON, give back to open_session

Nothing is kept outside the session, so a request opens one, uses it and throws it away.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from lxml import etree

from huiqi.core.messages import Message
from huiqi.questionnaires.xform.checking import Violation, check_node, check_under
from huiqi.questionnaires.xform.definition import Form, Kind
from huiqi.questionnaires.xform.filling import Filling, path_of
from huiqi.questionnaires.xform.pages import (
    SECONDS_A_QUESTION,
    SECONDS_A_ROW,
    Draft,
    Page,
    Pager,
    QuestionView,
)
from huiqi.questionnaires.xform.support import LONGEST_ANSWER, MOST_INSTANCES
from huiqi.questionnaires.xpath.tree import Node

COUNT = "/@count"
"""Ends the key under which answers() keeps the number of a repeat's instances."""


_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


class NoSuchPlace(LookupError):  # noqa: N818  a form may have changed under a page that was open
    """The form has no such place, or not now."""


@dataclass(frozen=True)
class Progress:
    """Where somebody is: `page` of `pages`, and whole minutes for what is still to be answered."""

    page: int
    pages: int
    minutes_left: int
    answered: int
    asked: int


def open_session(
    form: Form,
    answers: Mapping[str, str] | None = None,
    *,
    today: date,
    now: datetime,
    language: str = "",
    seed: int = 0,
) -> "Session":
    """A session with the answers given so far; without any the form's defaults are set.

    `seed` shuffles options alike each time: derive it from the draft's identity. Answers to places that the
    form does not have are left out and named in `session.dropped`.
    """
    session = Session(Filling(form, today=today, now=now, language=language, seed=seed))
    session.load(answers or {})
    return session


class Session:
    """See the module. Paths have positions at repeats: `/data/people[2]/name`."""

    def __init__(self, filling: Filling) -> None:
        self.filling = filling
        self.dropped: list[str] = []
        self._drafts: list[Draft] | None = None
        self._pager: Pager | None = None

    @property
    def form(self) -> Form:
        return self.filling.form

    def load(self, answers: Mapping[str, str]) -> None:
        if not answers:
            self.filling.start()
            return
        filling = self.filling
        filling.document.add(filling.make(self.form.root, filling.document))
        for key in sorted((key for key in answers if key.endswith(COUNT)), key=lambda key: key.count("/")):
            self._set_count(key.removesuffix(COUNT), answers[key])
        for path, value in answers.items():
            if not path.endswith(COUNT):
                self._put(path, value)
        filling.preload()
        filling.work_out()
        # A repeat that an answer counts has its instances only now.
        waiting, self.dropped = self.dropped, []
        for path in waiting:
            self._put(path, answers[path])
        if len(self.dropped) < len(waiting):
            filling.work_out()

    def _set_count(self, path: str, value: str) -> None:
        above, _, name = path.rpartition("/")
        parent = self.filling.node_at(above)
        slot = None if parent is None or parent.slot is None else parent.slot.children.get(name)
        if parent is None or slot is None or not slot.is_repeat or not value.isascii() or not value.isdigit():
            return
        wanted = min(int(value), MOST_INSTANCES)
        while len(parent.named.get(name, [])) < wanted:
            self.filling.add_instance(parent, slot)
        while len(parent.named.get(name, [])) > wanted:
            parent.remove(parent.named[name][-1])
        self.filling.changed_shape()

    def _put(self, path: str, value: str) -> None:
        node = self.filling.node_at(path)
        if node is None or not _is_leaf(node):
            self.dropped.append(path)
        elif node.slot.bind.calculate is None:
            node.text = value[:LONGEST_ANSWER]

    # --- answering ------------------------------------------------------------------------------------

    def answer(self, path: str, value: str) -> None:
        """Put an answer ("" takes it back) and work everything out. NoSuchPlace when there is no such place.

        Line ends become \\n. Calculated and read-only places keep what they have. An answer that is wrong is
        kept too, so that nothing typed is lost: problems() tells.
        """
        self.answer_all({path: value})

    def answer_all(self, values: Mapping[str, str]) -> None:
        """All answers of a page at once, in their order; as `answer`."""
        nodes = [(self._leaf(path), value) for path, value in values.items()]
        changed = False
        for node, value in nodes:
            text = value.replace("\r\n", "\n").replace("\r", "\n")[: LONGEST_ANSWER + 1]
            if text == node.text or self.filling.is_readonly(node):
                continue
            node.text = text
            changed = True
            question = self.form.questions.get(node.slot.path)
            if question is not None and question.changes:
                self.filling.work_out()
                self.filling.run_changes(question, node)
        if changed:
            self._changed()

    def answer_known(self, values: Mapping[str, str]) -> None:
        """As answer_all, without those whose place is gone meanwhile."""
        there = {path: self.filling.node_at(path) for path in values}
        known = {path: values[path] for path, node in there.items() if node is not None and _is_leaf(node)}
        if known:
            self.answer_all(known)

    def _leaf(self, path: str) -> Node:
        node = self.filling.node_at(path)
        if node is None or not _is_leaf(node):
            raise NoSuchPlace(path)
        return node

    def _changed(self) -> None:
        self.filling.work_out()
        self._drafts = None

    def add(self, repeat_path: str) -> str:
        """Another instance of a repeat (`/data/people`); returns its path. NoSuchPlace when not allowed."""
        above, _, name = repeat_path.rpartition("/")
        parent = self.filling.node_at(above)
        slot = None if parent is None else parent.slot.children.get(name)
        repeat = None if slot is None else self.form.repeats.get(slot.path)
        if parent is None or slot is None or repeat is None or repeat.count is not None or repeat.is_fixed:
            raise NoSuchPlace(repeat_path)
        if len(parent.named.get(name, [])) >= MOST_INSTANCES:
            raise NoSuchPlace(repeat_path)
        made = self.filling.add_instance(parent, slot)
        self._changed()
        return path_of(made)

    def remove(self, instance_path: str) -> None:
        """Take out an instance (`/data/people[2]`) with its answers. NoSuchPlace when not allowed."""
        node = self.filling.node_at(instance_path)
        repeat = None if node is None else self.form.repeats.get(node.slot.path)
        if (
            node is None
            or node.parent is None
            or repeat is None
            or repeat.count is not None
            or repeat.is_fixed
        ):
            raise NoSuchPlace(instance_path)
        node.parent.remove(node)
        self.filling.changed_shape()
        self._changed()

    # --- looking --------------------------------------------------------------------------------------

    def value(self, path: str) -> str:
        """What is stored at a place, "" when there is none."""
        node = self.filling.node_at(path)
        return "" if node is None else node.text

    def places(self) -> Iterator[tuple[str, Kind]]:
        """Every place a question has now, asked or not, with its kind."""
        for path, question in self.form.questions.items():
            for node in self.filling.nodes_at(path):
                yield path_of(node), question.kind

    def is_relevant(self, path: str) -> bool:
        node = self.filling.node_at(path)
        return node is not None and node.is_relevant

    @property
    def faults(self) -> tuple[Message, ...]:
        """Why formulas could not be worked out, each reason once; whoever made the form can mend it."""
        return tuple(self.filling.faults)

    @property
    def pages(self) -> list[Draft]:
        """The pages there are now, undrawn; `key`s and count are of use."""
        if self._drafts is None:
            self._drafts = self._layout().drafts()
        return self._drafts

    def _layout(self) -> Pager:
        if self._pager is None:
            self._pager = Pager(self.filling)
        return self._pager

    def page(self, number: int) -> Page:
        """The page of a number from 1; the nearest one when there is none of that number."""
        self.filling.begin_pass()
        drafts = self.pages
        if not drafts:
            return Page("", 1, 1, (), ())
        number = min(max(number, 1), len(drafts))
        return self._layout().page(drafts[number - 1], number, len(drafts))

    def number_of(self, key: str) -> int:
        """The number of the page with this key or with this question on it; 0 when it is not there now."""
        for number, draft in enumerate(self.pages, 1):
            if draft.key == key or any(path_of(node) == key for node, _ in draft.questions):
                return number
        return 0

    def progress(self, number: int) -> Progress:
        """How far somebody on a page has come."""
        drafts = self.pages
        asked = [node for draft in drafts for node in _asked(draft)]
        answered = sum(1 for node in asked if node.text)
        ahead = [node for draft in drafts[max(number, 1) - 1 :] for node in _asked(draft)]
        seconds = sum(self._seconds(node) for node in ahead if not node.text)
        minutes = -(-seconds // 60)
        return Progress(min(max(number, 1), len(drafts)), len(drafts), minutes, answered, len(asked))

    def _seconds(self, node: Node) -> int:
        question = self.form.questions[node.slot.path]
        return SECONDS_A_ROW if "list-nolabel" in question.appearance else SECONDS_A_QUESTION

    def problems(self, page: Page | None = None) -> list[Violation]:
        """What is wrong on a page, or everywhere; at most one a place, in the order of the form."""
        self.filling.begin_pass()
        if page is None:
            return list(check_under(self.filling, self.filling.root))
        found = []
        for question in page.questions:
            node = self.filling.node_at(question.path)
            wrong = None if node is None or not node.is_relevant else check_node(self.filling, node)
            found += [wrong] if wrong else []
        return found

    def review(self) -> list[Page]:
        """All pages drawn, for the page on which people check their answers."""
        self.filling.begin_pass()
        drafts = self.pages
        return [self._layout().page(draft, at, len(drafts)) for at, draft in enumerate(drafts, 1)]

    def question(self, path: str) -> QuestionView:
        """One question as it stands, for a fragment. NoSuchPlace when it is not asked now."""
        node = self._leaf(path)
        question = self.form.questions.get(node.slot.path)
        if question is None or not node.is_relevant:
            raise NoSuchPlace(path)
        return self._layout().view(node, question)

    def options(self, path: str) -> list[tuple[str, str]]:
        """The options of a question as they are open now; none for a place in a repeat without instances."""
        question, nodes = self.form.questions.get(path), self.filling.nodes_at(path)
        if question is None or not nodes:
            return []
        return [(one.value, one.label) for one in self.filling.choices(question, nodes[0])]

    def said(self, path: str) -> str:
        """An answer in words: the labels of what was chosen, else the text."""
        node = self._leaf(path)
        question = self.form.questions.get(node.slot.path)
        if question is None or question.choices is None:
            return node.text
        labels = {choice.value: choice.label for choice in self.filling.choices(question, node)}
        chosen = [node.text] if question.kind is Kind.SELECT_ONE else node.text.split()
        return "、".join(labels.get(one, one) for one in chosen if one)

    # --- keeping --------------------------------------------------------------------------------------

    def answers(self) -> dict[str, str]:
        """All that is filled in, also what is not asked at the moment, as plain texts by path."""
        found: dict[str, str] = {}
        _collect(self.filling.root, found)
        return found

    def submission_xml(self, instance_id: str) -> str:
        """The answers that count, as a submission of the form (ODK XForms): relevant places only."""
        self._preload_end()
        root: etree._Element = _element(self.filling.root)
        root.set("id", self.form.id)
        if self.form.version:
            root.set("version", self.form.version)
        meta = root.find("meta")
        if meta is None:
            meta = etree.SubElement(root, "meta")
        found = meta.find("instanceID")
        if found is None:
            found = etree.SubElement(meta, "instanceID")
        found.text = instance_id
        xml: str = etree.tostring(root, encoding="unicode")
        return xml

    def _preload_end(self) -> None:
        for path, slot in self.form.slots.items():
            if slot.bind.preload == "timestamp" and slot.bind.preload_parameter == "end":
                for node in self.filling.nodes_at(path):
                    node.text = self.filling.scene.now.isoformat(timespec="milliseconds")


def _is_leaf(node: Node) -> bool:
    return node.slot is not None and not node.slot.children


def _asked(draft: Draft) -> list[Node]:
    return [
        node
        for node, question in draft.questions
        if question.kind is not Kind.NOTE and node.slot.bind.calculate is None
    ]


def _collect(node: Node, found: dict[str, str]) -> None:
    if node.name == "meta":
        return
    if _is_leaf(node):
        if node.text and node.slot.bind.calculate is None:
            found[path_of(node)] = node.text
        return
    for name, slot in node.slot.children.items():
        if slot.is_repeat:
            found[f"{path_of(node)}/{name}{COUNT}"] = str(len(node.named.get(name, [])))
    for child in node.children:
        _collect(child, found)


def _element(node: Node) -> etree._Element:
    element = etree.Element(node.name)
    if _is_leaf(node):
        element.text = _writable(node.text)
    for child in node.children:
        if child.is_relevant:
            element.append(_element(child))
    return element


def _writable(text: str) -> str:
    """Text without the characters XML can not hold."""
    return _UNWRITABLE.sub("", text)
