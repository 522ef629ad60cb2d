"""The check in English, from questions.en.yaml: texts by the ids of questions, asked facts and facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from huiqi.reference import judging
from huiqi.rules.catalogue import Catalogue
from huiqi.rules.documents import read_document
from huiqi.rules.problems import Problem, RulebookError

FILE = "questions.en.yaml"
QUESTION_KEYS, INPUT_KEYS, FACT_KEYS = {"title", "why", "gate"}, {"prompt", "hint", "placeholder"}, {"label"}
Texts = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class EnglishBook:
    """What is written in English; an id or a key that is not here is shown in Chinese."""

    questions: Texts = field(default_factory=dict)
    inputs: Texts = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    # Names of the values of enumerations, by fact.
    values: Texts = field(default_factory=dict)


def english_book() -> EnglishBook:
    """The site's English texts; empty when the rulebook has none."""
    return _load(Path(settings.RULEBOOK_DIR) / FILE)


@lru_cache(maxsize=4)
def _load(path: Path) -> EnglishBook:
    return load_english(path, judging.rulebook().catalogue) if path.exists() else EnglishBook()


def load_english(path: Path, catalogue: Catalogue) -> EnglishBook:
    """Read a file of English texts; RulebookError names every key and fact nobody knows."""
    document, problems = read_document(path, FILE)
    content = document.plain if document is not None else None
    if problems or not isinstance(content, dict):
        raise RulebookError(problems or [Problem(FILE, "不是键值结构", "请写 questions、inputs、facts 三节")])
    facts = _section(content, "facts")
    wrong = [
        *_strange_keys(_section(content, "questions"), QUESTION_KEYS),
        *_strange_keys(_section(content, "inputs"), INPUT_KEYS),
        *_strange_keys(facts, {*FACT_KEYS, "values"}),
        *_strange_facts({**_section(content, "inputs"), **facts}, catalogue),
    ]
    if wrong:
        raise RulebookError(wrong)
    return EnglishBook(
        questions=_texts(_section(content, "questions")),
        inputs=_texts(_section(content, "inputs")),
        labels={name: entry["label"] for name, entry in _texts(facts).items() if "label" in entry},
        values=_texts({name: entry.get("values") or {} for name, entry in facts.items()}),
    )


def _section(content: Mapping[str, object], name: str) -> dict[str, dict[str, object]]:
    found = content.get(name)
    section = found if isinstance(found, dict) else {}
    return {str(key): entry for key, entry in section.items() if isinstance(entry, dict)}


def _texts(section: Mapping[str, object]) -> Texts:
    return {
        name: {str(key): text for key, text in entry.items() if isinstance(text, str)}
        for name, entry in section.items()
        if isinstance(entry, dict)
    }


def _strange_keys(section: Mapping[str, Mapping[str, object]], known: set[str]) -> list[Problem]:
    return [
        Problem(f"{FILE} {name}", f"不认识的键“{key}”", f"可用 {'、'.join(sorted(known))}")
        for name, entry in section.items()
        for key in entry
        if key not in known
    ]


def _strange_facts(section: Mapping[str, Mapping[str, object]], catalogue: Catalogue) -> list[Problem]:
    found = []
    for name, entry in section.items():
        if name not in catalogue.facts:
            found.append(Problem(FILE, f"没有事实“{name}”", "请对照 facts.yaml 改正"))
            continue
        values = entry.get("values")
        for value in values if isinstance(values, dict) else ():
            if str(value) not in catalogue.facts[name].values:
                found.append(Problem(f"{FILE} {name}", f"没有取值“{value}”", "请对照 facts.yaml 改正"))
    return found
