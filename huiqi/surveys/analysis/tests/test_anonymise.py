from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiqi.core.errors import Refused
from huiqi.surveys.analysis.anonymity import Coarser, Ladder, plan, rounded, write_anonymous
from huiqi.surveys.analysis.codebook import Choice, Codebook, Kind, Question
from huiqi.surveys.analysis.snapshot import read_snapshot
from huiqi.surveys.analysis.tests.make import COUNTY, SECTION, several
from huiqi.surveys.analysis.tests.make_snapshot import make_snapshot

pytestmark = pytest.mark.pure
PREFECTURES = Coarser((Choice("east", "东市"), Choice("west", "西市")), (0, 0, 1, 1))
LADDERS = (Ladder("county", (PREFECTURES,)), Ladder("section"))
STAFF = Question("staff", "职工人数", Kind.INTEGER)
SAID = Question("said", "困难", Kind.TEXT)
WANT = several("want", "减税", "融资")
BOOK = Codebook("问卷", (WANT, STAFF, SAID), (COUNTY, SECTION))


def rows(*counts, **more):
    """As many rows of each (county, section) as said; weights and staff differ from row to row."""
    places = [place for place, count in counts for _ in range(count)]
    return [
        {
            "unit": number,
            "weight": 1.0 + number,
            "county": None if county is None else f"county{county}",
            "section": f"section{section}",
            "want": ["want0"],
            "staff": 1234 + number,
            "said": "13800138000",
            **more,
        }
        for number, (county, section) in enumerate(places)
    ]


def snapshot(folder, *counts):
    return make_snapshot(folder, rows(*counts), BOOK, has_units=True, has_weights=True)


def test_a_file_that_cannot_be_made_anonymous_is_refused(tmp_path):
    with pytest.raises(Refused, match="至少5家"):
        plan(snapshot(tmp_path, ((0, 0), 3)).path, LADDERS)


def test_large_combinations_stay_as_they_are(tmp_path):
    planned = plan(snapshot(tmp_path, ((0, 0), 6), ((1, 0), 7)).path, LADDERS)
    assert planned.levels == {"county": 0, "section": 0} and planned.kept.all()
    assert "最小的组合6家" in str(planned.report[-2])


def test_counties_become_prefectures_before_a_column_is_left_out(tmp_path):
    planned = plan(snapshot(tmp_path, ((0, 0), 3), ((1, 0), 3), ((2, 1), 9)).path, LADDERS)
    assert planned.levels == {"county": 1, "section": 0}
    assert str(planned.report[0]) == "“县市区”合并为2类（原4类）。"


def test_a_few_rows_are_dropped_rather_than_all_made_coarse(tmp_path):
    planned = plan(snapshot(tmp_path, ((0, 0), 97), ((3, 2), 3)).path, LADDERS)
    assert planned.levels == {"county": 0, "section": 0}
    assert planned.kept.sum() == 97 and "删去3行（3.0%）" in str(planned.report[2])


def test_a_column_beyond_help_is_left_out_of_the_file(tmp_path):
    source = snapshot(tmp_path, *(((at, section), 1) for at in range(4) for section in range(3)))
    planned = plan(source.path, LADDERS)
    assert planned.levels == {"county": 1, "section": 1}
    assert "“行业”已隐去。" in [str(word) for word in planned.report]
    made = write_anonymous(source.path, tmp_path / "out.parquet", LADDERS, planned)
    assert [question.name for question in made.codebook.columns] == ["county", "want", "staff"]


def test_what_tells_a_firm_is_gone(tmp_path):
    source = snapshot(tmp_path, ((0, 0), 5), ((2, 1), 5))
    made = write_anonymous(source.path, tmp_path / "out.parquet", LADDERS, plan(source.path, LADDERS))
    assert [field.name for field in made.fields] == [
        "county",
        "section",
        "want__want0",
        "want__want1",
        "staff",
        "weight",
    ]
    answers, weights = read_snapshot(made.path)
    assert set(answers.numbers["staff"]) == {1200.0}
    assert weights.tolist() == [3.0] * 5 + [8.0] * 5  # each the mean of its combination
    assert answers.bits["want"].tolist() == [1] * 10


def test_extreme_numbers_are_cut_where_fewer_than_k_lie_beyond(tmp_path):
    source = make_snapshot(
        tmp_path,
        [{"county": "county0", "section": "section0", "staff": n} for n in (1, 2, 3, 4, 5, 6, 7, 8, 900)],
        BOOK,
    )
    made = write_anonymous(source.path, tmp_path / "out.parquet", LADDERS, plan(source.path, LADDERS, 3))
    answers, _ = read_snapshot(made.path)
    assert sorted(answers.numbers["staff"]) == [3, 3, 3, 4, 5, 6, 7, 7, 7]


def test_numbers_keep_two_digits():
    assert rounded(np.array([1234.0, -0.0567, 0.0, 99.6])).tolist() == pytest.approx([1200, -0.057, 0, 100])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 8))
def test_every_combination_left_is_shared_by_k_rows_and_nothing_else_is_changed(tmp_path_factory, seed, k):
    folder = tmp_path_factory.mktemp("anonymous")
    dice = np.random.default_rng(seed)
    counts = [
        ((county, section), int(dice.integers(0, 12)))
        for county in (None, 0, 1, 2, 3)
        for section in range(3)
    ]
    source = snapshot(folder, *counts)
    try:
        planned = plan(source.path, LADDERS, k)
    except Refused:
        assert source.count < 2 * k
        return
    made = write_anonymous(source.path, folder / "out.parquet", LADDERS, planned)
    answers, weights = read_snapshot(made.path)
    left = [answers.codes[name] for name in ("county", "section") if name in answers.codes]
    assert made.count == planned.kept.sum() >= 0.95 * source.count
    if left and made.count:
        assert min(Counter(zip(*(column.tolist() for column in left), strict=True)).values()) >= k
    _, before = read_snapshot(source.path, [])
    assert weights.sum() == pytest.approx(before[planned.kept].sum())
