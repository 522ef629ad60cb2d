"""Plain functions for tests that send messages; other apps read codes with `last_code`."""

import re
from datetime import UTC, datetime, timedelta

from huiqi.accounts.models import User
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_user
from huiqi.messages.commands.notices import notify
from huiqi.messages.kinds import KINDS, notice_kind
from huiqi.messages.models import Delivery, Notice
from huiqi.messages.ports import NotSent

AT = datetime(2020, 3, 1, 2, 0, tzinfo=UTC)  # 10:00 in Changsha
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PHONE = "13800001111"
KIND = "test.happened"


class FakeSms:
    """A line in memory that can be cut: `fault` is raised instead of sending."""

    sent: list[tuple[str, str]] = []
    fault: Exception | None = None

    @classmethod
    def mend(cls) -> None:
        """A working line that has sent nothing."""
        cls.sent, cls.fault = [], None

    @classmethod
    def cut(cls, fault: Exception | None = None) -> None:
        """From now on every message meets this fault."""
        cls.fault = fault or NotSent("down")

    def send(self, phone: str, text: str) -> str:
        if self.fault:
            raise self.fault
        self.sent.append((phone, text))
        return f"receipt-{len(self.sent)}"


FAKE = f"{__name__}.FakeSms"


def make_person(phone: str = PHONE, **fields: object) -> User:
    """An officer with a phone number on the account."""
    return make_user(role=Role.OFFICER, phone=phone, **fields)


def make_notice(user: User, *, kind: str = KIND, at: datetime = AT, url: str = "/desk/") -> Notice:
    """An unread notice."""
    if kind not in KINDS:
        notice_kind(kind, "试验")
    notify(user, kind, "有1项待办", url, at=at)
    return Notice.objects.filter(user=user).order_by("-pk")[0]


def last_code(phone: str | None = None) -> str:
    """The six digits of the newest code that waits to be sent (to this number)."""
    for row in Delivery.objects.filter(purpose="code").order_by("-pk"):
        if row.text and phone in (None, row.phone):
            return re.search(r"\d{6}", row.text)[0]  # type: ignore[index]
    raise AssertionError("no code waits to be sent")
