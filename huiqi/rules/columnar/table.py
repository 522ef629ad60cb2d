"""Reading a table of facts in pieces: which columns it has, and each of them checked as it is read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from huiqi.rules.catalogue import Catalogue, Fact, Unreadable
from huiqi.rules.columnar.cells import TEXTS, followed, out_of_bounds, span_of, text_cell
from huiqi.rules.problems import FactsError, Problem

PIECE = 65_536
ENTERPRISE = "enterprise"
# Beside a file of firms may lie one of its changes: rows that stand instead of its own, or are gone.
CHANGES, GONE = ".changes", "gone"
EPOCH = 719_163  # the day number of 1970-01-01, from which Parquet counts
FITTING = {
    "bool": pa.types.is_boolean,
    "int": pa.types.is_integer,
    "ratio": pa.types.is_integer,
    "date": pa.types.is_date32,
}
WANTED = {"bool": "布尔", "int": "整数", "ratio": "按目录倍数放大的整数", "date": "日期（date32）"}


class TableSource:
    """One or more Parquet files of one schema, seen as a table of firms.

    Raises FactsError when it has no column `enterprise`, a column that is no fact, or one of a wrong type.
    `extra` are further columns that are let be.
    """

    def __init__(self, paths: Sequence[Path], catalogue: Catalogue, extra: Sequence[str] = ()) -> None:
        self.paths, self.catalogue = list(paths), catalogue
        self.schema = _schema(self.paths)
        self.columns = frozenset(name for name in self.schema.names if name in catalogue.facts)
        problems = [*_faults(self.schema, catalogue, {ENTERPRISE, *extra})]
        if problems:
            raise FactsError(problems)

    @property
    def rows(self) -> int:
        return sum(_rows(path) for path in self.paths)

    def batches(self, names: Sequence[str], rows: int = PIECE) -> Iterator[pa.RecordBatch]:
        """The named columns, `rows` firms at a time; texts come as positions in a list of texts."""
        texts = [name for name in names if self.is_text(name)]
        for path in self.paths:
            if path.with_suffix(CHANGES).exists():
                yield from read_firms(path, names, texts).to_batches(max_chunksize=rows)
                continue
            with pq.ParquetFile(path, read_dictionary=texts, buffer_size=1 << 20) as file:
                yield from file.iter_batches(batch_size=rows, columns=list(names), use_threads=False)

    def is_text(self, name: str) -> bool:
        return name in self.catalogue.facts and self.catalogue.facts[name].type in TEXTS


def read_firms(path: Path, names: Sequence[str], texts: Sequence[str] = ()) -> pa.Table:
    """The named columns of one file with its changes, in one chunk; `texts` come as positions in lists."""
    table = _read(path, names, texts)
    changes = path.with_suffix(CHANGES)
    if not changes.exists():
        return table.combine_chunks()
    late = _read(changes, [*names, *({ENTERPRISE, GONE} - {*names})], texts)
    firms = table.column(ENTERPRISE) if ENTERPRISE in names else _read(path, [ENTERPRISE], ()).column(0)
    stands = pc.invert(pc.is_in(firms, late.column(ENTERPRISE).combine_chunks().cast(pa.string())))
    rows = [table.filter(stands), late.filter(pc.invert(late.column(GONE))).select(table.column_names)]
    return pa.concat_tables(rows).unify_dictionaries().combine_chunks()


def _read(path: Path, names: Sequence[str], texts: Sequence[str]) -> pa.Table:
    with pq.ParquetFile(path, read_dictionary=list(texts)) as file:
        return file.read(columns=list(names), use_threads=False)


def _rows(path: Path) -> int:
    if path.with_suffix(CHANGES).exists():
        return int(read_firms(path, [ENTERPRISE]).num_rows)
    return int(pq.read_metadata(path).num_rows)


def _schema(paths: Sequence[Path]) -> pa.Schema:
    """The schema all files share; raises FactsError."""
    schemas = []
    for path in paths:
        try:
            schemas.append(pq.read_schema(path))
        except (pa.ArrowInvalid, OSError) as error:
            raise FactsError([Problem(path.name, "不是能读的 Parquet 文件", "请核对文件")]) from error
    if not schemas or any(not schema.equals(schemas[0]) for schema in schemas[1:]):
        raise FactsError([Problem("Parquet", "没有文件，或各文件的列不一致", "请重新生成快照")])
    return schemas[0]


def _faults(schema: pa.Schema, catalogue: Catalogue, extra: set[str]) -> Iterator[Problem]:
    if ENTERPRISE not in schema.names:
        yield Problem(ENTERPRISE, "缺少这一列", "每行一家企业，用 enterprise 列标明是哪一家")
    for name in sorted({name for name in schema.names if schema.names.count(name) > 1}):
        yield Problem(name, "这一列出现了两次", "请只留一列")
    for field in schema:
        fact = catalogue.facts.get(field.name)
        if fact is None and field.name not in extra:
            yield catalogue.no_such_fact(field.name)
        elif fact is not None and not _fits(fact, field.type):
            yield Problem(field.name, f"列的类型是 {field.type}", f"应为{WANTED.get(fact.type, '文本')}")


def _fits(fact: Fact, type_: pa.DataType) -> bool:
    if pa.types.is_null(type_):
        return True
    if fact.type in TEXTS:
        plain = type_.value_type if pa.types.is_dictionary(type_) else type_
        return bool(pa.types.is_string(plain) or pa.types.is_large_string(plain))
    return bool(FITTING[fact.type](type_))


@dataclass(frozen=True)
class Texts:
    """A column of texts: for each firm a position in `texts`, null where unknown."""

    positions: pl.Series
    texts: list[str]


class Reader:
    """Turns columns of a batch into whole numbers; remembers what each text means."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._known: dict[tuple[str, str], dict[str | None, int | bool | None]] = {}

    def column(self, name: str, array: pa.Array) -> pl.Series | Texts:
        """Booleans, checked 64-bit numbers, or texts still to be looked up; raises FactsError."""
        fact = self.catalogue.facts[name]
        if fact.type in TEXTS:
            return _texts(array)
        series = pl.Series(pl.from_arrow(array))
        if series.dtype == pl.Null:
            return series.cast(pl.Boolean if fact.type == "bool" else pl.Int64)
        if fact.type == "bool":
            return series
        if fact.type == "date":
            series = series.to_physical().cast(pl.Int64) + EPOCH
        return self._bounded(fact, series)

    def _bounded(self, fact: Fact, series: pl.Series) -> pl.Series:
        low, high = span_of(fact) or (0, 0)
        for extreme in (series.min(), series.max()):
            if isinstance(extreme, int) and not low <= extreme <= high:
                raise _refused(fact, out_of_bounds(fact, extreme))
        return series if series.dtype == pl.Int64 else series.cast(pl.Int64)

    def numbers(self, name: str, column: Texts) -> pl.Series:
        """The texts of a fact as its whole numbers."""
        fact = self.catalogue.facts[name]
        known = self._known.setdefault((name, name), {})
        read = text_cell(self.catalogue, fact)
        for text in column.texts:
            if text not in known:
                try:
                    known[text] = read(text)
                except Unreadable as error:
                    raise _refused(fact, error) from error
        return _looked_up([known[text] for text in column.texts], column.positions, None, pl.Int64)

    def followed(self, base: str, derived: str, column: Texts) -> pl.Series:
        """What a derived fact is for each firm, by the text of the fact it rests on."""
        known = self._known.setdefault((base, derived), {})
        follow = followed(self.catalogue, base, derived)
        for text in (None, *column.texts):
            if text not in known:
                known[text] = self._within(derived, follow(text))
        dtype = pl.Boolean if self.catalogue.facts[derived].type == "bool" else pl.Int64
        return _looked_up([known[text] for text in column.texts], column.positions, known[None], dtype)

    def _within(self, derived: str, value: int | bool | None) -> int | bool | None:
        fact = self.catalogue.facts[derived]
        span = span_of(fact)
        if span is not None and value is not None and not span[0] <= value <= span[1]:
            raise _refused(fact, out_of_bounds(fact, value))
        return value


def _texts(array: pa.Array) -> Texts:
    if pa.types.is_null(array.type):
        return Texts(pl.Series([None] * len(array), dtype=pl.UInt32), [])
    if not pa.types.is_dictionary(array.type):
        array = array.dictionary_encode()
    return Texts(pl.Series(pl.from_arrow(array.indices)).cast(pl.UInt32), array.dictionary.to_pylist())


def _looked_up(
    values: list[int | bool | None],
    positions: pl.Series,
    unknown: int | bool | None,
    dtype: type[pl.Boolean] | type[pl.Int64],
) -> pl.Series:
    if unknown is not None:
        positions = positions.fill_null(len(values))
    return pl.Series([*values, unknown], dtype=dtype).gather(positions)


def _refused(fact: Fact, error: Unreadable) -> FactsError:
    return FactsError([Problem(fact.id, f"{fact.label}：{error.message}", error.remedy)])
