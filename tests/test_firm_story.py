"""One firm's story through the site, from the first photo to the rating, by HTTP alone.

Somebody without an account asks on a phone, goes on at a computer, is asked for a paper, gets an answer
that does not help, says so, gets another and rates it. Each side sees its part; messages hold a number only.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.test import Client
from django.urls import reverse

from huiqi.accounts.models import User
from huiqi.accounts.roles import Role
from huiqi.cases.models import Case
from huiqi.cases.tests.make import make_officer
from huiqi.cases.tests.walk import WHO, begin, make_site, step
from huiqi.files.tests.make_uploads import JPEG, PDF, PNG
from huiqi.messages.models import Delivery, Notice, OneTimeCode

pytestmark = pytest.mark.django_db
PHONE = "13800138000"
TITLE, TEXT = "口罩生产线招不到工人", "复工第三天，缺20名缝纫工，附车间照片。"
ASKED_FOR, SUPPLEMENT = "请补充用工岗位和工资标准。", "缝纫工20名，计件，见附表。"
FIRST, SECOND = "已在人社网站发布招工信息。", "人社局组织专场招聘，已到岗22人。"
LEFT = "信息发了，一个人也没有来。"
# What no message and no public page may say.
SECRETS = ("李明", PHONE, "演示口罩厂", TITLE, TEXT, ASKED_FOR, SUPPLEMENT, FIRST, SECOND, LEFT)


def said(client: Client, url: str) -> str:
    """The words of a page that opens."""
    answer = client.get(url)
    assert answer.status_code == 200, url
    return str(BeautifulSoup(answer.content, "html.parser").get_text(" ", strip=True))


def press(client: Client, page: str, action: str, **typed: Any) -> str:
    """Fill in the form of `page` whose address ends with `action` and press its button; where it leads to."""
    soup = BeautifulSoup(client.get(page).content, "html.parser")
    form = soup.find("form", action=re.compile(rf"{action}/$"))
    assert form is not None, f"{page} offers no {action}"
    hidden = {box["name"]: box.get("value", "") for box in form.find_all("input", type="hidden")}
    hidden.pop("csrfmiddlewaretoken", None)
    answer = client.post(form["action"], {**hidden, **typed})
    assert answer.status_code == 302, BeautifulSoup(answer.content, "html.parser").get_text(" ", strip=True)
    return str(answer["Location"])


def enter(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def newest_code(pattern: str) -> str:
    """The six digits of the newest text message of a kind; two minutes later another may be asked for."""
    texts = [row.text for row in Delivery.objects.order_by("-pk") if row.phone == PHONE]
    found = next(match for text in texts if (match := re.search(pattern, text)))
    OneTimeCode.objects.update(made_at=F("made_at") - timedelta(minutes=2))
    return found[1]


class Firm:
    """The requester: a phone in the workshop, a computer in the office, no account."""

    def __init__(self) -> None:
        self.phone, self.computer = Client(), Client()
        self.number = self.code = self.own = ""

    def begins_on_the_phone(self) -> None:
        link = begin(self.phone, phone=PHONE)
        step(self.phone, link, "who", **WHO)
        step(self.phone, link, "matter", topic="work")
        self.phone.post(reverse("cases:draft_save", args=[link, "words"]), {"title": TITLE, "text": TEXT})
        for name, photo in (("车间.jpg", JPEG), ("产线.png", PNG)):
            upload = {"file": SimpleUploadedFile(name, photo), "do": "upload"}
            assert (
                self.phone.post(reverse("cases:draft_step", args=[link, "files"]), upload).status_code == 302
            )

    def goes_on_at_the_computer_and_sends(self) -> str:
        """What the receipt says."""
        drafts = reverse("cases:drafts")
        self.computer.post(drafts, {"phone": PHONE, "do": "send"})
        proof = {"phone": PHONE, "do": "open", "code": newest_code(r"验证码(\d{6})")}
        soup = BeautifulSoup(self.computer.post(drafts, proof).content, "html.parser")
        link = soup.find("a", href=re.compile(r"/cases/drafts/[^/]{30,}/"))["href"]
        check = str(self.computer.get(link)["Location"])
        seen = said(self.computer, check)
        assert TITLE in seen and TEXT in seen and "车间.jpg" in seen and "产线.png" in seen
        receipt = press(self.computer, check, "send")
        self.code = newest_code(r"查询码(\d{6})")
        self.number = Case.objects.get().number
        return said(self.computer, receipt)

    def looks_up(self) -> str:
        """The public page: number and code, no phone needed."""
        known = {"number": self.number, "code": self.code}
        self.page = str(self.computer.post(reverse("cases:progress"), known)["Location"])
        return said(self.computer, self.page)

    def proves_the_phone(self) -> None:
        self.looks_up()
        send = f"{self.page}code/"
        self.computer.post(send, {"do": "send"})
        code = newest_code(r"验证码(\d{6})，用于查看诉求答复")
        self.own = str(self.computer.post(send, {"do": "open", "code": code})["Location"])

    def does(self, act: str, **typed: Any) -> None:
        press(self.computer, self.own, f"do/{act}", **typed)


class Office:
    """浏阳's office: one handles, another reviews."""

    def __init__(self) -> None:
        self.handler, self.reviewer = (
            make_officer("liuyang", name="赵经办"),
            make_officer("liuyang", name="钱审核"),
        )
        self.desk, self.review = enter(self.handler), enter(self.reviewer)

    def page(self) -> str:
        return reverse("cases:case", args=[Case.objects.get().public_id])

    def does(self, act: str, **typed: Any) -> None:
        press(self.desk, self.page(), f"act/{act}", **typed)

    def answers(self, text: str) -> None:
        self.does("answer", text=text, ending="solved")
        press(self.review, self.page(), "act/approve", text=text, ending="solved")


