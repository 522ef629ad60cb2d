"""What differs between two editions of an item, row by row, for whoever must approve it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from huiqi.core.messages import gettext_noop

# What a part of the content is called, in the order of the page.
PARTS: Mapping[str, str] = {
    "title": gettext_noop("名称"),
    "title_en": gettext_noop("英文名称"),
    "summary": gettext_noop("一句话说明"),
    "kind": gettext_noop("类别"),
    "guide": gettext_noop("办事指南"),
    "open_to_public": gettext_noop("向公众开放"),
    "masks_requester": gettext_noop("对被反映的一方隐去诉求人"),
    "questionnaire": gettext_noop("问卷表单"),
    "needs_proof": gettext_noop("须有凭证才能办结的方式"),
    "topics": gettext_noop("主题"),
    "fields": gettext_noop("表单"),
    "limits": gettext_noop("时限"),
    "ladder": gettext_noop("升级阶梯"),
    "refusal_reasons": gettext_noop("不予受理理由"),
    "return_reasons": gettext_noop("退回理由"),
    "gaps": gettext_noop("待补"),
    "sources": gettext_noop("来源"),
}
# By what a row of a list is known, so that a row put in front does not change all rows after it.
_KEYS = {
    "topics": ("id",),
    "fields": ("id",),
    "limits": ("stage", "urgency"),
    "ladder": ("level",),
    "refusal_reasons": ("code",),
    "return_reasons": ("code",),
    "sources": ("title",),
}
# What is meant where nothing is written.
_UNSAID: Mapping[str, Any] = {
    "open_to_public": True,
    "masks_requester": False,
    "required": True,
    "personal": False,
}


@dataclass(frozen=True)
class Change:
    """One value that differs: the part, the row in it ("" for a single value), the key; "" is absent."""

    part: str
    row: str
    key: str
    before: str
    after: str


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What `after` says differently, in the order of PARTS."""
    found: list[Change] = []
    for part in PARTS:
        old, new = _meant(before, part), _meant(after, part)
        if part in _KEYS:
            found += _rows(part, old or [], new or [])
        elif old != new:
            found.append(Change(part, "", "", _words(old), _words(new)))
    return found


def _rows(part: str, old: Iterable[Mapping[str, Any]], new: Iterable[Mapping[str, Any]]) -> list[Change]:
    before, after = _by_key(part, old), _by_key(part, new)
    found: list[Change] = []
    for key in [*before, *(each for each in after if each not in before)]:
        if key not in after:
            found.append(Change(part, key, "", _words(before[key]), ""))
        elif key not in before:
            found.append(Change(part, key, "", "", _words(after[key])))
        else:
            names = [*before[key], *(each for each in after[key] if each not in before[key])]
            found += [
                Change(part, key, name, _words(_meant(before[key], name)), _words(_meant(after[key], name)))
                for name in names
                if _meant(before[key], name) != _meant(after[key], name)
            ]
    kept = [key for key in before if key in after]
    if kept != [key for key in after if key in before]:
        found.append(Change(part, "", "order", "、".join(before), "、".join(after)))
    return found


def _meant(row: Mapping[str, Any], name: str) -> Any:
    value = row.get(name)
    return _UNSAID.get(name) if value is None or value in ("", [], {}) else value


def _by_key(part: str, rows: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {" ".join(str(row[key]) for key in _KEYS[part] if row.get(key)): _flat(row) for row in rows}


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with lead: {level: …} as lead.level."""
    found: dict[str, Any] = {}
    for key, value in row.items():
        inner = value.items() if isinstance(value, Mapping) else ()
        found |= {f"{key}.{name}": each for name, each in inner} if inner else {key: value}
    return found


def _words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Mapping):
        return "；".join(f"{key}：{_words(each)}" for key, each in value.items())
    if isinstance(value, list):
        return "、".join(_words(each) for each in value)
    return str(value)
