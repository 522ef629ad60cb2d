"""One questionnaire being filled in: the document, what is relevant, what is calculated. Pure.

A filling belongs to one thread. It never raises for what people answer; an expression that can not be
worked out counts as blank and is noted in `faults`.
"""

from collections.abc import Iterator
from datetime import date, datetime
from random import Random

from huiqi.core.messages import Message
from huiqi.questionnaires.xform.definition import (
    CHANGED,
    FIRST_LOAD,
    NEW_REPEAT,
    Choice,
    Form,
    Itemset,
    Part,
    Question,
    Rule,
    RuleKind,
    Slot,
    Words,
)
from huiqi.questionnaires.xform.stored import stored
from huiqi.questionnaires.xform.support import MOST_INSTANCES
from huiqi.questionnaires.xpath.compiling import Expression
from huiqi.questionnaires.xpath.problems import XPathError
from huiqi.questionnaires.xpath.scene import Scene
from huiqi.questionnaires.xpath.tree import Node
from huiqi.questionnaires.xpath.values import Value, to_boolean, to_string


class Filling:
    """The state of one filled-in form. `today` and `now` (aware) are given; `seed` fixes random numbers."""

    def __init__(
        self, form: Form, *, today: date, now: datetime, language: str = "", seed: int | None = None
    ) -> None:
        self.form = form
        self.language = language or form.default_language
        self.faults: list[Message] = []
        self.document = Node("")
        # Repeats whose number was put right: (place, wanted, there were).
        self.resized: list[tuple[str, int, int]] = []
        # Instances of a counted repeat that are out of the document while the count is lower.
        self.spare: dict[int, list[Node]] = {}
        self._by_path: dict[str, list[Node]] | None = None
        self.scene = Scene(
            document=self.document,
            today=today,
            now=now,
            instances=form.instances,
            random=Random(seed),  # noqa: S311  shuffles options, protects nothing
            itext=self._itext,
            choice_name=self._choice_name,
        )

    # --- the document ---------------------------------------------------------------------------------

    @property
    def root(self) -> Node:
        return self.document.children[0]

    def make(self, slot: Slot, parent: Node) -> Node:
        """A new node of a slot with its defaults and everything under it, not yet added to `parent`."""
        node = Node(slot.name, slot.default, parent, slot)
        node.is_relevant = parent.is_relevant
        for child in slot.children.values():
            for _ in range(self.first_instances(child)):
                node.add(self.make(child, node))
        return node

    def first_instances(self, slot: Slot) -> int:
        """How many instances a new filling has of a slot; a counted repeat gets its number later."""
        if not slot.is_repeat:
            return 1
        repeat = self.form.repeats.get(slot.path)
        if repeat is not None and repeat.count is not None:
            return 0
        return min(slot.initial, MOST_INSTANCES)

    def start(self) -> None:
        """Begin anew: defaults, then values set on first load, then everything worked out."""
        self.document.add(self.make(self.form.root, self.document))
        self.preload()
        self.work_out()
        if self._run_first_load():
            self.work_out()

    def preload(self) -> None:
        """Fill in start, today and the like where the form asks for them and nothing is there."""
        for path, slot in self.form.slots.items():
            if slot.bind.preload not in {"timestamp", "date"}:
                continue
            for node in self.nodes_at(path):
                if not node.text:
                    is_day = slot.bind.preload == "date"
                    now = self.scene.now.isoformat(timespec="milliseconds")
                    node.text = self.scene.today.isoformat() if is_day else now

    def changed_shape(self) -> None:
        """To be called after nodes were added or removed."""
        self._by_path = None

    def nodes_at(self, path: str) -> list[Node]:
        """All nodes of a slot's path, in order."""
        if self._by_path is None:
            found: dict[str, list[Node]] = {}
            for node in self.document.descendants():
                if node.slot is not None:
                    found.setdefault(node.slot.path, []).append(node)
            self._by_path = found
        return self._by_path.get(path, [])

    def node_at(self, path: str) -> Node | None:
        """The node of a path with positions, such as `/data/people[2]/name`, or None."""
        node = self.document
        for part in path.split("/")[1:]:
            name, _, position = part.partition("[")
            index = int(position[:-1]) - 1 if position[:-1].isascii() and position[:-1].isdigit() else 0
            twins = node.named.get(name, [])
            if not 0 <= index < len(twins):
                return None
            node = twins[index]
        return node if node is not self.document else None

    # --- working out ----------------------------------------------------------------------------------

    def work_out(self) -> None:
        """Counts, relevance and calculations, each after what it depends on."""
        self.begin_pass()
        for rule in self.form.rules:
            if rule.kind is RuleKind.COUNT:
                self._work_out_count(rule)
            elif rule.kind is RuleKind.RELEVANT:
                self._work_out_relevance(rule)
            else:
                self._work_out_value(rule)

    def _work_out_relevance(self, rule: Rule) -> None:
        for node in self.nodes_at(rule.path):
            assert node.parent is not None
            own = node.parent.is_relevant and to_boolean(self.evaluate(rule.expression, node, default=True))
            if own is not node.is_relevant:
                node.is_relevant = own
                for inner in node.descendants():
                    inner.is_relevant = own

    def _work_out_value(self, rule: Rule) -> None:
        kind = self.form.slots[rule.path].bind.type
        for node in self.nodes_at(rule.path):
            # What is never twice alike is worked out once and kept.
            if rule.expression.is_volatile and node.text:
                continue
            node.text = stored(self.evaluate(rule.expression, node), kind)

    def _work_out_count(self, rule: Rule) -> None:
        above, _, name = rule.path.rpartition("/")
        for parent in list(self.nodes_at(above)):
            number = self.count_wanted(rule.expression, parent)
            there = len(parent.named.get(name, []))
            if there != number:
                self.resized.append((f"{path_of(parent)}/{name}", number, there))
                self._resize(parent, self.form.slots[rule.path], number)

    def count_wanted(self, expression: Expression, parent: Node) -> int:
        """What a repeat's count comes to: a whole number from 0 to MOST_INSTANCES."""
        number = float(expression_number(self.evaluate(expression, parent)))
        return int(min(max(number, 0), MOST_INSTANCES)) if number == number else 0

    def _resize(self, parent: Node, slot: Slot, number: int) -> None:
        spare = self.spare.setdefault(id(parent), [])
        twins = parent.named.setdefault(slot.name, [])
        while len(twins) > number:
            last = twins[-1]
            parent.remove(last)
            spare.append(last)
        while len(twins) < number:
            again = next((one for one in reversed(spare) if one.slot is slot), None)
            if again is not None:
                spare.remove(again)
            self.add_instance(parent, slot, again)
        self.changed_shape()

    def add_instance(self, parent: Node, slot: Slot, node: Node | None = None) -> Node:
        """Put another instance of a repeat behind the last."""
        twins = parent.named.get(slot.name, [])
        made = node or self.make(slot, parent)
        # One put back was taken out under a group that was not asked; rules inside it judge it anew.
        for inner in (made, *made.descendants()):
            inner.is_relevant = parent.is_relevant
        parent.insert_after(made, twins[-1] if twins else None)
        self.changed_shape()
        if node is None:
            self._run_events_in(made)
        return made

    def begin_pass(self) -> None:
        """The expressions that follow have a fresh bound of work together (stepping.MOST_A_PASS)."""
        self.scene.spent = 0

    def evaluate(self, expression: Expression, node: Node, default: Value = "") -> Value:
        """The value for a node; `default` and a fault when it can not be worked out."""
        try:
            return expression.value(node, self.scene)
        except XPathError as error:
            if error.said not in self.faults:
                self.faults.append(error.said)
            return default

    def is_required(self, node: Node) -> bool:
        rule = node.slot.bind.required
        return rule is not None and to_boolean(self.evaluate(rule, node, default=False))

    def is_readonly(self, node: Node) -> bool:
        bind = node.slot.bind
        if bind.calculate is not None:
            return True
        return bind.readonly is not None and to_boolean(self.evaluate(bind.readonly, node, default=False))

    # --- events ---------------------------------------------------------------------------------------

    def _run_first_load(self) -> bool:
        done = False
        for action in self.form.set_values:
            if FIRST_LOAD in action.events:
                for node in self.nodes_at(action.path):
                    value = self.evaluate(action.value, node) if action.value else action.text
                    node.text = stored(value, node.slot.bind.type)
                    done = True
        return done

    def _run_events_in(self, instance: Node) -> None:
        inside = f"{instance.slot.path}/"
        for action in self.form.set_values:
            if NEW_REPEAT in action.events and action.path.startswith(inside):
                for node in [instance, *instance.descendants()]:
                    if node.slot.path == action.path:
                        value = self.evaluate(action.value, node) if action.value else action.text
                        node.text = stored(value, node.slot.bind.type)

    def run_changes(self, question: Question, node: Node) -> None:
        """Set what the form sets when this answer changes."""
        for action in question.changes:
            if CHANGED not in action.events:
                continue
            for target in self._targets(action.path, node):
                value = self.evaluate(action.value, target) if action.value else action.text
                target.text = stored(value, target.slot.bind.type)

    def _targets(self, path: str, node: Node) -> list[Node]:
        """Those of a path that share the repeat instances of `node`."""
        above = set(map(id, (one for one in node.ancestors() if one.slot is not None and one.slot.is_repeat)))
        found = []
        for target in self.nodes_at(path):
            repeats = [one for one in target.ancestors() if one.slot is not None and one.slot.is_repeat]
            shared = [one for one in repeats if f"{node.slot.path}/".startswith(f"{one.slot.path}/")]
            if all(id(one) in above for one in shared):
                found.append(target)
        return found

    # --- words and choices ----------------------------------------------------------------------------

    def say(self, words: Words, node: Node) -> str:
        """The text in the filling's language with the answers it speaks of."""
        return "".join(self._part(part, node) for part in self.form.text(words, self.language))

    def _part(self, part: Part, node: Node) -> str:
        return part if isinstance(part, str) else to_string(self.evaluate(part, node))

    def _itext(self, key: str) -> str:
        return self.say(self.form.texts.get(key, {}), self.document)

    def _choice_name(self, node: Node, value: str, path: str) -> str:
        question = self.form.questions.get(path) or self._relative_question(node, path)
        if question is None:
            return ""
        wanted = value.split()
        labels = {choice.value: choice.label for choice in self.choices(question, node)}
        return ", ".join(labels[one] for one in wanted if one in labels)

    def _relative_question(self, node: Node, path: str) -> Question | None:
        place = "" if node.slot is None else node.slot.path
        for part in path.split("/"):
            place = place.rpartition("/")[0] if part == ".." else place if part == "." else f"{place}/{part}"
        return self.form.questions.get(place)

    def choices(self, question: Question, node: Node) -> list[Choice]:
        """The options open to an answer now, in their order, labelled."""
        if question.choices is None:
            return []
        if not isinstance(question.choices, Itemset):
            return [Choice(one.value, self.say(one.words, node)) for one in question.choices]
        itemset = question.choices
        return [
            Choice(_text_of(one, itemset.value_name), self._label(one, itemset))
            for one in self._option_nodes(itemset, node)
        ]

    def _label(self, option: Node, itemset: Itemset) -> str:
        if itemset.label is None:
            return _text_of(option, itemset.label_name)
        return to_string(self.evaluate(itemset.label, option))

    def _option_nodes(self, itemset: Itemset, node: Node) -> list[Node]:
        found = self.evaluate(itemset.nodes, node)
        return found if isinstance(found, list) else []

    def choice_values(self, question: Question, node: Node) -> frozenset[str]:
        """The names of the options open to an answer now."""
        choices = question.choices
        if not isinstance(choices, Itemset):
            return frozenset(one.value for one in choices or ())
        options = self._option_nodes(choices, node)
        if choices.is_constant and options and options[0].parent is not None:
            kept = options[0].parent.found
            if kept is not None:
                key = (choices.nodes.text, choices.value_name)
                if key not in kept:
                    kept[key] = frozenset(_text_of(one, choices.value_name) for one in options)
                values: frozenset[str] = kept[key]
                return values
        return frozenset(_text_of(one, choices.value_name) for one in options)


def _text_of(node: Node, name: str) -> str:
    if name == ".":
        return node.value
    found = node.named.get(name)
    return found[0].value if found else ""


def expression_number(value: Value) -> float:
    """The number of a count; blank is 0."""
    text = to_string(value).strip()
    try:
        return float(text) if text else 0.0
    except ValueError:
        return float("nan")


def path_of(node: Node) -> str:
    """The path of a filled-in place, with positions at repeats."""
    parts = []
    at: Node | None = node
    while at is not None and at.parent is not None:
        if at.slot is not None and at.slot.is_repeat:
            twins = at.parent.named.get(at.name, [])
            position = next((index for index, one in enumerate(twins, 1) if one is at), 1)
            parts.append(f"{at.name}[{position}]")
        else:
            parts.append(at.name)
        at = at.parent
    return "/" + "/".join(reversed(parts))


def relevant_leaves(node: Node) -> Iterator[Node]:
    """Every relevant node without children under `node`, in order."""
    if not node.is_relevant:
        return
    if not node.children and (node.slot is None or not node.slot.children):
        yield node
    for child in node.children:
        yield from relevant_leaves(child)
