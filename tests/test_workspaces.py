"""The desk 办理台 of every person of the cast, the work menu, the search: useful, and in constant queries."""

from datetime import date, timedelta
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from huiqi.accounts.models import User
from huiqi.accounts.roles import Role
from huiqi.core.desk import HITS_PER_SOURCE
from huiqi.core.models import Dismissed
from huiqi.core.slots import SLOTS, Hit, Source, Task
from huiqi.enterprises.models import Membership
from huiqi.enterprises.tests.make import AT, claim_in_liuyang, make_firm
from huiqi.messages.tests.make import make_notice
from huiqi.stationing.tests.make import escalation_in_liuyang, make_key_firm, make_stationing
from tests.harness.cast import CAST, enter

pytestmark = pytest.mark.django_db
DESK = "/desk/"
SEARCH = "/desk/search/"
# Most queries a desk may ask, whoever opens it and however much waits; officers have every kind of matter:
# firms, lists, key materials, requests, letters, arrears and wording, with a count for each kind of work.
DESK_BUDGET = 60


def body(client, path=DESK):
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def asked(client, path=DESK):
    with CaptureQueriesContext(connection) as seen:
        body(client, path)
    return len(seen)


@pytest.mark.parametrize("person", CAST)
def test_nobody_gets_an_empty_desk(person):
    page = body(enter(person)[0])
    assert page.count("<h1") == 1
    assert CAST[person].name in page
    assert 'id="guide-title"' in page
    assert page.count('<ul class="hq-ways"><li>') == 1


@pytest.mark.parametrize("person", CAST)
def test_every_line_of_the_menu_every_way_and_every_step_opens(person):
    client, user = enter(person)
    request = client.get(DESK).wsgi_request
    request.user = user
    names = [way.url_name for way in SLOTS.ways if way.shown_to(request)]
    guides = [guide for guide in SLOTS.guides if guide.shown_to(request)]
    names += [step.url_name for step in guides[0].steps]
    urls = [line.url for line in SLOTS.menu_for(request).lines] + [reverse(name) for name in names]
    assert {url: client.get(url).status_code for url in sorted(set(urls))} == dict.fromkeys(
        sorted(set(urls)), 200
    )


@pytest.mark.parametrize("person", [name for name, part in CAST.items() if part.office])
def test_staff_whose_role_is_not_confirmed_are_led_to_no_page_that_is_not_theirs_yet(person):
    client, user = enter(person)
    User.objects.filter(pk=user.pk).update(is_role_confirmed=False)
    page = BeautifulSoup(client.get(DESK).content, "lxml")
    ways = [link["href"] for link in page.select("main a[href^='/']")]
    assert "/policies/" in ways
    assert {url: client.get(url, follow=True).status_code for url in ways} == dict.fromkeys(ways, 200)


def test_people_of_firms_are_spoken_to_of_their_own_firm():
    guide = BeautifulSoup(body(enter("firm")[0]), "lxml").select_one(".hq-guide").get_text()
    assert "给本企业做一次政策体检" in guide
    assert "任选一家企业" not in guide


@pytest.mark.parametrize("person", ["county", "firm", "stationed_officer", "security_admin", "hotline_agent"])
def test_the_desk_asks_no_more_when_more_waits(person):
    client, user = enter(person)
    grow(user)
    before = asked(client)
    for _ in range(3):
        grow(user)
    assert asked(client) == before
    assert before <= DESK_BUDGET


def grow(user):
    """A firm, a claim, a matter and a notice more."""
    claim_in_liuyang()
    make_notice(user)
    firm = make_key_firm()
    if user.role == Role.STATIONED_OFFICER:
        make_stationing(firm, user)
    if user.role == Role.FIRM:
        Membership.objects.create(enterprise=firm, user=user, part=Membership.Part.OWNER, began_at=AT)
    escalation_in_liuyang()


def test_the_frame_of_a_page_asks_for_session_person_unit_deputyships_and_unread_notices():
    client, _ = enter("county")
    with CaptureQueriesContext(connection) as seen:
        body(client, SEARCH)
    # The stamp of the session is written at most once in a while.
    assert len([query for query in seen if query["sql"].startswith("SELECT")]) == 5


def test_what_waits_is_shown_with_its_number_and_goes_when_done():
    client, _ = enter("county")
    assert "企业认领待审核" not in body(client)
    claim_in_liuyang()
    assert "企业认领待审核" in body(client)
    assert "企业认领待审核" not in body(enter("hotline_agent")[0])


def test_late_tasks_come_first_then_by_their_day_then_those_without(monkeypatch):
    day = date(2020, 3, 2)
    tasks = [
        Task("没有期限", "/"),
        Task("后天", "/", due=day + timedelta(days=1)),
        Task("明天", "/", due=day),
        Task("过期", "/", due=day, is_late=True),
    ]
    monkeypatch.setattr(SLOTS, "tasks", [lambda request: tasks])
    shown = [task.label for task in enter("county")[0].get(DESK).context["tasks"]]
    assert shown == ["过期", "明天", "后天", "没有期限"]


