"""Results of a survey: 200,000 answers to 40 questions with weights, and 200,000 × 100 micro-data exported.

Budgets: results within 3 CPU seconds (weights raked, a table of every question, every question by industry,
indices, intervals, hidden cells); each export within 300 MB of memory at its highest.

    python benchmarks/survey_results.py            all figures
    python benchmarks/survey_results.py csv FILE   one export of a snapshot, for its memory alone
"""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")

import numpy as np

from huiqi.surveys.analysis.codebook import Choice, Codebook, Direction, Kind, Question

ROWS = 200_000
COUNTIES, SECTIONS, SIZES = 122, 18, 4
DIRECTIONS = (Direction.UP, Direction.SAME, Direction.DOWN, None)
WORDS = ("房租压力大", "银行贷款到期", "口罩买不到", "工人回不来", "订单取消", "物流不通", "税费能否减免")


def single(name: str, count: int, *, is_change: bool = False) -> Question:
    choices = tuple(
        Choice(f"{name}_{at}", f"选项{at}", DIRECTIONS[at] if is_change else None) for at in range(count)
    )
    return Question(name, name, Kind.SINGLE, choices)


def codebook(columns: int) -> Codebook:
    """As many questions as said: of ten, six single (two of them of change), two multiple, two numbers."""
    strata = (single("section", SECTIONS), single("size", SIZES), single("county", COUNTIES))
    questions = []
    for number in range(columns):
        name, part = f"q{number}", number % 10
        if part < 6:
            questions.append(single(name, 4 if part < 2 else 6, is_change=part < 2))
        elif part < 8:
            choices = tuple(Choice(f"{name}_{at}", f"选项{at}") for at in range(8))
            questions.append(Question(name, name, Kind.MULTIPLE, choices))
        else:
            questions.append(Question(name, name, Kind.INTEGER))
    return Codebook("测量", tuple(questions), strata)


def measured(label: str, run: Callable[[], object]) -> object:
    started = time.process_time()
    result = run()
    print(f"{label}: {time.process_time() - started:.2f} CPU s")
    return result


def make_wave() -> object:
    from huiqi.surveys.analysis.answers import Answers
    from huiqi.surveys.analysis.sampling import Basis, designed
    from huiqi.surveys.analysis.wave import Wave

    dice = np.random.default_rng(1)
    book = codebook(40)
    kinds = {question.name: question for question in book.columns}
    codes = {
        name: dice.integers(-1 if name.startswith("q") else 0, len(question.choices), ROWS)
        for name, question in kinds.items()
        if question.kind is Kind.SINGLE
    }
    codes["county"] = (dice.pareto(1.2, ROWS) * 8).astype(np.int64) % COUNTIES  # some counties are small
    bits = {
        n: dice.integers(-1, 256, ROWS) for n, question in kinds.items() if question.kind is Kind.MULTIPLE
    }
    numbers = {n: dice.gamma(2, 40, ROWS) for n, question in kinds.items() if question.kind is Kind.INTEGER}
    stratum = codes["section"] * SIZES + codes["size"]
    frame = np.bincount(stratum, minlength=SECTIONS * SIZES) * 5
    sampling = designed(stratum, frame.tolist(), [str(at) for at in range(len(frame))], Basis.SAMPLE)
    return Wave("第1期", Answers(book, ROWS, codes, bits, numbers, {}), sampling)


def results() -> None:
    from dataclasses import replace

    from huiqi.surveys.analysis.measures import Index, index_of, mean_of
    from huiqi.surveys.analysis.raking import Margin, raked
    from huiqi.surveys.analysis.tables import table
    from huiqi.surveys.analysis.wave import Query

    wave = make_wave()
    book, answers = wave.answers.codebook, wave.answers
    dice = np.random.default_rng(2)
    margins = []
    for name in ("section", "size", "county"):
        question = book.column(name)
        totals = np.bincount(answers.codes[name], minlength=len(question.choices)) * dice.uniform(
            4, 6, len(question.choices)
        )
        margins.append(Margin(question, answers.codes[name], totals * 5 * ROWS / totals.sum()))
    spent = time.process_time()
    weighted = measured("raked to three margins", lambda: raked(wave.sampling, margins)[0])
    wave = replace(wave, sampling=weighted)
    asked = [q.name for q in book.questions if q.kind is not Kind.INTEGER]
    numbers = [q.name for q in book.questions if q.kind is Kind.INTEGER]
    changes = [q.name for q in book.questions if q.choices and q.choices[0].direction is not None]
    measured("a table of each question", lambda: [table(wave, Query(name)) for name in asked])
    measured("each by industry", lambda: [table(wave, Query(name, by="section")) for name in asked])
    measured("means by industry", lambda: [mean_of(wave, Query(name, by="section")) for name in numbers])
    measured(
        "indices by industry",
        lambda: [index_of(wave, Query(name, by="section"), Index.DIFFUSION) for name in changes],
    )
    print(f"results of {ROWS:,} × 40: {time.process_time() - spent:.2f} CPU s (budget 3)")
    measured("one question by 122 counties", lambda: table(wave, Query("q0", by="county")))
    measured("one of several answers by 122 counties", lambda: table(wave, Query("q6", by="county")))


