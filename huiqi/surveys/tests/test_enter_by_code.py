"""Invited firms come in by their codes: what is wrong, used or over is said and tells nothing else."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from huiqi.core import clock
from huiqi.core.ids import ALPHABET
from huiqi.surveys.codes import CODE_LENGTH, code_in, new_code, plain_code, spoken, token_of
from huiqi.surveys.commands.outcomes import MOST_TRIES
from huiqi.surveys.commands.responses import begin_invited
from huiqi.surveys.models import CodeTry, Invitation, InvitationCode, Quota, Response, Survey, Wave
from huiqi.surveys.tests.make_campaign import answer_by, make_campaign, make_code_for


def door(code: str) -> str:
    return reverse("surveys:enter", args=[code])


@given(st.text(alphabet=ALPHABET, min_size=CODE_LENGTH, max_size=CODE_LENGTH))
def test_a_code_is_read_as_it_is_printed_and_typed(code):
    assert plain_code(spoken(code)) == code
    assert plain_code(f"  {spoken(code).upper()} ") == code
    assert code_in(token_of(code)) == code


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_code_or_none(typed):
    read = plain_code(typed)
    assert read == "" or (len(read) == CODE_LENGTH and set(read) <= set(ALPHABET))


# --- refusals -----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_code_nobody_was_given_opens_nothing_and_too_many_of_them_wait(client):
    wave = make_campaign(1)
    code = make_code_for(Invitation.objects.get())
    wrong = client.get(door(new_code()))
    assert wrong.status_code == 404
    shown = wrong.content.decode()
    assert "打不开这个邀请码" in shown
    assert wave.survey.title not in shown
    assert wave.survey.owner.name not in shown
    for _number in range(MOST_TRIES - 1):
        client.get(door(new_code()))
    assert CodeTry.objects.count() == MOST_TRIES
    held_up = client.get(door(code))
    assert held_up.status_code == 429
    assert "等15分钟" in held_up.content.decode()
    assert client.post(door(code)).status_code == 429
    # Another address is not held up by this one.
    assert client.get(door(code), REMOTE_ADDR="10.9.9.9").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["x", "甲" * 12, "0" * 300, "abcd-efgh"])
def test_what_is_no_code_at_all_is_told_so(client, text):
    assert client.get(door(text)).status_code == 404
    answer = client.post(reverse("surveys:code"), {"code": text})
    assert answer.status_code == 422


@pytest.mark.django_db
def test_a_used_code_is_used_up_also_the_other_codes_of_the_firm(client):
    make_campaign(1)
    invitation = Invitation.objects.get()
    first, second = make_code_for(invitation), make_code_for(invitation)
    assert answer_by(first) == 200
    for code in (first, second):
        assert "已经交过答卷" in client.get(door(code)).content.decode()
        assert client.post(door(code)).status_code == 409
    assert Response.objects.count() == 1


@pytest.mark.django_db
def test_after_the_last_day_a_code_says_so(client):
    make_campaign(1)
    code = make_code_for(Invitation.objects.get())
    Wave.objects.update(opens_on=date(2020, 2, 1), closes_on=date(2020, 2, 29))
    assert "已经截止" in client.get(door(code)).content.decode()
    assert client.post(door(code)).status_code == 409
    assert not Response.objects.exists()


@pytest.mark.django_db
def test_looking_at_the_link_writes_nothing(client):
    make_campaign(1)
    code = make_code_for(Invitation.objects.get())
    for name in ("enter", "stop"):
        assert client.get(reverse(f"surveys:{name}", args=[code])).status_code == 200
    row = Invitation.objects.get()
    assert (row.outcome, row.no_more_reminders) == ("pending", False)
    assert not Response.objects.exists()
    assert not CodeTry.objects.exists()


@pytest.mark.django_db
def test_when_enough_have_answered_new_ones_are_thanked_and_begun_ones_finish(client):
    wave = make_campaign(4)
    rows = list(Invitation.objects.order_by("pk"))
    begun, late = make_code_for(rows[0]), make_code_for(rows[1])
    other = make_code_for(rows[3])
    Quota.objects.create(wave=wave, county="430181", most=1)
    client.post(door(begun))
    assert answer_by(make_code_for(rows[2])) == 200
    shown = client.post(door(late))
    assert shown.status_code == 409
    assert "已经够了" in shown.content.decode()
    assert Invitation.objects.get(pk=rows[1].pk).outcome == "over_quota"
    assert answer_by(begun) == 200
    # Firms of another county are asked on.
    assert answer_by(other) == 200


# --- the way through ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_opening_again_on_another_device_goes_on_where_it_was():
    make_campaign(1)
    invitation = Invitation.objects.get()
    code, later = make_code_for(invitation), make_code_for(invitation)
    token = token_of(code)
    phone, desk = Client(), Client()
    phone.post(door(code))
    phone.post(reverse("surveys:page", args=[token, 1]), {"data-firm-uscc": "", "data-firm-staff": "77"})
    assert Invitation.objects.get().outcome == "opened"
    shown = desk.get(door(later)).content.decode()
    assert "接着填" in shown
    desk.post(door(later))
    assert 'value="77"' in desk.get(reverse("surveys:page", args=[token_of(later), 1])).content.decode()
    assert Response.objects.count() == 1


@pytest.mark.django_db
def test_a_firm_answers_once_a_wave_and_the_answer_knows_it():
    make_campaign(1)
    invitation = Invitation.objects.get()
    assert answer_by(make_code_for(invitation)) == 200
    response = Response.objects.get()
    assert (response.enterprise_id, response.invitation_id) == (invitation.enterprise_id, invitation.pk)
    assert Invitation.objects.get().outcome == "answered"


@pytest.mark.django_db
def test_reminders_are_stopped_from_the_message(client):
    make_campaign(1)
    code = make_code_for(Invitation.objects.get())
    url = reverse("surveys:stop", args=[code])
    assert "不再收到这项调查的提醒" in client.get(url).content.decode()
    assert "不再提醒了" in client.post(url).content.decode()
    assert Invitation.objects.get().no_more_reminders
    # The form can still be filled in.
    assert answer_by(code) == 200


# --- anonymous ----------------------------------------------------------------------------------------


def _stored(row: object) -> dict[str, str]:
    """Every column of a row as text."""
    names = [field.attname for field in row._meta.concrete_fields]  # type: ignore[attr-defined]
    return {name: str(getattr(row, name)) for name in names}


@pytest.mark.django_db
def test_nothing_joins_an_anonymous_answer_to_its_firm():
    make_campaign(4, is_anonymous=True)
    rows = list(Invitation.objects.order_by("pk"))
    codes = [make_code_for(row) for row in rows]
    before = {row.pk: _stored(row) for row in Invitation.objects.all()}
    for code, status in zip(codes, ("open", "closed-not", "open", "open"), strict=True):
        if status == "open":
            assert answer_by(code, uscc="91430181MA4L16JQ9B") == 200
    answers = list(Response.objects.sent().order_by("pk"))
    assert len(answers) == 3
    # The invitation tells that it was answered, and nothing else of it has changed: no day, no hour.
    for row in Invitation.objects.all():
        changed = {name for name, text in _stored(row).items() if before[row.pk][name] != text}
        assert changed == ({"outcome"} if row.outcome == "answered" else set())
    # All answers have the same times, the first day's midnight, and no keys but chance's.
    for name in ("sent_at", "begun_at", "saved_at", "expires_at"):
        assert len({getattr(row, name) for row in answers}) == 1, name
    assert {str(row.sent_at) for row in answers} == {"2020-02-29 16:00:00+00:00"}
    firms = {row.enterprise.public_id for row in rows} | {row.public_id for row in rows}
    digests = set(InvitationCode.objects.values_list("digest", flat=True))
    for row in answers:
        assert (row.enterprise_id, row.invitation_id, row.filled_by_id) == (None, None, None)
        assert (row.token_digest, row.firm_key, row.phone, row.phone_index) == ("", "", "", "")
        assert row.pk >= 2**52
        assert not (firms | digests) & set(_stored(row).values())


@pytest.mark.django_db
def test_the_order_of_keys_does_not_follow_the_order_of_answering():
    make_campaign(12, is_anonymous=True)
    invitations = list(Invitation.objects.order_by("pk"))
    order = []
    for row in invitations:
        assert answer_by(make_code_for(row)) == 200
        # What was there before has been told; the new one is the one just sent.
        order.append(next(pk for pk in Response.objects.values_list("pk", flat=True) if pk not in order))
    # One order of 12! would be the order of answering: this fails once in 479 million runs.
    assert order != sorted(order)


@pytest.mark.django_db
def test_while_it_is_filled_in_only_the_code_leads_from_the_firm_to_the_form():
    make_campaign(1, is_anonymous=True)
    code = make_code_for(Invitation.objects.get())
    Client().post(door(code))
    draft = Response.objects.get()
    assert (draft.enterprise_id, draft.invitation_id) == (None, None)
    assert draft.token_digest != InvitationCode.objects.get().digest
    assert draft.token_digest.split(":")[1] not in InvitationCode.objects.get().digest
    token = token_of(code)
    again = Client().get(reverse("surveys:page", args=[token, 1]))
    assert again.status_code == 200


@pytest.mark.django_db
def test_an_anonymous_firm_answers_once_whatever_code_it_uses():
    make_campaign(1, is_anonymous=True)
    invitation = Invitation.objects.get()
    first, second = make_code_for(invitation), make_code_for(invitation)
    begin_invited(invitation, first, today=date(2020, 3, 1), at=clock.wall_now())
    begin_invited(invitation, second, today=date(2020, 3, 1), at=clock.wall_now())
    assert Response.objects.count() == 2
    assert answer_by(second) == 200
    token = token_of(first)
    client = Client()
    client.post(reverse("surveys:page", args=[token, 1]), {"data-firm-uscc": "", "data-firm-staff": "3"})
    client.post(reverse("surveys:page", args=[token, 2]), {"data-state-status": "open"})
    late = client.post(reverse("surveys:check", args=[token]))
    assert late.status_code == 409
    assert Response.objects.sent().count() == 1
    assert Survey.objects.get().is_anonymous
