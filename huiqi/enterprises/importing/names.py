"""Names of firms: one writing for each, and whether two can be the same firm's. Pure."""

import re
import unicodedata

_CJK_SPACE = re.compile(r"(?<=[\u2e80-\u9fff])\s+(?=[\u2e80-\u9fff])")
# What names of firms share without saying anything of the firm.
_FORMS = re.compile(
    "股份有限公司|有限责任公司|有限公司|集团|公司|工厂|厂|商行|经营部|合作社|个体工商户|分公司|中心|湖南省|湖南|中国"
)
SHORTEST_CORE = 4


def tidy_name(text: str) -> str:
    """The name as it is kept: half-width letters, Chinese brackets, no spaces between Chinese characters."""
    narrow = unicodedata.normalize("NFKC", text).replace("(", "（").replace(")", "）")
    return re.sub(r"\s+", " ", _CJK_SPACE.sub("", narrow)).strip()


def name_key(name: str) -> str:
    """What two writings of one name share."""
    return re.sub(r"[\s（）()\[\]【】·.。,，\-]", "", unicodedata.normalize("NFKC", name)).lower()


def are_strangers(name: str, other: str) -> bool:
    """Two names without two neighbouring characters in common: a code beside the wrong name, when rows or a
    column slipped while sorting. Short names may change altogether and are not judged."""
    cores = [_FORMS.sub("", name_key(one)) for one in (name, other)]
    if min(map(len, cores)) < SHORTEST_CORE:
        return False
    first, second = ({core[at : at + 2] for at in range(len(core) - 1)} for core in cores)
    return not first & second
