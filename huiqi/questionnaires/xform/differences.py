"""What changed from one version of a form to the next, question by question. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from huiqi.questionnaires.xform.definition import Choice, Form, Inline, Itemset, Question
from huiqi.questionnaires.xpath.compiling import Expression
from huiqi.questionnaires.xpath.tree import Node


class Aspect(Enum):
    """What of a question changed."""

    ADDED = "added"
    REMOVED = "removed"
    KIND = "kind"
    LABEL = "label"
    CHOICES = "choices"
    CONDITION = "condition"
    REQUIRED = "required"
    CONSTRAINT = "constraint"
    CALCULATION = "calculation"


@dataclass(frozen=True)
class Difference:
    """One change; `before` and `after` are texts for people, "" for nothing."""

    path: str
    label: str
    aspect: Aspect
    before: str = ""
    after: str = ""

    @property
    def breaks_comparison(self) -> bool:
        """True when answers before and after can not be compared just so."""
        return self.aspect in {Aspect.REMOVED, Aspect.KIND, Aspect.CHOICES, Aspect.CALCULATION}


def differences(old: Form, new: Form) -> list[Difference]:
    """Removed questions first, then the others in the order of the new form."""
    found = [
        Difference(path, old.plain_label(path), Aspect.REMOVED)
        for path in old.questions
        if path not in new.questions
    ]
    for path, question in new.questions.items():
        before = old.questions.get(path)
        if before is None:
            found.append(Difference(path, new.plain_label(path), Aspect.ADDED))
        else:
            found += _changes(old, new, before, question)
    return found


def _changes(old: Form, new: Form, before: Question, after: Question) -> list[Difference]:
    path = after.path
    earlier, later = old.slots[path].bind, new.slots[path].bind
    pairs = (
        (Aspect.KIND, before.kind.value, after.kind.value),
        (Aspect.LABEL, old.plain_label(path), new.plain_label(path)),
        (Aspect.CONDITION, _text(earlier.relevant), _text(later.relevant)),
        (Aspect.REQUIRED, _text(earlier.required), _text(later.required)),
        (Aspect.CONSTRAINT, _text(earlier.constraint), _text(later.constraint)),
        (Aspect.CALCULATION, _text(earlier.calculate), _text(later.calculate)),
    )
    label = new.plain_label(path)
    found = [Difference(path, label, aspect, was, is_) for aspect, was, is_ in pairs if was != is_]
    return [*found, *_choice_changes(old, new, before, after)]


def _choice_changes(old: Form, new: Form, before: Question, after: Question) -> Iterator[Difference]:
    """Only the options that are gone, new or worded otherwise; both "" when just order or filter changed."""
    if _choices(old, before) == _choices(new, after):
        return
    was = {one.value: one.label for one in options_of(old, before)}
    is_ = {one.value: one.label for one in options_of(new, after)}
    gone = [label for name, label in was.items() if is_.get(name) != label]
    come = [label for name, label in is_.items() if was.get(name) != label]
    yield Difference(
        after.path, new.plain_label(after.path), Aspect.CHOICES, "、".join(gone), "、".join(come)
    )


def options_of(form: Form, question: Question) -> list[Choice]:
    """The options of a question with their labels, filters left aside."""
    if question.choices is None:
        return []
    if not isinstance(question.choices, Itemset):
        return [Choice(one.value, _inline(form, one).partition(" ")[2]) for one in question.choices]
    itemset = question.choices
    return [
        Choice(choice.value, _said(form, choice.label))
        for name in itemset.nodes.instance_names
        for choice in _listed(form.instances.get(name), itemset)
    ]


def _text(expression: Expression | None) -> str:
    return "" if expression is None else " ".join(expression.text.split())


def _choices(form: Form, question: Question) -> str:
    """The options as `name label` pairs, and the filter; long lists by their number."""
    if question.choices is None:
        return ""
    if not isinstance(question.choices, Itemset):
        return "、".join(_inline(form, one) for one in question.choices)
    itemset = question.choices
    shown = [
        f"{choice.value} {choice.label}"
        for name in itemset.nodes.instance_names
        for choice in _listed(form.instances.get(name), itemset)
    ]
    return f"{_text(itemset.nodes)}：{'、'.join(shown)}"


def _said(form: Form, label: str) -> str:
    """A label as it stands in the list, or the text it names in a form of several languages."""
    parts = form.text(form.texts[label], form.default_language) if label in form.texts else (label,)
    return "".join(part for part in parts if isinstance(part, str))


def _inline(form: Form, one: Inline) -> str:
    parts = form.text(one.words, form.default_language)
    return f"{one.value} {''.join(part for part in parts if isinstance(part, str))}"


def _listed(document: Node | None, itemset: Itemset) -> list[Choice]:
    root = document.children[0] if document is not None and document.children else None
    items = root.children if root is not None else []
    return [Choice(_first(item, itemset.value_name), _first(item, itemset.label_name)) for item in items]


def _first(item: Node, name: str) -> str:
    found = item.named.get(name)
    return found[0].value if found else ""
