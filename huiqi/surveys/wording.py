"""The text messages of surveys, in Chinese and with the signature operators demand. Pure.

They name the office, never a firm or a person: a phone lies on the table for all to see.
"""

from datetime import date

from huiqi.messages.wording import SIGNATURE


def invitation_text(unit: str, link: str, closes_on: date, *, is_anonymous: bool, reminder: bool) -> str:
    """The message with the link of one firm; below its page reminders can be stopped."""
    verb = "还差贵企业的问卷" if reminder else "邀请贵企业填一份问卷"
    nameless = "，匿名" if is_anonymous else ""
    return (
        f"{SIGNATURE}{unit}{verb}{nameless}，{closes_on.month}月{closes_on.day}日前都可以填：{link} "
        f"不想再收到提醒：{link}stop/"
    )
