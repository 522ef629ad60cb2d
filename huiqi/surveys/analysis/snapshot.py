"""Micro-data as one Parquet file: what results are reckoned from, and every other format is made of. Pure.

A row a respondent, written and read in pieces, so that 200,000 rows of 100 columns never stand in memory at
once. Choices are dictionary-encoded names, each of several choices is a yes or no of its own called
`question__choice`, numbers and texts are themselves; the codebook travels in the file.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from huiqi.surveys.analysis.answers import Answers
from huiqi.surveys.analysis.arrays import MISSING, Floats, Ints
from huiqi.surveys.analysis.codebook import Choice, Codebook, Kind, Question, from_json

ROWS_A_GROUP = 10_000  # of the file: smaller groups make its table of contents large
ROWS_A_PIECE = 2_000  # read at once
ROWS_AT_ONCE = 500  # as Python's objects, each some 30 times as large as in the file
UNIT, WEIGHT = "unit", "weight"  # an opaque number of the firm, and what it stands for
_CODEBOOK = b"huiqi.codebook"
_YES_NO = (Choice("0", "否"), Choice("1", "是"))


class Holds(StrEnum):
    """What a column of the file holds."""

    CHOICE = "choice"
    FLAG = "flag"
    INTEGER = "integer"
    DECIMAL = "decimal"
    TEXT = "text"


@dataclass(frozen=True)
class Field:
    """A column of the file: its name, what it means, and the question it comes from ("" for none)."""

    name: str
    label: str
    holds: Holds
    question: str = ""
    choices: tuple[Choice, ...] = ()


_ARROW = {
    Holds.CHOICE: pa.dictionary(pa.int32(), pa.string()),
    Holds.FLAG: pa.bool_(),
    Holds.INTEGER: pa.int64(),
    Holds.DECIMAL: pa.float64(),
    Holds.TEXT: pa.string(),
}
_PLAIN = {
    Kind.SINGLE: Holds.CHOICE,
    Kind.INTEGER: Holds.INTEGER,
    Kind.DECIMAL: Holds.DECIMAL,
    Kind.TEXT: Holds.TEXT,
}


def fields(codebook: Codebook, *, has_units: bool = False, has_weights: bool = False) -> tuple[Field, ...]:
    """The columns of the file, in order."""
    found = [Field(UNIT, "企业编号（不可识别）", Holds.INTEGER)] if has_units else []
    for question in codebook.columns:
        found += _fields_of(question)
    if has_weights:
        found.append(Field(WEIGHT, "权重", Holds.DECIMAL))
    return tuple(found)


def _fields_of(question: Question) -> list[Field]:
    if question.kind is not Kind.MULTIPLE:
        holds = _PLAIN[question.kind]
        return [Field(question.name, question.label, holds, question.name, question.choices)]
    return [
        Field(
            f"{question.name}__{choice.name}",
            f"{question.label}：{choice.label}",
            Holds.FLAG,
            question.name,
            _YES_NO,
        )
        for choice in question.choices
    ]


def write_snapshot(
    target: Path,
    codebook: Codebook,
    rows: Iterable[Mapping[str, object]],
    *,
    has_units: bool = False,
    has_weights: bool = False,
) -> int:
    """Write rows (as `read_answers` takes them; `unit` and `weight` too if so said); the number of rows."""
    count = 0
    steps = snapshot_steps(target, codebook, rows, has_units=has_units, has_weights=has_weights)
    for count in steps:  # noqa: B007  the last one is the number of all
        pass
    return count


def snapshot_steps(
    target: Path,
    codebook: Codebook,
    rows: Iterable[Mapping[str, object]],
    *,
    has_units: bool = False,
    has_weights: bool = False,
) -> Iterator[int]:
    """As `write_snapshot`; yields how many rows are written after each group of the file."""
    columns = fields(codebook, has_units=has_units, has_weights=has_weights)
    schema = schema_of(codebook, columns)
    count = 0
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for group in _groups(iter(rows), columns, schema):
            writer.write_table(group, row_group_size=ROWS_A_GROUP)
            count += group.num_rows
            yield count


def write_weighted(source: Path, target: Path, weights: Floats) -> None:
    """Write a snapshot again with these weights, a row of it at a time."""
    snapshot = open_snapshot(source)
    columns = fields(snapshot.codebook, has_units=snapshot.has_units, has_weights=True)
    schema = schema_of(snapshot.codebook, columns)
    names = [field.name for field in snapshot.fields if field.question or field.name != WEIGHT]
    start = 0
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for group in _whole_groups(snapshot, names):
            arrays = [group.column(name).combine_chunks() for name in names]
            arrays.append(pa.array(weights[start : start + group.num_rows], pa.float64()))
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema), row_group_size=ROWS_A_GROUP)
            start += group.num_rows


def _whole_groups(snapshot: "Snapshot", names: Sequence[str]) -> Iterator[pa.Table]:
    choices = [f.name for f in snapshot.fields if f.holds is Holds.CHOICE]
    with pq.ParquetFile(snapshot.path, read_dictionary=choices, pre_buffer=False) as file:
        for number in range(file.num_row_groups):
            yield file.read_row_group(number, columns=list(names), use_threads=False)


def _groups(
    rows: Iterator[Mapping[str, object]], columns: Sequence[Field], schema: pa.Schema
) -> Iterator[pa.Table]:
    """The rows as tables of one group of the file, made of a few rows at a time."""
    few: list[pa.RecordBatch] = []
    while piece := list(islice(rows, ROWS_AT_ONCE)):
        few.append(pa.record_batch([_array(column, piece) for column in columns], schema=schema))
        if len(few) * ROWS_AT_ONCE >= ROWS_A_GROUP:
            yield pa.Table.from_batches(few, schema).combine_chunks()
            few = []
    if few:
        yield pa.Table.from_batches(few, schema).combine_chunks()


def schema_of(codebook: Codebook, columns: Sequence[Field]) -> pa.Schema:
    """The file's columns, with labels and the codebook in its metadata."""
    return pa.schema(
        [pa.field(column.name, _ARROW[column.holds], metadata={"label": column.label}) for column in columns],
        metadata={_CODEBOOK: codebook.to_json()},
    )


