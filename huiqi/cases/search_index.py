"""The inverted index by which cases are found: `Case.search_text` (core.gram_index)."""

from huiqi.core.gram_index import GramIndex
from huiqi.enterprises.search_index import COMMON

CASES = GramIndex("cases_case", "cases_search", common=COMMON)
