"""The notices page: one's own notices, unread first, read only by an act."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from huiqi.accounts.tests.make import make_user
from huiqi.core.pagination import paginate
from huiqi.messages.adapters.outbox import OutboxSms
from huiqi.messages.commands.deliveries import send_one
from huiqi.messages.commands.notices import (
    notify,
    notify_all,
    read_notice,
    settle_notices,
    settle_reminders,
)
from huiqi.messages.kinds import notice_kind
from huiqi.messages.models import Delivery, MutedKind, Notice
from huiqi.messages.queries import notices_of
from huiqi.messages.tests.make import AT, DAY, KIND, make_notice, make_person
from tests.harness.cast import enter as enter_with_user
from tests.harness.cast import play

pytestmark = pytest.mark.django_db
PAGE = "/messages/"


def browser(client, user):
    client.force_login(user)
    return client


def test_a_visitor_is_sent_to_sign_in(visitor):
    assert visitor.get(PAGE).status_code == 302


def test_nobody_reads_or_opens_the_notice_of_another(enter):
    notice = make_notice(make_person())
    other = enter("county")
    assert notice.text not in other.get(PAGE).content.decode()
    assert other.post(reverse("messages:open", args=[notice.public_id])).status_code == 404
    assert other.post(reverse("messages:read_all"), {"up_to": notice.public_id}).status_code == 404
    notice.refresh_from_db()
    assert notice.read_at is None


def test_a_notice_holds_no_number_of_a_person():
    make_notice(person := make_person())
    for text in ("请联系13812345678", "身份证43010319800101123X"):
        with pytest.raises(ValueError, match="no number"):
            notify(person, KIND, text, "/desk/", at=AT)
    notify(person, KIND, "单号202003010001234", "/desk/", at=AT)


def test_a_notice_leads_to_a_page_of_this_site():
    make_notice(person := make_person())
    for url in ("https://example.com/", "//example.com/", "javascript:alert(1)", ""):
        with pytest.raises(ValueError, match="this site"):
            notify(person, KIND, "内容", url, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(user=person, kind=KIND, text="内容", url="//example.com/", at=AT)


def test_a_kind_nobody_registered_is_a_fault():
    with pytest.raises(KeyError):
        notify(make_person(), "test.typo", "内容", "/desk/", at=AT)


def test_the_same_key_tells_a_person_once_and_another_person_too():
    first, second = make_person(), make_person()
    make_notice(first)
    for _ in range(2):
        notify_all([first, second], KIND, "缺报", "/desk/", at=AT, once_key="2020-03-01")
    assert Notice.objects.filter(once_key="2020-03-01").count() == 2


def test_opening_marks_as_read_and_leads_on_while_looking_does_not(client):
    notice = make_notice(make_person(), url="/desk/?x=1")
    page = browser(client, notice.user)
    page.get(PAGE)
    notice.refresh_from_db()
    assert notice.read_at is None
    response = page.post(reverse("messages:open", args=[notice.public_id]))
    assert (response.status_code, response["Location"]) == (302, "/desk/?x=1")
    notice.refresh_from_db()
    assert notice.read_at is not None


def test_a_notice_can_be_marked_as_read_without_leaving_the_page(client):
    notice = make_notice(make_person())
    response = browser(client, notice.user).post(
        reverse("messages:open", args=[notice.public_id]), {"stay": "1"}
    )
    assert response["Location"] == PAGE


def test_all_as_read_means_all_that_was_on_the_page(client):
    person = make_person()
    seen, later = make_notice(person), make_notice(person)
    browser(client, person).post(reverse("messages:read_all"), {"up_to": seen.public_id})
    assert list(Notice.objects.unread()) == [later]


def test_unread_come_first_and_newest_before_older():
    person = make_person()
    read, older, newer = (make_notice(person, at=AT + DAY * number) for number in (3, 1, 2))
    read_notice(read, at=AT)
    assert list(Notice.objects.visible_to(person).unread_first()) == [newer, older, read]


def test_an_empty_page_says_why(enter):
    assert "还没有通知" in enter("county").get(PAGE).content.decode()


def test_the_lists_ask_the_same_number_of_questions_however_long(assert_queries):
    person = make_person()
    for count in (1, 45):
        while Notice.objects.count() < count:
            make_notice(person)
        with assert_queries(2):
            page = paginate(notices_of(person), "3")
            assert len(list(page)) == (1 if count == 1 else 5)


def test_the_desk_shows_what_is_unread(client):
    notice = make_notice(make_person())
    page = browser(client, notice.user)
    assert "1条未读" in page.get("/desk/").content.decode()
    read_notice(notice, at=AT)
    assert notice.text not in page.get("/desk/").content.decode()


def test_unticked_kinds_are_muted_and_ticked_ones_come_back(client):
    person = make_person()
    make_notice(person)
    page = browser(client, person)
    page.post(reverse("messages:preferences"), {})
    assert MutedKind.objects.filter(user=person, kind=KIND).exists()
    page.post(reverse("messages:preferences"), {"kind": [KIND]})
    assert not MutedKind.objects.filter(user=person, kind=KIND).exists()


def test_the_outbox_is_not_there_outside_a_demo(enter, settings):
    settings.HUIQI_DEMO = False
    assert enter("admin").get(reverse("messages:outbox")).status_code == 404


def test_the_outbox_shows_ones_own_messages_and_all_to_who_manages_accounts(settings):
    settings.HUIQI_SMS_PORT = f"{OutboxSms.__module__}.OutboxSms"
    client, user = enter_with_user("firm")
    for owner, text in ((user, "验证码111111"), (play("county"), "验证码222222")):
        row = Delivery(purpose="code", user=owner, phone="13800001111", text=text, made_at=AT, next_try_at=AT)
        row.save()
        send_one(row.public_id, at=AT)
    own = client.get(reverse("messages:outbox")).content.decode()
    assert "111111" in own and "222222" not in own
    assert "13800001111" not in own
    everything = enter_with_user("admin")[0].get(reverse("messages:outbox")).content.decode()
    assert "111111" in everything and "222222" in everything


# --- settling: a task that is done needs no reading ----------------------------------------------------


def tell(people, about, kind=KIND, **more):
    notice_kind(kind, "试验")
    notify_all(people, kind, "有1项待办", "/desk/", at=AT, about=about, **more)


def test_notices_of_another_kind_or_about_something_else_stay_unread():
    person, task, other = make_person(), make_user(), make_user()
    tell([person], other), tell([person], None), tell([person], task, kind="test.another_task")
    assert settle_notices(KIND, task, at=AT) == 0
    assert Notice.objects.unread().count() == 3


def test_when_a_task_is_done_nobody_need_read_of_it_and_the_page_says_so(client):
    task, people = make_user(), [make_person(), make_person(phone="13800002222")]
    tell(people, task)
    read_notice(Notice.objects.get(user=people[0]), at=AT)
    assert settle_notices(KIND, task, at=AT + DAY) == 1
    assert settle_notices(KIND, task, at=AT + 2 * DAY) == 0
    read_at = Notice.objects.order_by("pk").values_list("read_at", "settled_at")
    assert list(read_at) == [(AT, AT + DAY), (AT + DAY, AT + DAY)]
    page = browser(client, people[1]).get(PAGE).content.decode()
    assert "已办结" in page
    assert "没有未读通知" in page


def test_a_reminder_of_a_day_is_settled_for_those_who_have_done_their_part_alone():
    done, late = make_person(), make_person(phone="13800002222")
    tell([done, late], None, once_key="2020-03-01"), tell([done], None, once_key="2020-03-02")
    assert settle_reminders(KIND, "2020-03-01", [done], at=AT) == 1
    assert set(Notice.objects.unread().values_list("user", "once_key")) == {
        (late.pk, "2020-03-01"),
        (done.pk, "2020-03-02"),
    }
