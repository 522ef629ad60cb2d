"""What the result page asks on the spot for a policy still open: a few fields, or the questions to go to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from huiqi.policies import answers
from huiqi.policies.queries.fact_words import fact_label, option_labels, unit_word
from huiqi.policies.questions import QuestionBook
from huiqi.rules.catalogue import Fact

# More fields than this are a page of their own.
MOST_FIELDS = 3
CHOSEN_KINDS = {"yesno", "choice"}


@dataclass(frozen=True)
class AskField:
    """One small field; `typed` and `error` are set after a refusal, `unit` is printed after a number."""

    name: str
    kind: str
    label: str
    hint: str
    placeholder: str
    unit: str
    options: tuple[tuple[str, str], ...] = ()
    typed: str = ""
    typed_unit: str = "wan"
    error: str = ""
    borrowed: bool = False


@dataclass(frozen=True)
class Link:
    """A question to answer on its own page."""

    question_id: str
    title: str


@dataclass(frozen=True)
class Ask:
    """Fields to fill in right here, and questions that need a page."""

    fields: tuple[AskField, ...]
    links: tuple[Link, ...]
    # After a refusal: what was wrong beyond single fields, and what a second submit sends to confirm.
    error: str = ""
    confirmation: str = ""
    is_refused: bool = False


@dataclass(frozen=True)
class Refusal:
    """What a person typed for one policy and what was wrong with it."""

    policy: str
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    # Sent along by the second submit that confirms a doubtful figure.
    confirmation: str = ""


NOTHING_REFUSED = Refusal("")


def inline_facts(facts: Sequence[Fact], book: QuestionBook) -> tuple[Fact, ...]:
    """The facts to ask in place: few, and none that needs a page (places, lists of ticks behind a gate)."""
    fit = tuple(fact for fact in facts if answers.kind_of(fact) != "code" and not _is_gated(fact, book))
    return fit if len(fit) <= MOST_FIELDS else ()


def _is_gated(fact: Fact, book: QuestionBook) -> bool:
    question = book.asking(fact.id)
    return question is not None and question.gate is not None


def ask_for(facts: Sequence[Fact], book: QuestionBook, refusal: Refusal) -> Ask:
    """The fields and links for what a policy still needs from the firm."""
    inline = inline_facts(facts, book)
    links: dict[str, Link] = {}
    for fact in facts:
        question = book.asking(fact.id)
        if fact not in inline and question is not None:
            links[question.id] = Link(question.id, question.title)
    fields = tuple(_field(fact, book, refusal) for fact in inline)
    general = refusal.errors.get("", "")
    return Ask(fields, tuple(links.values()), general, refusal.confirmation, bool(refusal.policy))


def _field(fact: Fact, book: QuestionBook, refusal: Refusal) -> AskField:
    prompt, kind = book.prompts.get(fact.id), answers.kind_of(fact)
    return AskField(
        fact.id,
        kind,
        prompt.label if prompt else fact_label(fact),
        prompt.hint if prompt else "",
        prompt.placeholder if prompt else "",
        unit_word(fact),
        tuple(option_labels(fact).items()) if kind == "choice" else (),
        refusal.typed.get(fact.id, ""),
        refusal.typed.get(f"{fact.id}_unit", "wan"),
        refusal.errors.get(fact.id, ""),
        not fact.kept,
    )
