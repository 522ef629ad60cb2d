"""What a person sees: pages of few questions, with what is filled in, allowed and still to do. Pure.

A page is a group with the appearance `field-list`, or up to five neighbouring questions of one group. Which
questions share a page depends on the form alone, never on answers, so a page keeps its `key` whatever is
answered; pages on which nothing is to be asked are left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from huiqi.questionnaires.xform.definition import (
    Choice,
    Group,
    Item,
    Itemset,
    Kind,
    Question,
    Range,
    Repeat,
)
from huiqi.questionnaires.xform.filling import Filling, path_of
from huiqi.questionnaires.xform.support import MOST_INSTANCES
from huiqi.questionnaires.xpath.tree import Node

MOST_ON_A_PAGE = 5
# US Census SBPS: about 20 questions in about 5 minutes.
SECONDS_A_QUESTION = 15
# A row of a matrix repeats the options of the row above; our own figure.
SECONDS_A_ROW = 5
TOGETHER = "field-list"


@dataclass(frozen=True)
class QuestionView:
    """A question to draw. `path` has positions and names the field; `value` is as stored, choices separated
    by spaces. `note`s and heads of matrices (`is_head`) take no answer.
    """

    path: str
    name: str
    kind: Kind
    label: str
    hint: str
    guidance: str
    appearance: frozenset[str]
    choices: tuple[Choice, ...]
    value: str
    is_required: bool
    is_readonly: bool
    range: Range | None = None
    accept: str = ""
    rows: int = 0
    # Another answer may change these options, or what is asked at all, so ask the server again.
    steers: bool = False

    @property
    def chosen(self) -> tuple[str, ...]:
        """The names chosen, in order."""
        return (
            tuple(self.value.split())
            if self.kind is not Kind.SELECT_ONE
            else (self.value,)[: bool(self.value)]
        )

    @property
    def is_asked(self) -> bool:
        """True when it takes an answer from a person."""
        return self.kind is not Kind.NOTE and not self.is_readonly

    @property
    def is_head(self) -> bool:
        return "label" in self.appearance


@dataclass(frozen=True)
class Heading:
    """The label of a group in a page, above its questions; `level` counts from 1."""

    path: str
    label: str
    level: int
    appearance: frozenset[str]


Entry = QuestionView | Heading


@dataclass(frozen=True)
class RepeatPlace:
    """Which instance of a repeat a page belongs to. `number` is 0 on the page that offers the first one.

    The session's `add` takes `path`, `remove` takes `instance`; `is_last_page` is where the buttons belong.
    """

    path: str
    instance: str
    label: str
    number: int
    count: int
    may_add: bool
    may_remove: bool
    is_last_page: bool


@dataclass(frozen=True)
class Page:
    """One page. `titles` are the labels of the groups around it, outermost first."""

    key: str
    number: int
    of: int
    titles: tuple[str, ...]
    entries: tuple[Entry, ...]
    repeat: RepeatPlace | None = None

    @property
    def questions(self) -> tuple[QuestionView, ...]:
        return tuple(one for one in self.entries if isinstance(one, QuestionView))


@dataclass
class Draft:
    """A page before it is drawn: nodes, not texts. `entries` are (node, question) or (node, group, level)."""

    key: str
    titles: tuple[str, ...]
    entries: list[tuple[Node, Question | Group, int]] = field(default_factory=list)
    repeat: tuple[Repeat, Node, Node | None] | None = None
    is_last_of_instance: bool = False

    @property
    def questions(self) -> list[tuple[Node, Question]]:
        """What is drawn on it, heads of matrices and notes included."""
        return [(node, one) for node, one, _ in self.entries if isinstance(one, Question)]


class Pager:
    """Lays a filling out in pages."""

    def __init__(self, filling: Filling) -> None:
        self._filling = filling
        self._steering = steering_paths(filling)

    def drafts(self) -> list[Draft]:
        """All pages on which there is something now."""
        return list(self._items(self._filling.form.body, self._filling.root, ()))

    def _items(self, items: tuple[Item, ...], anchor: Node, titles: tuple[str, ...]) -> Iterator[Draft]:
        run: list[Question] = []
        for item in items:
            if isinstance(item, Question):
                run.append(item)
                continue
            yield from self._chunks(run, anchor, titles)
            run = []
            if isinstance(item, Repeat):
                yield from self._repeat(item, anchor, titles)
            else:
                yield from self._group(item, anchor, titles)
        yield from self._chunks(run, anchor, titles)

    def _chunks(self, run: list[Question], anchor: Node, titles: tuple[str, ...]) -> Iterator[Draft]:
        chunk: list[Question] = []
        count = 0
        for question in run:
            is_asked = question.kind is not Kind.NOTE
            if is_asked and count == MOST_ON_A_PAGE:
                yield from self._page(chunk, anchor, titles)
                chunk, count = [], 0
            chunk.append(question)
            count += is_asked
        yield from self._page(chunk, anchor, titles)

    def _page(self, chunk: list[Question], anchor: Node, titles: tuple[str, ...]) -> Iterator[Draft]:
        if not chunk:
            return
        first = node_under(anchor, chunk[0].path)
        draft = Draft(path_of(first) if first is not None else chunk[0].path, titles)
        for question in chunk:
            node = node_under(anchor, question.path)
            if node is not None and node.is_relevant:
                draft.entries.append((node, question, 0))
        if draft.entries:
            yield draft

    def _group(self, group: Group, anchor: Node, titles: tuple[str, ...]) -> Iterator[Draft]:
        node = node_under(anchor, group.path) if group.path else anchor
        if node is None or not node.is_relevant:
            return
        label = self._filling.say(group.label, node).strip()
        inner = (*titles, label) if label else titles
        if TOGETHER not in group.appearance:
            yield from self._items(group.children, anchor, inner)
            return
        draft = Draft(path_of(node), inner)
        repeats: list[Repeat] = []
        self._gather(group.children, anchor, draft, 1, repeats)
        if draft.questions:
            yield draft
        for repeat in repeats:
            yield from self._repeat(repeat, anchor, inner)

    def _gather(
        self, items: tuple[Item, ...], anchor: Node, draft: Draft, level: int, repeats: list[Repeat]
    ) -> None:
        for item in items:
            if isinstance(item, Repeat):
                repeats.append(item)
                continue
            path = item.path or anchor.slot.path
            node = node_under(anchor, path)
            if node is None or not node.is_relevant:
                continue
            draft.entries.append((node, item, level))
            if isinstance(item, Group):
                self._gather(item.children, anchor, draft, level + 1, repeats)

    def _repeat(self, repeat: Repeat, anchor: Node, titles: tuple[str, ...]) -> Iterator[Draft]:
        above = node_under(anchor, repeat.path.rpartition("/")[0])
        if above is None or not above.is_relevant:
            return
        label = self._filling.say(repeat.label, above).strip()
        inner = (*titles, label) if label else titles
        twins = above.named.get(repeat.path.rpartition("/")[2], [])
        if not twins and _may_add(repeat, 0):
            yield Draft(
                f"{path_of(above)}/{repeat.path.rpartition('/')[2]}[0]", inner, repeat=(repeat, above, None)
            )
        for instance in twins:
            if not instance.is_relevant:
                continue
            pages = list(self._items(repeat.children, instance, inner))
            for page in pages:
                page.repeat = page.repeat or (repeat, above, instance)
            if pages:
                pages[-1].is_last_of_instance = True
            yield from pages

    # --- drawing --------------------------------------------------------------------------------------

    def page(self, draft: Draft, number: int, of: int) -> Page:
        """The page with its texts, options and values."""
        entries: list[Entry] = []
        for node, item, level in draft.entries:
            if isinstance(item, Question):
                entries.append(self.view(node, item))
            else:
                label = self._filling.say(item.label, node).strip()
                entries.append(Heading(path_of(node), label, level, item.appearance))
        return Page(draft.key, number, of, draft.titles, tuple(entries), self._place(draft))

    def view(self, node: Node, question: Question) -> QuestionView:
        """One question with what belongs to it."""
        filling = self._filling
        return QuestionView(
            path=path_of(node),
            name=node.name,
            kind=question.kind,
            label=filling.say(question.label, node).strip(),
            hint=filling.say(question.hint, node).strip(),
            guidance=filling.say(question.guidance, node).strip(),
            appearance=question.appearance,
            choices=tuple(filling.choices(question, node)),
            value=node.text,
            is_required=filling.is_required(node),
            is_readonly=question.kind is not Kind.NOTE and filling.is_readonly(node),
            range=question.range,
            accept=question.accept,
            rows=question.rows,
            steers=question.path in self._steering or bool(question.changes),
        )

    def _place(self, draft: Draft) -> RepeatPlace | None:
        if draft.repeat is None:
            return None
        repeat, above, instance = draft.repeat
        name = repeat.path.rpartition("/")[2]
        twins = above.named.get(name, [])
        number = next((at for at, one in enumerate(twins, 1) if one is instance), 0)
        return RepeatPlace(
            path=f"{path_of(above)}/{name}",
            instance=path_of(instance) if instance is not None else "",
            label=self._filling.say(repeat.label, above).strip(),
            number=number,
            count=len(twins),
            may_add=_may_add(repeat, len(twins)),
            may_remove=number > 0 and repeat.count is None and not repeat.is_fixed,
            is_last_page=draft.is_last_of_instance,
        )


def _may_add(repeat: Repeat, count: int) -> bool:
    return repeat.count is None and not repeat.is_fixed and count < MOST_INSTANCES


def node_under(anchor: Node, path: str) -> Node | None:
    """The node of a path without positions, inside the repeat instance `anchor`."""
    node: Node | None = anchor
    for name in path[len(anchor.slot.path) :].split("/")[1:]:
        twins = node.named.get(name, []) if node is not None else []
        node = twins[0] if twins else None
    return node


def steering_paths(filling: Filling) -> frozenset[str]:
    """Places whose answers change what is asked, offered, required, said or calculated."""
    form = filling.form
    expressions = [rule.expression for rule in form.rules]
    for slot in form.slots.values():
        expressions += [one for one in (slot.bind.required, slot.bind.readonly) if one is not None]
    for question in form.questions.values():
        if isinstance(question.choices, Itemset):
            expressions.append(question.choices.nodes)
        for words in (question.label, question.hint):
            spoken = (part for parts in words.values() for part in parts)
            expressions += [part for part in spoken if not isinstance(part, str)]
    return frozenset(one.path for expression in expressions for one in expression.mentions)
