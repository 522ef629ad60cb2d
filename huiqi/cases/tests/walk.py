"""Walks through the steps of asking, as a browser without script would."""

from typing import Any

from django.test import Client
from django.urls import reverse

from huiqi.accounts.tests.make import make_office
from huiqi.cases.models import Draft
from huiqi.cases.tests.make import make_edition, make_officer
from huiqi.core.ids import new_token
from huiqi.reference.models import Division

CONTACT = {"name": "李明", "phone": "13800138000"}
WHO = {"firm_name": "演示口罩厂", "county": "430181"}
MATTER = {"topic": "work"}
WORDS = {"title": "招不到工人", "text": "口罩生产线复工，缺20名工人。"}


def make_site() -> None:
    """浏阳 with an office that takes requests, and one item."""
    make_edition()
    make_county()
    if not make_office("liuyang").people.exists():
        make_officer("liuyang")


def make_county(code: str = "430181", name: str = "浏阳市") -> Division:
    """A county of the code list; the same one when asked again."""
    found, _made = Division.objects.get_or_create(
        code=code,
        defaults={
            "name": name,
            "full_name": f"湖南省长沙市{name}",
            "level": "county",
            "pinyin": "liuyang",
            "initials": "lys",
        },
    )
    return found


def begin(client: Client, **changes: Any) -> str:
    """Send the first step; returns the draft's link."""
    token = changes.pop("token", new_token())
    answer = client.post(reverse("cases:ask", args=["request"]), {**CONTACT, "token": token, **changes})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"].split("/drafts/")[1].split("/")[0])


def step(client: Client, link: str, name: str, **typed: Any) -> Any:
    """Send a step."""
    return client.post(reverse("cases:draft_step", args=[link, name]), typed)


def fill(client: Client, link: str, *, who: bool = True) -> str:
    """All steps after the first; returns the link, ready to send."""
    if who:
        assert step(client, link, "who", **WHO).status_code == 302
    assert step(client, link, "matter", **MATTER).status_code == 302
    assert step(client, link, "words", **WORDS).status_code == 302
    return link


def send(client: Client, link: str) -> Any:
    """Press the button."""
    return client.post(reverse("cases:draft_send", args=[link]))


def the_draft() -> Draft:
    """The only draft."""
    return Draft.objects.get()