def _array(column: Field, rows: Sequence[Mapping[str, object]]) -> pa.Array:
    name = column.question or column.name
    values = [row.get(name) for row in rows]
    if column.holds is Holds.CHOICE:
        codes = {choice.name: code for code, choice in enumerate(column.choices)}
        return choice_array(column, [None if v is None or v == "" else codes[str(v)] for v in values])
    if column.holds is Holds.FLAG:
        chosen = column.name[len(name) + 2 :]
        return pa.array([_has(value, chosen) for value in values], pa.bool_())
    if column.holds is Holds.TEXT:
        return pa.array([str(value) if value else None for value in values], pa.string())
    return pa.array([None if value == "" else value for value in values], _ARROW[column.holds])


def _has(value: object, chosen: str) -> bool | None:
    if value is None or value == "":
        return None
    names = value.split() if isinstance(value, str) else value
    return chosen in names  # type: ignore[operator]


def choice_array(column: Field, codes: Sequence[int | None] | Ints) -> pa.DictionaryArray:
    """Codes of a choice as Arrow has them; negative is none."""
    names = pa.array([choice.name for choice in column.choices], pa.string())
    if isinstance(codes, np.ndarray):
        indices = pa.array(codes, pa.int32(), mask=codes < 0)
    else:
        indices = pa.array(codes, pa.int32())
    return pa.DictionaryArray.from_arrays(indices, names)


