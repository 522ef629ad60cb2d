from datetime import date

import numpy as np
import pyarrow.parquet as pq
import pyreadstat
import pytest

from huiqi.core.errors import Refused
from huiqi.surveys.analysis import snapshot as snapshots
from huiqi.surveys.analysis.answers import read_answers
from huiqi.surveys.analysis.codebook import Codebook, Direction, Kind, Question, from_json
from huiqi.surveys.analysis.snapshot import read_snapshot
from huiqi.surveys.analysis.spss import write_sav
from huiqi.surveys.analysis.tests.make import change, several, single
from huiqi.surveys.analysis.tests.make_snapshot import BOOK, LONG, ROWS, make_snapshot

pytestmark = pytest.mark.pure


def test_a_choice_of_another_edition_is_refused():
    with pytest.raises(Refused, match="不在选项之内"):
        read_answers(BOOK, [{"status": "status9"}])


def test_a_codebook_with_a_name_twice_is_an_error():
    with pytest.raises(ValueError, match="twice"):
        Codebook("", (single("a", "x"), single("a", "y")))
    with pytest.raises(ValueError, match="more than 62"):
        several("a", *map(str, range(63)))


def test_a_codebook_comes_back_from_its_text():
    book = Codebook("问卷", (change("orders", is_inverse=True), BOOK.column("staff")), BOOK.strata)
    assert from_json(book.to_json()) == book
    assert from_json(book.to_json()).column("orders").choices[0].direction is Direction.UP


def test_answers_are_the_same_from_rows_and_from_the_file(tmp_path, monkeypatch):
    for bound in ("ROWS_A_GROUP", "ROWS_A_PIECE", "ROWS_AT_ONCE"):
        monkeypatch.setattr(snapshots, bound, 2)
    made = make_snapshot(tmp_path, has_units=True, has_weights=True)
    read, weights = read_snapshot(made.path)
    from_rows = read_answers(BOOK, ROWS)
    for kind in ("codes", "bits", "numbers"):
        for name, column in getattr(from_rows, kind).items():
            np.testing.assert_array_equal(getattr(read, kind)[name], column, err_msg=name)
    assert read.texts == {"said": [LONG, "", "没有"]}
    assert read.units.tolist() == [7, 9, 8] and weights.tolist() == [2.5, 1.0, 4.0]
    assert read.bits["want"].tolist() == [0b101, 0, -1]


def test_some_questions_are_read_without_the_others(tmp_path):
    read, weights = read_snapshot(make_snapshot(tmp_path).path, ["status"])
    assert [question.name for question in read.codebook.columns] == ["status"]
    assert read.single("status").tolist() == [1, -1, 0] and read.units is None and weights is None


def test_an_empty_snapshot_can_be_read(tmp_path):
    read, _ = read_snapshot(make_snapshot(tmp_path, rows=()).path)
    assert read.count == 0 and read.single("status").tolist() == []


def test_the_file_tells_its_labels_to_others(tmp_path):
    schema = pq.read_schema(make_snapshot(tmp_path).path)
    assert schema.field("want__want1").metadata[b"label"].decode() == "want：融资"


def sav(tmp_path, made):
    path = tmp_path / "wave.sav"
    with path.open("wb") as target:
        write_sav(target, made, on=date(2020, 2, 14))
    return pyreadstat.read_sav(path, output_format="dict")


def test_spss_gets_values_labels_weights_and_long_texts(tmp_path):
    columns, meta = sav(tmp_path, make_snapshot(tmp_path, has_units=True, has_weights=True))
    assert meta.file_label == "疫情影响问卷" and meta.number_rows == 3 and meta.file_encoding == "UTF-8"
    labels = dict(zip(meta.column_names, meta.column_labels, strict=True))
    assert labels["status"] == "当前复工状态" and labels["want__want0"] == "want：减税"
    assert meta.variable_value_labels["status"] == {1.0: "已复工", 2.0: "未复工"}
    assert meta.variable_value_labels["want__want0"] == {0.0: "否", 1.0: "是"}

    def values(name):
        return [None if value is None or value != value else value for value in columns[name]]

    assert values("status") == [2, None, 1] and values("county") == [2, None, 4]
    assert values("want__want2") == [1, 0, None]
    assert values("staff") == [12, None, 0] and values("rate") == [62.5, None, 0]
    assert values("weight") == [2.5, 1, 4] and values("unit") == [7, 9, 8]
    assert list(columns["said"]) == [LONG, "", "没有"]


@pytest.mark.parametrize("length", [1, 8, 9, 255, 256, 504, 505, 1009, 32_767, 40_000])
def test_texts_of_every_length_come_back_whole(tmp_path, length):
    book = Codebook("长", (Question("said", "说", Kind.TEXT), Question("n", "数", Kind.INTEGER)))
    rows = [{"said": "x" * (length - 1) + "y", "n": 5}, {"said": "短", "n": 6}]
    columns, _ = sav(tmp_path, make_snapshot(tmp_path, rows, book))
    kept = rows[0]["said"][:32_767]
    assert list(columns["said"]) == [kept, "短"] and list(columns["n"]) == [5, 6]


def test_names_spss_refuses_are_made_fit_and_stay_apart(tmp_path):
    names = ("9a", "a.b", "a_b", "_x", "很长的名字" * 9, "很长的名字" * 9 + "二")
    book = Codebook("名", tuple(Question(name, name, Kind.INTEGER) for name in names))
    columns, meta = sav(tmp_path, make_snapshot(tmp_path, [dict.fromkeys(names, 1)], book))
    assert len(set(meta.column_names)) == len(names)
    assert meta.column_names[:4] == ["v_9a", "a_b", "a_b_2", "v__x"]
