"""The same form sent twice at the same moment: an impatient finger, a browser that tries again."""

import copy

import pytest
from django.test import Client
from django.urls import reverse

from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.cases.models import Case, Clock, Event
from huiqi.cases.tests.walk import begin, fill, make_site, send, the_draft
from huiqi.core.ids import new_token
from tests.harness.together import together

pytestmark = pytest.mark.django_db(transaction=True)
FILLED = {
    "consent": "spoken",
    "channel": "window",
    "name": "李明",
    "phone": "138 0013 8000",
    "firm_name": "演示口罩厂",
    "county": "430181",
    "topic": "work",
    "title": "招不到工人",
    "text": "缺20名工人。",
}


@pytest.fixture(autouse=True)
def site():
    make_site()


def same_browser(client):
    """A second connection of the same browser: its own object, the same cookies."""
    other = Client()
    other.cookies = copy.deepcopy(client.cookies)
    return other


def assert_one_whole_case():
    assert (Case.objects.count(), Event.objects.count(), Clock.objects.count()) == (1, 1, 1)


def test_a_visitors_form_sent_twice_at_once_is_one_case_with_one_receipt(client):
    link = fill(client, begin(client))
    other = same_browser(client)

    answers = together(lambda: send(client, link), lambda: send(other, link))

    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert_one_whole_case()
    assert the_draft().case_number == Case.objects.get().number


def test_a_form_filled_in_for_somebody_and_sent_twice_at_once_is_one_case(client):
    client.force_login(make_user(role=Role.WINDOW_CLERK, unit=make_office("liuyang")))
    other, given = same_browser(client), {**FILLED, "key": new_token()}
    page = reverse("cases:take")

    answers = together(lambda: client.post(page, given), lambda: other.post(page, given))

    assert [answer.status_code for answer in answers] == [200, 200]
    assert_one_whole_case()
