"""What an answer may be: limits from boxes as a constraint with its sentence, and read back. Pure."""

import re
from collections.abc import Mapping

from huiqi.questionnaires.builder.conditions import quoted, sized, tidy_number
from huiqi.questionnaires.builder.plan import DAYS, NUMBERS, TEXTS, Item, ItemKind

_NUM = r"-?\d{1,12}(?:\.\d{1,6})?"
_DAY = r"date\('\d{4}-\d\d-\d\d'\)"
_BETWEEN = re.compile(rf"(?:\. >= (?P<low>{_NUM}))?(?P<and>(?: and )?)(?:\. <= (?P<high>{_NUM}))?", re.ASCII)
_DAYS = re.compile(rf"(?:\. >= (?P<low>{_DAY}))?(?P<and>(?: and )?)(?:\. <= (?P<high>{_DAY}))?", re.ASCII)
_LENGTH = re.compile(r"string-length\(\.\) <= (?P<longest>[1-9]\d{0,4})", re.ASCII)
_LEAST = re.compile(r"count-selected\(\.\) >= (?P<least>[1-9]\d{0,2})", re.ASCII)
_MOST = re.compile(r"count-selected\(\.\) <= (?P<most>[1-9]\d{0,2})", re.ASCII)
_ALONE = re.compile(r"not\(selected\(\., '(?P<alone>[^']+)'\) and count-selected\(\.\) > 1\)")
_AND = " and "
Limits = Mapping[str, str]


def constraint_of(item: Item) -> str:
    """The limits and the rule of an item as one constraint."""
    return _AND.join(part for part in (_limits_text(item), _bracketed(item)) if part)


def _bracketed(item: Item) -> str:
    return f"({item.rule})" if item.rule and _limits_text(item) else item.rule


def _limits_text(item: Item) -> str:
    parts: list[str] = []
    if item.kind in NUMBERS | DAYS and item.kind is not ItemKind.RANGE:
        parts += [f". >= {sized(item.low)}"] if item.low else []
        parts += [f". <= {sized(item.high)}"] if item.high else []
    elif item.kind in TEXTS and item.longest:
        parts.append(f"string-length(.) <= {item.longest}")
    elif item.kind is ItemKind.MANY:
        parts += [f"count-selected(.) >= {item.least}"] if item.least else []
        parts += [f"count-selected(.) <= {item.most}"] if item.most else []
        alone = f"not(selected(., {quoted(item.alone)}) and count-selected(.) > 1)"
        parts += [alone] if item.alone else []
    return _AND.join(parts)


def limits_of(kind: ItemKind, text: str) -> Limits | None:
    """The limits a constraint says, or None when it is another rule."""
    if kind in NUMBERS and kind is not ItemKind.RANGE:
        return _between(_BETWEEN.fullmatch(text))
    if kind in DAYS:
        return _between(_DAYS.fullmatch(text))
    if kind in TEXTS:
        found = _LENGTH.fullmatch(text)
        return found.groupdict() if found else None
    return _counted(text) if kind is ItemKind.MANY else None


def _between(found: re.Match[str] | None) -> Limits | None:
    if found is None or bool(found["and"]) != bool(found["low"] and found["high"]):
        return None
    given = {name: found[name] or "" for name in ("low", "high")}
    bare = {name: text.removeprefix("date('").removesuffix("')") for name, text in given.items()}
    is_tidy = all(not text or "-" in text[1:] or tidy_number(text) == text for text in bare.values())
    return bare if is_tidy and any(bare.values()) else None


def _counted(text: str) -> Limits | None:
    """Least, most and alone, in this order, each at most once."""
    given: dict[str, str] = {}
    rest = text
    for pattern in (_LEAST, _MOST, _ALONE):
        found = pattern.match(rest)
        if found:
            given |= found.groupdict()
            rest = rest[found.end() :]
            if rest and not rest.startswith(_AND):
                return None
            rest = rest.removeprefix(_AND) if rest != _AND else rest
    return given if given and not rest and not text.endswith(_AND) else None


def limits_said(item: Item, labels: Mapping[str, str]) -> str:
    """The sentence for an answer outside the limits; `labels` are the texts of the item's options."""
    if item.kind in NUMBERS:
        return _size_said(item, "数")
    if item.kind in DAYS:
        return _size_said(item, "日期")
    if item.longest:
        return f"最多{item.longest}个字，请写短一些。"
    said = []
    if item.least and item.least == item.most:
        said.append(f"请选{item.least}项")
    else:
        said += [f"最少选{item.least}项"] if item.least else []
        said += [f"最多选{item.most}项"] if item.most else []
    said += [f"“{labels.get(item.alone, item.alone)}”不能和别的一起选"] if item.alone else []
    return "，".join(said) + "。" if said else ""


def _size_said(item: Item, what: str) -> str:
    if item.low and item.high:
        return f"请填{item.low}到{item.high}之间的{what}。"
    if item.low:
        return f"请填不小于{item.low}的{what}。" if what == "数" else f"请填{item.low}或以后的{what}。"
    if item.high:
        return f"请填不大于{item.high}的{what}。" if what == "数" else f"请填{item.high}或以前的{what}。"
    return ""
