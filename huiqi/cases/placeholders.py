"""What a template of an answer leaves open: `{编号}` and the like, filled in when it is used. Pure."""

import re
from collections.abc import Mapping

from huiqi.core.messages import gettext_noop

# The place → what stands there. Places are content and stay Chinese; what they are is said in any tongue.
PLACES: Mapping[str, str] = {
    "编号": gettext_noop("诉求的编号"),
    "标题": gettext_noop("诉求的标题"),
    "诉求人": gettext_noop("单位名称；对办理单位保密的写作“诉求人”"),
    "登记日期": gettext_noop("诉求登记的日期"),
    "受理日期": gettext_noop("诉求受理的日期"),
    "今天": gettext_noop("套用当天的日期"),
    "口径": gettext_noop("所选口径当天有效的内容和依据"),
}
WORDING = "口径"
_PLACE = re.compile(r"\{([^{}\n]{0,20})\}")


def unknown_places(text: str) -> list[str]:
    """Places of the text that mean nothing, each once, as they are written."""
    found = (match[1] for match in _PLACE.finditer(text))
    return list(dict.fromkeys(f"{{{name}}}" for name in found if name not in PLACES))


def has_place(text: str, name: str) -> bool:
    """Whether the text leaves this place open."""
    return any(match[1] == name for match in _PLACE.finditer(text))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its places filled in once: what a value says in braces stays as it is."""
    return _PLACE.sub(lambda match: values.get(match[1], match[0]), text)