@pytest.fixture
def texts() -> Iterator[None]:
    """At the end every message that went out is looked at."""
    yield
    number = Case.objects.get().number
    sent = [*Delivery.objects.exclude(purpose="code").values_list("text", flat=True)]
    told = [*Notice.objects.order_by("pk")]
    # All of it happens on one day, on which nobody hears of the same kind of thing twice.
    assert len(sent) >= 3 and told
    for text in (*sent, *(notice.text for notice in told)):
        assert number in text and not [secret for secret in SECRETS if secret in text], text
    assert all(notice.url.startswith("/cases/") for notice in told)


def test_a_firm_without_an_account_gets_its_matter_solved(texts: None) -> None:
    make_site()
    firm, office = Firm(), Office()

    firm.begins_on_the_phone()
    receipt = firm.goes_on_at_the_computer_and_sends()
    assert Case.objects.get().spoken_number in receipt and firm.code in receipt
    assert Case.objects.get().desk.name in receipt and re.search(r"\d+月\d+日\d+:\d\d前", receipt)

    # The office sees it whole but for the phone; another county sees nothing.
    seen = said(office.desk, office.page())
    assert TEXT in seen and "车间.jpg" in seen and PHONE not in seen
    assert enter(make_officer("xiangtan")).get(office.page()).status_code == 404
    assert enter(make_officer("liuyang", Role.FIRM)).get(office.page()).status_code == 404

    office.does("ask_supplement", text=ASKED_FOR)
    public = firm.looks_up()
    assert "等您补充" in public and not [secret for secret in SECRETS if secret in public]
    firm.proves_the_phone()
    assert ASKED_FOR in said(firm.computer, firm.own)
    firm.does("supplement", text=SUPPLEMENT, file=SimpleUploadedFile("岗位表.pdf", PDF))

    seen = said(office.desk, office.page())
    assert SUPPLEMENT in seen and "岗位表.pdf" in seen
    office.does("accept")
    dispatch = reverse("cases:dispatch", args=[Case.objects.get().public_id])
    office.desk.post(dispatch, _dispatch_form(office.desk, dispatch))
    office.does("sign")
    office.does("contact", note="内部：电话里说工资可再谈。")
    office.answers(FIRST)

    own = said(firm.computer, firm.own)
    assert FIRST in own and "办得怎样" in own and "赵经办" not in own and "工资可再谈" not in own
    firm.does("rate", word="not_solved", text=LEFT)

    assert LEFT in said(office.desk, office.page())
    assert (Case.objects.get().state, Case.objects.get().round) == ("handling", 2)
    office.answers(SECOND)

    assert SECOND in said(firm.computer, firm.own)
    firm.does("rate", word="solved", rating="5")
    case = Case.objects.get()
    assert (case.state, case.ending, case.word, case.rating) == ("ended", "solved", "solved", 5)
    public = firm.looks_up()
    assert "已办结" in public and not [secret for secret in SECRETS if secret in public]
    assert "诉求人评价" in said(office.desk, office.page())


def _dispatch_form(client: Client, url: str) -> dict[str, Any]:
    """The form of the dispatch page as it stands, with the unit it proposes."""
    soup = BeautifulSoup(client.get(url).content, "html.parser")
    boxes = soup.find("form", action=None, method="post") or soup.find("form", action=url)
    lead = soup.find("input", {"name": "lead"})
    hidden = {box["name"]: box.get("value", "") for box in boxes.find_all("input", type="hidden")}
    return {**hidden, "lead": lead["value"], "mode": "auto", "instruction": "请三日内联系企业。"}
