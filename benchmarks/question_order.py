"""How many policies seven questions settle: the adaptive order against the rulebook's fixed order.

Run: `.venv/bin/python benchmarks/question_order.py [--firms N] [--seed S] [--json]`

Each synthetic firm knows every fact that some question asks. A policy counts as settled when its verdict is
eligible or ineligible; policies not in force on the day are left out, as no answer moves them. Three orders
are compared: adaptive (huiqi.policies.selection), the rulebook's order, and the rulebook's order without the
questions that nothing open asks for.
"""

import argparse
import json
import os
import random
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")

ON = date(2020, 3, 1)
MOST_QUESTIONS = 7
SETTLED = {"eligible", "ineligible"}
# A spread over the twenty sections, with the industries the policies of 2020 name.
INDUSTRIES = (
    "0111 1312 1789 2651 2770 3411 3589 3973 4430 4710 5172 5211 5431 5810 5990 6110 6210 6220 6312 6513 "
    "7010 7020 7111 7291 7320 7860 8211 8415 8610 8730 8760 9013"
).split()

Values = dict[str, object]
Picker = Callable[[Sequence[str], Values], str | None]


def make_firm(dice: random.Random, facts: Mapping[str, object], names: Sequence[str]) -> Values:
    """One firm with a value for every fact that is asked: money log-uniform, one bool in three true."""
    return {name: _value(dice, facts[name]) for name in names}


def _value(dice: random.Random, fact: object) -> object:
    if fact.id == "gb4754":
        return dice.choice(INDUSTRIES)
    if fact.type == "int":
        return _whole(dice, fact)
    makers = {
        "code": lambda: "430000" if dice.random() < 0.9 else "420000",
        "bool": lambda: dice.random() < 0.35,
        "enum": lambda: dice.choice(list(fact.values)),
        "date": lambda: (ON + timedelta(days=dice.randint(-120, 300))).isoformat(),
        "ratio": lambda: _ratio(dice, fact),
    }
    return makers[fact.type]()


def _whole(dice: random.Random, fact: object) -> int:
    if fact.unit != "fen":
        return min(int(10 ** dice.uniform(0, 3)), int(fact.max))
    return 0 if dice.random() < 0.15 else min(int(10 ** dice.uniform(5, 11)), int(fact.max))


def _ratio(dice: random.Random, fact: object) -> str:
    if fact.unit != "ratio":
        return str(dice.randint(1, 500))
    return f"{round(dice.uniform(0, min(float(fact.max), 0.9)), 2):.2f}"


def run(picker: Picker, firm: Values, explain: Callable[[Values], list[object]]) -> list[int]:
    """Settled policies after 0 to 7 questions asked in the picker's order."""
    from huiqi.policies.queries.question_book import question_book

    book, asked, known = question_book(), [], {}
    settled = [_settled(explain(known))]
    for _ in range(MOST_QUESTIONS):
        chosen = picker(asked, known)
        if chosen is not None:
            asked.append(chosen)
            known |= {name: firm[name] for name in book.get(chosen).facts}
        settled.append(_settled(explain(known)))
    return settled


def _settled(explanations: list[object]) -> int:
    return sum(one.status in SETTLED for one in explanations)


def measure(firms: int, seed: int) -> dict[str, object]:
    """The mean number of settled policies after each question, by order."""
    import django

    django.setup()
    from huiqi.policies import selection
    from huiqi.policies.queries.question_book import question_book
    from huiqi.reference import judging

    questions, catalogue = question_book().questions, judging.rulebook().catalogue.facts
    names = [name for question in questions for name in question.facts]
    explain = lambda known: judging.explain_all(judging.parse_facts(known), ON)  # noqa: E731

    def adaptive(asked: Sequence[str], known: Values) -> str | None:
        return selection.choose_next(questions, asked, known, selection.needs_of(explain(known)))

    def fixed(asked: Sequence[str], known: Values) -> str | None:
        return next((question.id for question in questions if question.id not in asked), None)

    def fixed_useful(asked: Sequence[str], known: Values) -> str | None:
        useful = selection.scores(questions, selection.needs_of(explain(known)), known)
        return next((q.id for q in questions if q.id not in asked and (q.first or useful.get(q.id))), None)

    dice = random.Random(seed)
    sample = [make_firm(dice, catalogue, names) for _ in range(firms)]
    judged = sum(one.status != "not_in_force" for one in explain({}))
    orders = {"adaptive": adaptive, "fixed_useful": fixed_useful, "fixed": fixed}
    curves = {name: [run(order, firm, explain) for firm in sample] for name, order in orders.items()}
    pairs = zip(curves["adaptive"], curves["fixed_useful"], strict=True)
    return {
        "firms": firms,
        "policies_in_force": judged,
        "mean_settled": {
            name: [round(statistics.mean(column), 2) for column in zip(*rows, strict=True)]
            for name, rows in curves.items()
        },
        "worse_than_fixed_useful": sum(a[-1] < b[-1] for a, b in pairs),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Adaptive against fixed order of the check's questions.")
    parser.add_argument("--firms", type=int, default=250)
    parser.add_argument("--seed", type=int, default=2020)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(options.firms, options.seed)
    if options.json:
        print(json.dumps(found, ensure_ascii=False))
        return
    print(f"{found['firms']} firms, {found['policies_in_force']} policies in force on {ON}")
    for name, means in found["mean_settled"].items():
        print(f"{name:13} settled after 0…7 questions: {'  '.join(f'{mean:5.2f}' for mean in means)}")
    print(f"adaptive settles fewer than fixed_useful for {found['worse_than_fixed_useful']} firms")


if __name__ == "__main__":
    main()
