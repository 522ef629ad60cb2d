"""The inverted index by which firms are found: `Enterprise.search_text` (core.gram_index)."""

from huiqi.core.gram_index import GramIndex

# Grams of 有限公司, 有限责任公司 and their initials: most names have them.
COMMON = frozenset("有限 限公 公司 限责 责任 任公 yxg xgs zrg rgs".split())
FIRMS = GramIndex("enterprises_enterprise", "enterprises_search", common=COMMON)
