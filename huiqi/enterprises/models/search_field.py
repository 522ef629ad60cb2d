"""The column of grams by which firms are found."""

from typing import Any

from huiqi.core.gram_field import GramsField
from huiqi.enterprises.search_index import FIRMS
from huiqi.enterprises.search_text import search_text


class SearchTextField(GramsField):
    """The grams of a firm, of its name, initials and code (commands/search_words.py renews them)."""

    grams_index = FIRMS

    def grams_of(self, row: Any) -> str:
        return search_text(row.name, row.initials, row.credit_code)