def texts() -> None:
    from huiqi.surveys.analysis.answers import Answers
    from huiqi.surveys.analysis.sampling import unweighted
    from huiqi.surveys.analysis.themes import themes
    from huiqi.surveys.analysis.wave import Query, Wave

    dice = np.random.default_rng(3)
    said = ["，".join(dice.choice(WORDS, 3)) for _ in range(20_000)]
    book = Codebook("测量", (Question("said", "困难", Kind.TEXT),))
    wave = Wave("第1期", Answers(book, len(said), {}, {}, {}, {"said": said}), unweighted(len(said)))
    measured("20,000 texts into themes", lambda: themes(wave, Query("said")))


def rows() -> Iterator[dict[str, object]]:
    """200,000 rows that make 100 columns: 3 of the frame, 60 choices, 15 yes-or-no, 15 numbers, 7 texts."""
    dice = np.random.default_rng(4)
    for number in range(ROWS):
        drawn = dice.integers(0, 6, 80).tolist()
        row: dict[str, object] = {f"c{at}": f"c{at}_{drawn[at]}" for at in range(60)}
        row |= {f"n{at}": drawn[60 + at] * 1000 + number for at in range(15)}
        row |= {f"t{at}": f"{WORDS[drawn[at]]}，已有{number}天" for at in range(7)}
        row["m"] = [f"m_{at}" for at in range(15) if drawn[60 + at] > 3]
        row |= {
            name: f"{name}_{number % size}" for name, size in (("section", 18), ("size", 4), ("county", 122))
        }
        yield row


def export_book() -> Codebook:
    questions = [single(f"c{at}", 6) for at in range(60)]
    questions += [Question(f"n{at}", f"n{at}", Kind.INTEGER) for at in range(15)]
    questions += [Question(f"t{at}", f"t{at}", Kind.TEXT) for at in range(7)]
    choices = tuple(Choice(f"m_{at}", f"选项{at}") for at in range(15))
    questions.append(Question("m", "m", Kind.MULTIPLE, choices))
    strata = (single("section", SECTIONS), single("size", SIZES), single("county", COUNTIES))
    return Codebook("测量", tuple(questions), strata)


def export(kind: str, source: Path) -> None:
    """One export in a process of its own, so that its highest memory is its own."""
    started = time.process_time()
    target = source.with_suffix(f".{kind}.out")
    if kind == "snapshot":
        from huiqi.surveys.analysis.snapshot import write_snapshot

        write_snapshot(source, export_book(), rows())
        target = source
    elif kind == "anonymous":
        from huiqi.surveys.analysis.anonymity import Coarser, Ladder, plan, write_anonymous

        coarse = Coarser(
            tuple(Choice(f"p{at}", f"市{at}") for at in range(14)), tuple(at % 14 for at in range(122))
        )
        ladders = (Ladder("county", (coarse,)), Ladder("section"), Ladder("size"))
        write_anonymous(source, target, ladders, plan(source, ladders))
    else:
        import django

        django.setup()
        from huiqi.surveys.analysis.snapshot import open_snapshot
        from huiqi.surveys.microdata import Format, Marked, write_microdata

        with target.open("wb") as file:
            write_microdata(
                file, open_snapshot(source), Format(kind), Marked("水印：测量", date(2020, 2, 14))
            )
    spent, most = time.process_time() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    size = target.stat().st_size / 2**20
    print(f"{kind}: {spent:.1f} CPU s, {most} MB at most (budget 300), {size:.0f} MB file")


def main() -> None:
    if len(sys.argv) == 3:
        export(sys.argv[1], Path(sys.argv[2]))
        return
    results()
    texts()
    print(f"micro-data of {ROWS:,} × 100:", flush=True)
    with TemporaryDirectory() as folder:
        path = str(Path(folder) / "wave.parquet")
        for kind in ("snapshot", "csv", "csv_gb18030", "xlsx", "parquet", "sav", "anonymous"):
            subprocess.run([sys.executable, __file__, kind, path], check=True)


if __name__ == "__main__":
    main()
