"""The model field for grams, and the lookup that asks the inverted index behind it (gram_index.py)."""

from typing import Any, ClassVar

from django.core.exceptions import EmptyResultSet
from django.db import models

from huiqi.core.gram_index import FUNCTION, GramIndex


class GramsField(models.TextField[str, str]):
    """Grams behind an index; worked out by `grams_of` when a writer leaves them empty.

    Whoever changes what they are made of by `update` gives the new grams too.
    """

    grams_index: ClassVar[GramIndex]

    def grams_of(self, row: Any) -> str:
        """The text to store for a row."""
        raise NotImplementedError

    def pre_save(self, model_instance: Any, add: bool) -> str:
        if not getattr(model_instance, self.attname):
            setattr(model_instance, self.attname, self.grams_of(model_instance))
        return str(getattr(model_instance, self.attname))


@GramsField.register_lookup
class HasGrams(models.Lookup):
    """`search_text__has_grams=("长沙", "科技")`: rows that have all of them; no gram finds nothing."""

    lookup_name = "has_grams"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = self.process_lhs(compiler, connection)
        index: GramIndex = self.lhs.output_field.grams_index
        grams = list(self.rhs)
        if not grams:
            raise EmptyResultSet
        rare = [gram for gram in grams if gram not in index.common]
        is_postgresql = connection.vendor == "postgresql"
        by_index = _on_postgresql if is_postgresql else _on_sqlite
        parts = [by_index(column, index.name, rare)] if rare else []
        # Spaces stand between the grams, so this is true of those rows and no others.
        parts += [(f"{column} LIKE %s", f"%{gram}%") for gram in grams if gram in index.common]
        values = tuple(value for _condition, part in parts for value in (*params, part))
        return f"({' AND '.join(condition for condition, _part in parts)})", values


def _on_postgresql(column: str, index: str, grams: list[str]) -> tuple[str, Any]:
    return f"{FUNCTION}({column}) @> %s::text[]", grams


def _on_sqlite(column: str, index: str, grams: list[str]) -> tuple[str, Any]:
    key = column.rpartition(".")[0] + '."id"'
    asked = " AND ".join(f'"{gram}"' for gram in grams)  # letters, digits and _ only
    return f"{key} IN (SELECT rowid FROM {index} WHERE {index} MATCH %s)", asked  # noqa: S608
