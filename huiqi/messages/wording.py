"""The texts that leave the house, in Chinese and with the signature operators demand. Pure.

They hold a number and a place, never a name, a firm or a figure: a phone lies on the table for all to see.
"""

SIGNATURE = "【惠企】"


def code_text(code: str, purpose: str, minutes: int) -> str:
    """The text message with a one-time code; `purpose` is what it is for, in words."""
    return f"{SIGNATURE}验证码{code}，用于{purpose}，{minutes}分钟内有效。工作人员不会向您索要，请勿转发。"


def digest_text(counts: list[tuple[str, int]]) -> str:
    """The daily digest from (label of the kind, number of unread notices)."""
    total = sum(number for _, number in counts)
    parts = "、".join(f"{label}{number}条" for label, number in counts[:3])
    more = "等" if len(counts) > 3 else ""
    return f"{SIGNATURE}您有{total}条未读通知（{parts}{more}），请登录惠企，在“通知”中查看。"
