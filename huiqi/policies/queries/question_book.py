"""The check's questions from the rulebook folder, read once per process like the law itself."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from huiqi.core.language import chinese, is_chinese
from huiqi.policies.answers import Plain
from huiqi.policies.queries.english_book import EnglishBook, english_book
from huiqi.policies.questions import Gate, Prompt, Question, QuestionBook
from huiqi.reference import judging
from huiqi.rules.catalogue import Catalogue
from huiqi.rules.documents import read_document
from huiqi.rules.problems import FactsError, Problem, RulebookError

FILE = "questions.yaml"
QUESTION_KEYS = {"id", "title", "why", "facts", "tick", "gate", "first", "claimed_list"}


def question_book() -> QuestionBook:
    """The questions of the site's rulebook, in the reader's language."""
    path = Path(settings.RULEBOOK_DIR) / FILE
    return _load(path) if is_chinese() else _load_english(path)


@lru_cache(maxsize=4)
def _load(path: Path) -> QuestionBook:
    return load_questions(path, judging.rulebook().catalogue)


@lru_cache(maxsize=4)
def _load_english(path: Path) -> QuestionBook:
    return in_english(_load(path), english_book())


def in_english(book: QuestionBook, english: EnglishBook) -> QuestionBook:
    """The same questions in English; what nobody translated stays Chinese and is marked so."""
    questions = []
    for question in book.questions:
        texts = english.questions.get(question.id, {})
        gate = question.gate and replace(question.gate, text=texts.get("gate") or chinese(question.gate.text))
        title, why = (texts.get(key) or chinese(getattr(question, key)) for key in ("title", "why"))
        questions.append(replace(question, title=title, why=why if question.why else "", gate=gate))
    prompts = {}
    for name, prompt in book.prompts.items():
        texts = english.inputs.get(name, {})
        prompts[name] = Prompt(
            texts.get("prompt") or chinese(prompt.label),
            texts.get("hint") or (chinese(prompt.hint) if prompt.hint else ""),
            texts.get("placeholder", ""),
        )
    return QuestionBook(tuple(questions), prompts)


def load_questions(path: Path, catalogue: Catalogue) -> QuestionBook:
    """Read a questions file; RulebookError names everything wrong with it, such as a fact nobody knows."""
    document, problems = read_document(path, FILE)
    content = document.plain if document is not None else None
    if problems or not isinstance(content, dict) or not isinstance(content.get("questions"), list):
        raise RulebookError(problems or [Problem(FILE, "缺少 questions 列表", "请列出体检的各个问题")])
    questions = tuple(_question(entry) for entry in content["questions"])
    inputs = content.get("inputs") or {}
    prompts = (
        {str(name): _prompt(entry) for name, entry in inputs.items()} if isinstance(inputs, dict) else {}
    )
    wrong = [
        *(problem for question in questions for problem in _faults(question, catalogue)),
        *(_unknown(name) for name in prompts if name not in catalogue.facts),
    ]
    if wrong:
        raise RulebookError(wrong)
    return QuestionBook(questions, prompts)


def _question(entry: object) -> Question:
    given = entry if isinstance(entry, dict) else {}
    strange = set(given) - QUESTION_KEYS
    return Question(
        id="" if strange else str(given.get("id") or ""),
        title=str(given.get("title") or ""),
        facts=tuple(str(name) for name in given.get("facts") or ()),
        why=str(given.get("why") or ""),
        tick=tuple(str(name) for name in given.get("tick") or ()),
        gate=_gate(given.get("gate")),
        first=bool(given.get("first")),
        claimed_list=bool(given.get("claimed_list")),
    )


def _gate(entry: object) -> Gate | None:
    if not isinstance(entry, dict):
        return None
    answers: dict[str, Plain] = {str(name): value for name, value in (entry.get("facts_if_no") or {}).items()}
    return Gate(str(entry.get("text") or ""), answers)


def _prompt(entry: object) -> Prompt:
    given = entry if isinstance(entry, dict) else {}
    return Prompt(*(str(given.get(key) or "") for key in ("prompt", "hint", "placeholder")))


def _faults(question: Question, catalogue: Catalogue) -> list[Problem]:
    place = f"{FILE} {question.id or question.title}"
    if not (question.id and question.title and question.facts):
        return [
            Problem(
                place,
                "问题缺少 id、title 或 facts，或写了不认识的键",
                f"可用 {'、'.join(sorted(QUESTION_KEYS))}",
            )
        ]
    if_no = dict(question.gate.if_no) if question.gate else {}
    faults = [_unknown(name) for name in {*question.facts, *if_no} if name not in catalogue.facts]
    faults += [
        Problem(place, f"tick 里的“{name}”不是这一题的是非事实", "请只列 facts 里的是非事实")
        for name in question.tick
        if name not in question.facts or catalogue.facts[name].type != "bool"
    ]
    try:
        catalogue.parse({name: value for name, value in if_no.items() if name in catalogue.facts})
    except FactsError as error:
        faults += error.problems
    return faults


def _unknown(name: str) -> Problem:
    return Problem(FILE, f"没有事实“{name}”", "请对照 facts.yaml 改正")