@dataclass(frozen=True)
class Snapshot:
    """A file that can be read piece by piece."""

    path: Path
    codebook: Codebook
    fields: tuple[Field, ...]
    count: int

    @property
    def has_units(self) -> bool:
        return any(field.name == UNIT and not field.question for field in self.fields)

    @property
    def has_weights(self) -> bool:
        return any(field.name == WEIGHT and not field.question for field in self.fields)

    def pieces(self, names: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """The rows in pieces, of the columns named or of all."""
        wanted = [field.name for field in self.fields] if names is None else list(names)
        choices = [f.name for f in self.fields if f.holds is Holds.CHOICE and f.name in wanted]
        with pq.ParquetFile(self.path, read_dictionary=choices, pre_buffer=False) as file:
            yield from file.iter_batches(ROWS_A_PIECE, columns=wanted, use_threads=False)

    def codes(self, field: Field, column: pa.Array) -> Ints:
        """The codes of a piece of a choice, whatever order the file's dictionary has."""
        known = {choice.name: code for code, choice in enumerate(field.choices)}
        translate = np.array([*(known[str(name)] for name in column.dictionary), MISSING], dtype=np.int64)
        at: Ints = column.indices.fill_null(len(translate) - 1).to_numpy(zero_copy_only=False)
        return translate[at]


def open_snapshot(path: Path) -> Snapshot:
    """A file that `write_snapshot` wrote."""
    with pq.ParquetFile(path) as file:
        schema, count = file.schema_arrow, file.metadata.num_rows
    codebook = from_json(schema.metadata[_CODEBOOK].decode())
    names = set(schema.names)
    own = {field.name for field in fields(codebook)}
    has = {name: name in names and name not in own for name in (UNIT, WEIGHT)}
    columns = fields(codebook, has_units=has[UNIT], has_weights=has[WEIGHT])
    return Snapshot(path, codebook, columns, count)


def read_snapshot(path: Path, questions: Sequence[str] | None = None) -> tuple[Answers, Floats | None]:
    """The answers (to some questions, or all) and the weights, if the file has any."""
    snapshot = open_snapshot(path)
    wanted = set(questions) if questions is not None else {q.name for q in snapshot.codebook.columns}
    codebook = _only(snapshot.codebook, wanted)
    columns = [field for field in snapshot.fields if not field.question or field.question in wanted]
    parts: dict[str, list[object]] = {field.name: [] for field in columns}
    for piece in snapshot.pieces([field.name for field in columns]):
        for field in columns:
            parts[field.name].append(_values(snapshot, field, piece.column(field.name)))
    return _answers(codebook, snapshot, parts)


def _only(codebook: Codebook, wanted: set[str]) -> Codebook:
    return Codebook(
        codebook.title,
        tuple(question for question in codebook.questions if question.name in wanted),
        tuple(question for question in codebook.strata if question.name in wanted),
    )


def _values(snapshot: Snapshot, field: Field, column: pa.Array) -> object:
    if field.holds is Holds.CHOICE:
        return snapshot.codes(field, column)
    if field.holds is Holds.TEXT:
        return [text or "" for text in column.to_pylist()]
    if field.holds is Holds.FLAG:
        return column.cast(pa.int8()).fill_null(MISSING).to_numpy(zero_copy_only=False)
    if field.name == UNIT and not field.question:
        return column.to_numpy(zero_copy_only=False)
    return column.cast(pa.float64()).fill_null(float("nan")).to_numpy(zero_copy_only=False)


def _answers(
    codebook: Codebook, snapshot: Snapshot, parts: Mapping[str, list[object]]
) -> tuple[Answers, Floats | None]:
    def whole(name: str) -> np.ndarray[tuple[int, ...], np.dtype[np.generic]]:
        return np.concatenate(parts[name]) if parts[name] else np.zeros(0)  # type: ignore[arg-type]

    def of(*kinds: Kind) -> list[Question]:
        return [question for question in codebook.columns if question.kind in kinds]

    answers = Answers(
        codebook,
        snapshot.count,
        {q.name: whole(q.name).astype(np.int64) for q in of(Kind.SINGLE)},
        {q.name: _bits([whole(field.name) for field in _fields_of(q)]) for q in of(Kind.MULTIPLE)},
        {q.name: whole(q.name).astype(np.float64) for q in of(Kind.INTEGER, Kind.DECIMAL)},
        {q.name: [text for part in parts[q.name] for text in part] for q in of(Kind.TEXT)},  # type: ignore[attr-defined]
        whole(UNIT).astype(np.int64) if snapshot.has_units else None,
    )
    return answers, whole(WEIGHT).astype(np.float64) if snapshot.has_weights else None


def _bits(flags: Sequence[np.ndarray[tuple[int, ...], np.dtype[np.generic]]]) -> Ints:
    first = flags[0].astype(np.int64)
    bits = np.zeros(len(first), dtype=np.int64)
    for at, flag in enumerate(flags):
        bits |= np.where(flag == 1, np.int64(1) << np.int64(at), 0)
    bits[first < 0] = MISSING
    return bits
