"""The column of grams by which firms are found, and the lookup that asks the inverted index behind it."""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import models

from huiqi.enterprises.search_index import FUNCTION, INDEX
from huiqi.enterprises.search_text import search_text


class SearchTextField(models.TextField[str, str]):
    """The grams of a firm; worked out from its name, initials and code when a writer leaves them empty.

    Whoever changes a name or code by `update` gives the new grams too (commands/search_words.py).
    """

    def pre_save(self, model_instance: Any, add: bool) -> str:
        if not getattr(model_instance, self.attname):
            made = search_text(model_instance.name, model_instance.initials, model_instance.credit_code)
            setattr(model_instance, self.attname, made)
        return str(getattr(model_instance, self.attname))


# Grams of 有限公司, 有限责任公司 and their initials: most names have them, so that their lists in the
# index are as long as the register. They are looked for in the rows that the other conditions leave.
COMMON = frozenset("有限 限公 公司 限责 责任 任公 yxg xgs zrg rgs".split())


@SearchTextField.register_lookup
class HasGrams(models.Lookup):
    """`search_text__has_grams=("长沙", "科技")`: rows that have all of them; no gram finds nothing."""

    lookup_name = "has_grams"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = self.process_lhs(compiler, connection)
        grams = list(self.rhs)
        if not grams:
            raise EmptyResultSet
        rare = [gram for gram in grams if gram not in COMMON]
        is_postgresql = connection.vendor == "postgresql"
        by_index = _on_postgresql if is_postgresql else _on_sqlite
        parts = [by_index(column, rare)] if rare else []
        # Spaces stand between the grams, so this is true of those rows and no others.
        parts += [(f"{column} LIKE %s", f"%{gram}%") for gram in grams if gram in COMMON]
        values = tuple(value for _condition, part in parts for value in (*params, part))
        return f"({' AND '.join(condition for condition, _part in parts)})", values


def _on_postgresql(column: str, grams: list[str]) -> tuple[str, Any]:
    return f"{FUNCTION}({column}) @> %s::text[]", grams


def _on_sqlite(column: str, grams: list[str]) -> tuple[str, Any]:
    key = column.rpartition(".")[0] + '."id"'
    asked = " AND ".join(f'"{gram}"' for gram in grams)  # letters, digits and _ only: see search_text
    return f"{key} IN (SELECT rowid FROM {INDEX} WHERE {INDEX} MATCH %s)", asked  # noqa: S608
