"""The order in which a form's rules are worked out, and the circles in which they can not be. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from huiqi.core.messages import Message, gettext_noop
from huiqi.questionnaires.xform.definition import Fault, FormError, Repeat, Rule, RuleKind, Slot
from huiqi.questionnaires.xpath.paths import Mention

Key = tuple[RuleKind, str]


def ordered_rules(slots: Mapping[str, Slot], repeats: Mapping[str, Repeat]) -> tuple[Rule, ...]:
    """Every count, relevance and calculation, each after what it depends on.

    Raises FormError that names the places of a circle.
    """
    rules = {(rule.kind, rule.path): rule for rule in _rules(slots, repeats)}
    sorter: TopologicalSorter[Key] = TopologicalSorter()
    wide = sorted(rules, key=lambda key: (key[1], key[0].value))
    for key in wide:
        sorter.add(key, *_needs(rules[key], rules))
    try:
        order = list(sorter.static_order())
    except CycleError as error:
        raise FormError((_circle(error.args[1]),)) from error
    return tuple(rules[key] for key in order)


def _rules(slots: Mapping[str, Slot], repeats: Mapping[str, Repeat]) -> Iterator[Rule]:
    for path, slot in slots.items():
        if slot.bind.relevant is not None:
            yield Rule(RuleKind.RELEVANT, path, slot.bind.relevant)
        if slot.bind.calculate is not None:
            yield Rule(RuleKind.CALCULATE, path, slot.bind.calculate)
    for path, repeat in repeats.items():
        if repeat.count is not None:
            yield Rule(RuleKind.COUNT, path, repeat.count)


def _needs(rule: Rule, rules: Mapping[Key, Rule]) -> Iterator[Key]:
    me = (rule.kind, rule.path)
    for above in _prefixes(rule.path)[:-1]:
        yield from _present(rules, above)
    if rule.kind is not RuleKind.COUNT and (RuleKind.COUNT, rule.path) in rules:
        yield RuleKind.COUNT, rule.path
    for mention in rule.expression.mentions:
        # `.` in a calculation is the value kept so far; naming oneself otherwise is a circle.
        yield from (key for key in _mentioned(mention, rules) if key != me or not mention.is_self)


def _mentioned(mention: Mention, rules: Mapping[Key, Rule]) -> Iterator[Key]:
    for above in _prefixes(mention.path):
        yield from _present(rules, above)
    if (RuleKind.CALCULATE, mention.path) in rules:
        yield RuleKind.CALCULATE, mention.path
    if mention.is_wide:
        inside = f"{mention.path}/"
        yield from (key for key in rules if key[1].startswith(inside))


def _present(rules: Mapping[Key, Rule], path: str) -> Iterator[Key]:
    for kind in (RuleKind.RELEVANT, RuleKind.COUNT):
        if (kind, path) in rules:
            yield kind, path


def _prefixes(path: str) -> list[str]:
    names = path.split("/")[1:]
    return ["/" + "/".join(names[: count + 1]) for count in range(len(names))]


def _circle(keys: Sequence[Key]) -> Fault:
    kind, path = keys[0]
    names = list(dict.fromkeys(key[1].rpartition("/")[2] for key in reversed(keys)))
    aspects = {RuleKind.COUNT: "jr:count", RuleKind.RELEVANT: "relevant", RuleKind.CALCULATE: "calculate"}
    return Fault(
        path,
        aspects[kind],
        Message(gettext_noop("公式互相引用，绕成了圈：%(names)s。"), {"names": _arrow([*names, names[0]])}),
        Message(gettext_noop("请去掉其中一个引用。")),
    )


def _arrow(names: Iterable[str]) -> str:
    return " → ".join(names)