def test_a_role_whose_matters_come_later_is_told_so_and_an_officer_is_not():
    assert "还没有分给评审专家的办件" in body(enter("expert")[0])
    assert "的办件；开通后" not in body(enter("county")[0])


def test_a_person_without_a_firm_is_shown_how_to_claim_one_and_then_the_next_step():
    client, user = enter("firm")
    assert reverse("enterprises:find_firm") in body(client)
    firm = make_firm("浏阳甲公司")
    Membership.objects.create(enterprise=firm, user=user, part=Membership.Part.OWNER, began_at=AT)
    page = body(client)
    assert "浏阳甲公司" in page
    assert "补企业数据" in page


def test_the_guide_can_be_put_away_for_good_and_brought_back_by_its_owner():
    client, user = enter("county")
    assert client.post(reverse("core:guide_dismiss")).status_code == 302
    assert 'id="guide-title"' not in body(client)
    assert 'id="guide-title"' in body(enter("city")[0])
    assert Dismissed.objects.get().owner_id == user.public_id
    client.post(reverse("core:guide_back"))
    assert 'id="guide-title"' in body(client)


def test_the_firm_page_of_a_firm_person_marks_their_own_line_of_the_menu():
    client, user = enter("firm")
    firm = make_firm()
    Membership.objects.create(enterprise=firm, user=user, part=Membership.Part.OWNER, began_at=AT)
    page = body(client, reverse("enterprises:firm", args=[firm.public_id]))
    assert f'<a href="{reverse("enterprises:my_firms")}" aria-current="true">' in page


# --- the search -----------------------------------------------------------------------------------


def test_words_from_the_box_go_into_the_address():
    answer = enter("county")[0].post(SEARCH, {"q": " 防护 用品 "})
    assert answer.status_code == 302
    assert answer["Location"] == f"{SEARCH}?{urlencode({'q': '防护 用品'})}"


def test_a_telephone_number_never_enters_an_address_nor_the_page(monkeypatch):
    hits = [Hit("某企业", "/firms/x/")] * HITS_PER_SOURCE
    found = Source("企业", lambda request, words, limit: hits, "enterprises:register")
    monkeypatch.setattr(SLOTS, "search", [found])
    answer = enter("county")[0].post(SEARCH, {"q": "13812345678"})
    assert answer.status_code == 200
    assert "某企业" in answer.content.decode()
    assert "13812345678" not in answer.content.decode()


def test_firms_policies_and_pages_of_the_menu_are_found_and_only_those_one_may_see():
    make_firm("浏阳防护用品有限公司", county="430181")
    client, _ = enter("county")
    page = body(client, f"{SEARCH}?q=防护用品")
    assert "浏阳防护用品有限公司" in page
    assert "浏阳防护用品有限公司" not in body(enter("other_city")[0], f"{SEARCH}?q=防护用品")
    assert "浏阳防护用品有限公司" not in body(enter("hotline_agent")[0], f"{SEARCH}?q=防护用品")
    assert reverse("policies:policy", args=["ui-job-retention-refund"]) in body(client, f"{SEARCH}?q=稳岗")
    hits = 'class="hq-hits"'
    menu = body(client, f"{SEARCH}?q=导入企业")
    assert hits in menu
    assert hits not in body(enter("hotline_agent")[0], f"{SEARCH}?q=导入企业")


def test_a_search_asks_as_much_for_many_firms_as_for_one():
    client, _ = enter("county")
    make_firm("浏阳防护一厂有限公司")
    before = asked(client, f"{SEARCH}?q=浏阳防护")
    for at in range(5):
        make_firm(f"浏阳防护{at}厂有限公司")
    assert asked(client, f"{SEARCH}?q=浏阳防护") == before


def test_more_firms_than_shown_lead_to_the_whole_list():
    client, _ = enter("county")
    for at in range(HITS_PER_SOURCE - 1):
        make_firm(f"浏阳防护{at}厂有限公司")
    assert "查看更多" not in body(client, f"{SEARCH}?q=浏阳防护")
    make_firm("浏阳防护末厂有限公司")
    page = body(client, f"{SEARCH}?q=浏阳防护")
    assert f'href="{reverse("enterprises:register")}?{urlencode({"q": "浏阳防护"})}"' in page


def test_nothing_found_says_what_to_try():
    assert "没有找到" in body(enter("county")[0], f"{SEARCH}?q=zzzzqq")


# --- the home page --------------------------------------------------------------------------------


def test_the_home_page_has_an_entrance_for_firms_staff_and_everybody(visitor, db):
    page = body(visitor, "/")
    for name in ("policies:check_start", "enterprises:my_firms", "accounts:sign_in", "lists:public"):
        assert f'href="{reverse(name)}"' in page
    assert "tel:96871" in page
