# ruff: noqa: E402  Django must be set up before its models are imported
"""The page of results as a browser gets it: 200,000 answers × 40 questions with weights.

The file is decrypted and read, every question tabled with its intervals and hidden cells. Budget: 3 CPU
seconds. Run: python benchmarks/survey_results_page.py
"""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parent)]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")

import django
from survey_results import ROWS, make_wave, measured

django.setup()

from django.utils import timezone

from huiqi.surveys.analysis.answers import Answers
from huiqi.surveys.analysis.snapshot import open_snapshot, write_snapshot, write_weighted
from huiqi.surveys.models import ResultSnapshot, Survey, Wave
from huiqi.surveys.queries.results_figures import overview_rows
from huiqi.surveys.queries.results_pages import question_shown
from huiqi.surveys.queries.results_wave import Opened
from huiqi.surveys.sealed_files import seal, unseal


def plain(answers: Answers, name: str, at: int) -> object:
    """What one respondent answered, as a row has it."""
    if name in answers.numbers:
        return int(answers.numbers[name][at])
    choices = answers.codebook.column(name).choices
    if name in answers.bits:
        bits = int(answers.bits[name][at])
        return None if bits < 0 else [one.name for place, one in enumerate(choices) if bits >> place & 1]
    code = int(answers.codes[name][at])
    return None if code < 0 else choices[code].name


def written(folder: Path) -> Path:
    """A snapshot with weights as it lies in storage."""
    wave = make_wave()
    names = [question.name for question in wave.answers.codebook.columns]
    first, second, sealed = (folder / name for name in ("plain.parquet", "weighted.parquet", "sealed"))
    rows = ({name: plain(wave.answers, name, at) for name in names} for at in range(ROWS))
    write_snapshot(first, wave.answers.codebook, rows)
    write_weighted(first, second, wave.sampling.weights)
    with second.open("rb") as source, sealed.open("wb") as target:
        seal(source, target)
    return sealed


def main() -> None:
    told = {"sampling": {"basis": "sample", "steps": ["design"], "notes": []}}
    row = ResultSnapshot(wave=Wave(number=1, survey=Survey()), facts=told, versions=["1"], answers=ROWS)
    row.made_at = timezone.now()
    with TemporaryDirectory() as folder:
        sealed, opened = written(Path(folder)), Path(folder) / "opened.parquet"

        def page() -> None:
            with sealed.open("rb") as source, opened.open("wb") as target:
                unseal(source, target)
            overview_rows(Opened(row, open_snapshot(opened)))

        measured("the page of results, 40 questions (budget 3)", page)
        read = Opened(row, open_snapshot(opened))
        measured("one question by industry", lambda: question_shown(read, "q0", "section"))
        measured("one question by 122 counties", lambda: question_shown(read, "q0", "county"))


if __name__ == "__main__":
    main()
