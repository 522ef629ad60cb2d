"""One-time codes: paced, short-lived, counted, kept as digests."""

import pytest
from cryptography.fernet import Fernet
from django.db import connection, transaction

from huiqi.core.errors import Refused
from huiqi.core.models import AuditRecord
from huiqi.messages.commands.codes import MOST_FAILURES, VALID_FOR, check_code, send_code
from huiqi.messages.models import Delivery, OneTimeCode
from huiqi.messages.tests.make import AT, DAY, MINUTE, PHONE, last_code, make_person
from tests.harness.together import together

pytestmark = pytest.mark.django_db
OTHER = "13900002222"


def send(phone=PHONE, at=AT, **more):
    return send_code(phone, "firm_claim", at=at, **more)


def check(code, phone=PHONE, at=AT, **more):
    return check_code(phone, "firm_claim", code, at=at, **more)


def wrong_for(code):
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_nothing_is_sent_to_no_number():
    with pytest.raises(Refused) as refusal:
        send(" ")
    assert refusal.value.code == "messages.no_phone"


def test_a_second_code_within_a_minute_is_refused_and_says_how_long_to_wait():
    send()
    with pytest.raises(Refused, match="请31秒后再试") as refusal:
        send(at=AT + MINUTE / 2)
    assert refusal.value.code == "messages.too_soon"
    assert send(at=AT + MINUTE)


def test_spellings_of_a_number_are_one_number():
    send("138 0000 1111")
    with pytest.raises(Refused):
        send("+86-13800001111", at=AT + MINUTE / 2)


def test_the_sixth_code_in_24_hours_is_refused_and_allowed_again_later():
    for number in range(5):
        send(at=AT + number * MINUTE)
    with pytest.raises(Refused) as refusal:
        send(at=AT + 10 * MINUTE)
    assert refusal.value.code == "messages.too_many"
    assert send(at=AT + DAY)


def test_an_account_is_paced_across_numbers_and_a_number_across_accounts():
    person, other = make_person(), make_person()
    send(PHONE, user=person)
    with pytest.raises(Refused):
        send(OTHER, user=person)
    with pytest.raises(Refused):
        send(PHONE, user=other)
    assert send(OTHER, user=other)


def test_neither_number_nor_code_is_stored_in_the_clear():
    send()
    code = last_code()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM huiqi_messages_onetimecode")
        stored = str(cursor.fetchall())
        cursor.execute("SELECT phone, text FROM huiqi_messages_delivery")
        stored += str(cursor.fetchall())
    assert PHONE not in stored
    assert code not in stored
    assert code not in str(list(AuditRecord.objects.order_by("pk").values_list("details", flat=True)))


def test_the_text_names_us_the_purpose_and_the_time():
    sent = send(words="认领企业")
    text = Delivery.objects.get().text
    assert text.startswith("【惠企】验证码")
    assert "用于认领企业" in text and "10分钟内有效" in text
    assert (sent.to, sent.expires_at) == ("138****1111", AT + VALID_FOR)


def test_a_wrong_code_says_how_many_tries_are_left():
    send()
    verdict = check(wrong_for(last_code()))
    assert (verdict.ok, verdict.tries_left) == (False, MOST_FAILURES - 1)
    assert "还可以再试4次" in str(verdict.said)


def test_after_five_wrong_tries_the_right_code_no_longer_helps():
    send()
    code = last_code()
    for _ in range(MOST_FAILURES):
        assert not check(wrong_for(code)).ok
    assert not check(code).ok


def test_a_code_is_void_after_ten_minutes():
    send()
    assert not check(last_code(), at=AT + VALID_FOR + MINUTE / 60).ok


def test_a_newer_code_voids_the_older_one():
    send()
    first = last_code()
    send(at=AT + MINUTE)
    OneTimeCode.objects.filter(closed_at=None).update(code_digest="x")  # so that no chance makes both equal
    assert not check(first, at=AT + MINUTE).ok


def test_a_code_holds_for_its_number_its_purpose_and_its_account_alone():
    person = make_person()
    send(user=person)
    code = last_code()
    assert not check(code, user=make_person()).ok
    assert not check(code).ok
    assert not check(code, phone=OTHER, user=person).ok
    assert not check_code(PHONE, "another", code, at=AT, user=person).ok
    assert check(code, user=person).ok


def test_the_right_code_is_taken_once_also_in_full_width_and_with_spaces():
    send()
    code = last_code()
    wide = " ".join(chr(ord(digit) + 0xFEE0) for digit in code)
    assert check(wide).ok
    assert not check(code).ok


def test_a_code_survives_a_change_of_keys(settings):
    send()
    code = last_code()
    settings.HUIQI_KEYS = f"k2:{Fernet.generate_key().decode()}"
    assert check(code).ok


@pytest.mark.django_db(transaction=True)
def test_a_check_inside_another_transaction_is_refused_because_its_count_could_be_undone():
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        check("123456")


@pytest.mark.django_db(transaction=True)
def test_of_two_simultaneous_requests_one_code_is_sent():
    for number in range(3):
        phone = f"1380000{number:04d}"
        outcomes = together(lambda phone=phone: send(phone), lambda phone=phone: send(phone))
        refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
        assert len(refused) == 1, outcomes
        assert refused[0].code == "messages.too_soon"


@pytest.mark.django_db(transaction=True)
def test_simultaneous_guesses_are_all_counted():
    send()
    OneTimeCode.objects.update(code_digest="x")  # so that no chance makes the guess right
    together(*[lambda: check("000000")] * 4)
    assert OneTimeCode.objects.get().failures == 4
