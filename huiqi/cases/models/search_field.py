"""The column of grams by which cases are found."""

from typing import Any

from huiqi.cases.search_index import CASES
from huiqi.core.gram_field import GramsField
from huiqi.enterprises.search_text import words_text


class CaseWordsField(GramsField):
    """The grams of a case: of its title and of the firm in the requester's words."""

    grams_index = CASES

    def grams_of(self, row: Any) -> str:
        return words_text(row.title, row.firm_name)
