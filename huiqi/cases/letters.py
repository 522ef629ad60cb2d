"""The draft of a letter of consultation 商请函 from a case: the facts, without whose they are. Pure."""

import re

from huiqi.core.messages import gettext_noop

MASK = "＊＊＊"
TO_FILL = "（请写明商请事项）"
_PHONE = re.compile(
    r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)|(?<!\d)0\d{2,3}-?\d{7,8}(?!\d)"
)
_ID_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_ACCOUNT = re.compile(r"(?<!\d)\d{16,19}(?!\d)")
MUST_NOT_NAME = gettext_noop("函里有诉求人的姓名、电话或证件号码。请删去，只写事实。")


def scrubbed(text: str, *names: str) -> str:
    """The text without these names and without telephone, identity, account numbers and mail addresses."""
    for name in sorted({name for name in names if len(name) >= 2}, key=len, reverse=True):
        text = text.replace(name, MASK)
    for pattern in (_EMAIL, _ID_NUMBER, _ACCOUNT, _PHONE):
        text = pattern.sub(MASK, text)
    return text


def names_somebody(text: str, *names: str) -> bool:
    """Whether a text says what `scrubbed` takes out."""
    return scrubbed(text, *names) != text


def draft_body(  # noqa: PLR0913  the facts of a letter
    *, firm: str, place: str, item: str, topic: str, facts: str, number: str, days: int | None
) -> str:
    """The body to begin with; the officer writes what is asked for."""
    who = f"{place}企业“{firm}”" if firm else f"{place}一家企业"
    asked = f"请于收函后{days}个工作日内函复为盼。" if days else "请函复为盼。"
    return "\n".join(
        (
            f"近日，我单位收到{who}反映的“{item}·{topic}”问题（编号{number}）。现将有关情况函告如下：",
            f"企业反映：{facts}",
            f"因上述事项属贵单位职责范围，特商请贵单位{TO_FILL}。",
            asked,
        )
    )
