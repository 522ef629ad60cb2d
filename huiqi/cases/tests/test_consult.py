"""Letters of consultation: drafted without who asked, agreed to, numbered elsewhere, answered or not."""

import io
from datetime import date

import pytest
from django.urls import reverse
from docx import Document

from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office
from huiqi.cases.commands.consultations import (
    Letter,
    Sending,
    change_letter,
    decide_countersign,
    draft_letter,
    enter_reply,
    enter_sent,
    raise_silence,
    send_for_review,
    withdraw_letter,
)
from huiqi.cases.commands.desk import add_co_handler
from huiqi.cases.letters import MASK, scrubbed
from huiqi.cases.models import Clock, Consultation, OrderState
from huiqi.cases.queries.consultations import first_draft, letters_due, letters_seen, turns_of
from huiqi.cases.tests.make import at, make_case, make_officer
from huiqi.cases.workflow import Stage, State
from huiqi.core.errors import Refused, VersionConflict
from huiqi.files.commands import receive_upload
from huiqi.files.tests.make_uploads import make_upload

pytestmark = pytest.mark.django_db
TODAY = date(2020, 3, 2)
SENT = Sending("浏工信函〔2020〕12号", date(2020, 3, 2), date(2020, 3, 9))


def letter_to(name="省税务局", body="请贵单位协调办理延期缴税。"):
    unit = make_office("tax") if name == "省税务局" else None
    return Letter("关于商请协调的函", body, name, unit)


def drafted(case=None, **said):
    """A draft of 浏阳's desk, and who wrote it."""
    case = case or make_case(state=State.HANDLING)
    writer = make_officer("liuyang")
    return draft_letter(case, letter_to(**said), from_unit=make_office("liuyang"), actor=writer, at=at())


def approved(**said):
    found = send_for_review(drafted(**said), actor=make_officer("liuyang"), at=at())
    return decide_countersign(found.countersigns.get(), agreed=True, actor=make_officer("changsha"), at=at())


def sent(**said):
    return enter_sent(approved(**said), SENT, actor=make_officer("liuyang"), at=at())


def refused(act, *args, **kwargs):
    """The code of the refusal."""
    with pytest.raises(Refused) as caught:
        act(*args, **kwargs)
    return caught.value.code


# --- refusals ------------------------------------------------------------------------------------------


def test_a_letter_that_names_the_requester_is_refused():
    case = make_case(state=State.HANDLING)
    body = f"请联系{case.requester_name}"
    writer = make_officer("liuyang")
    code = refused(draft_letter, case, letter_to(body=body), from_unit=case.desk, actor=writer, at=at())
    assert code == "cases.letter_names_requester"


def test_two_who_write_at_once_do_not_overwrite_each_other():
    found = drafted()
    writer = make_officer("liuyang")
    change_letter(found, letter_to(), actor=writer, at=at(), expected=found.version)
    with pytest.raises(VersionConflict):
        change_letter(found, letter_to(body="另一稿"), actor=writer, at=at(), expected=found.version)


def test_a_unit_without_people_cannot_countersign_here():
    mute = make_office("service")
    code = refused(send_for_review, drafted(), countersigners=[mute], actor=make_officer("liuyang"), at=at())
    assert code == "cases.countersigner_without_people"


def test_nobody_reviews_the_own_letter():
    found = drafted()
    send_for_review(found, actor=found.made_by, at=at())
    sign = found.countersigns.get()
    assert refused(decide_countersign, sign, agreed=True, actor=found.made_by, at=at()) == "cases.own_letter"
    assert not turns_of(found.made_by, TODAY).exists()


def test_the_review_waits_for_all_countersignatures():
    signer = make_officer("tax", Role.AUTHORITY_OFFICER)
    found = send_for_review(
        drafted(name="某银行"), countersigners=[signer.unit], actor=make_officer("liuyang"), at=at()
    )
    reviewer = make_officer("changsha")
    review = found.countersigns.get(is_review=True)
    code = refused(decide_countersign, review, agreed=True, actor=reviewer, at=at())
    assert code == "cases.countersigns_waiting"
    assert not turns_of(reviewer, TODAY).exists()
    assert turns_of(signer, TODAY).exists()


def test_a_refusal_needs_its_reason_and_leads_back_to_the_draft():
    found = send_for_review(drafted(), actor=make_officer("liuyang"), at=at())
    reviewer, sign = make_officer("changsha"), found.countersigns.get()
    assert refused(decide_countersign, sign, agreed=False, actor=reviewer, at=at()) == "cases.text_missing"
    found = decide_countersign(sign, agreed=False, comment="写明条款", actor=reviewer, at=at())
    assert found.state == Consultation.State.DRAFTING


def test_a_letter_leaves_only_with_the_number_of_the_oa_and_a_later_day():
    found, writer = approved(), make_officer("liuyang")
    blank = Sending(" ", TODAY, date(2020, 3, 9))
    early = Sending("12号", TODAY, TODAY)
    assert refused(enter_sent, found, blank, actor=writer, at=at()) == "cases.document_missing"
    assert refused(enter_sent, found, early, actor=writer, at=at()) == "cases.reply_by_wrong"


def test_a_draft_cannot_leave():
    assert (
        refused(enter_sent, drafted(), SENT, actor=make_officer("liuyang"), at=at()) == "cases.letter_changed"
    )


def test_an_answer_entered_for_others_needs_the_scan():
    found, writer = sent(), make_officer("liuyang")
    code = refused(enter_reply, found, text="同意", replied_on=TODAY, actor=writer, at=at())
    assert code == "cases.scan_missing"


def test_silence_is_raised_after_the_day_and_under_a_named_mandate_once():
    found, writer = sent(), make_officer("liuyang")
    assert (
        refused(raise_silence, found, mandate="议事规则第五条", actor=writer, at=at())
        == "cases.not_silent_yet"
    )
    late = at("2020-03-10")
    assert refused(raise_silence, found, mandate=" ", actor=writer, at=late) == "cases.mandate_missing"
    assert letters_due(writer, date(2020, 3, 10)).get() == found
    raise_silence(found, mandate="议事规则第五条", actor=writer, at=late)
    assert refused(raise_silence, found, mandate="同上", actor=writer, at=late) == "cases.raised_already"


def test_strangers_and_the_asked_unit_do_not_see_a_draft():
    found = drafted()
    tax = make_officer("tax", Role.AUTHORITY_OFFICER)
    assert not letters_seen(tax, TODAY).exists()
    assert not letters_seen(make_officer("longshan"), TODAY).exists()
    assert letters_seen(make_officer("liuyang"), TODAY).get() == found


# --- its way -------------------------------------------------------------------------------------------


def test_the_first_draft_says_the_facts_and_not_who_asked():
    case = make_case(
        state=State.HANDLING, text="我是李明，电话138 0000 1234，身份证430181199001011234，招不到人。"
    )
    body = first_draft(case)["body"]
    assert "招不到人" in body
    assert "李明" not in body
    assert "0000 1234" not in body
    assert "430181199001011234" not in body
    assert scrubbed("a.b@c.cn 0731-85567999") == f"{MASK} {MASK}"


def test_the_reference_clock_runs_from_the_sending_and_stops_with_the_answer():
    found = sent()
    clock = Clock.objects.get(stage=Stage.CONSULT)
    assert (clock.is_reference, clock.stopped_at) == (True, None)
    scan = receive_upload(make_upload(), actor=make_officer("liuyang", username="scanner"), at=at())
    enter_reply(found, text="同意协调", replied_on=TODAY, scan=scan, actor=scan.uploaded_by, at=at())
    clock.refresh_from_db()
    assert clock.stopped_at is not None


def test_two_letters_of_a_case_share_the_clock_until_the_last_answer():
    case = make_case(state=State.HANDLING)
    writer, tax = make_officer("liuyang"), make_officer("tax", Role.AUTHORITY_OFFICER)
    letters = []
    for _turn in range(2):
        found = drafted(case)
        send_for_review(found, actor=found.made_by, at=at())
        found = decide_countersign(found.countersigns.get(), agreed=True, actor=writer, at=at())
        letters.append(enter_sent(found, SENT, actor=writer, at=at()))
    enter_reply(letters[0], text="同意", replied_on=TODAY, is_own=True, actor=tax, at=at())
    assert Clock.objects.running().filter(stage=Stage.CONSULT).count() == 1
    withdraw_letter(letters[1], reason="已解决", actor=writer, at=at())
    assert not Clock.objects.running().filter(stage=Stage.CONSULT).exists()


def test_the_answer_answers_the_order_of_a_co_handler_who_has_no_account():
    case = make_case(state=State.HANDLING)
    writer = make_officer("liuyang")
    add_co_handler(case, unit=make_office("tax"), actor=writer, at=at())
    found = drafted(case)
    assert found.order is not None
    send_for_review(found, actor=found.made_by, at=at())
    found = decide_countersign(found.countersigns.get(), agreed=True, actor=writer, at=at())
    found = enter_sent(found, SENT, actor=writer, at=at())
    scan = receive_upload(make_upload(), actor=writer, at=at())
    enter_reply(found, text="同意协调", replied_on=TODAY, scan=scan, actor=writer, at=at())
    found.order.refresh_from_db()
    assert found.order.state == OrderState.ANSWERED
    assert not Clock.objects.running().filter(order=found.order).exists()


# --- pages ---------------------------------------------------------------------------------------------


@pytest.fixture
def in_march(settings):
    settings.REFERENCE_DATE = TODAY


def test_a_draft_has_no_export_and_an_approved_letter_leaves_without_number(client, in_march):
    found = drafted()
    client.force_login(make_officer("liuyang"))
    assert client.post(reverse("cases:consultation_export", args=[found.public_id])).status_code == 404
    found = approved(name="某银行省分行")
    page = client.post(reverse("cases:consultation_export", args=[found.public_id]))
    text = [line.text for line in Document(io.BytesIO(b"".join(page.streaming_content))).paragraphs]
    assert "待OA编号" in text
    assert "某银行省分行：" in text


def test_the_whole_way_by_the_pages(client, in_march):
    case = make_case(state=State.HANDLING)
    writer, tax = make_officer("liuyang"), make_officer("tax", Role.AUTHORITY_OFFICER)
    client.force_login(writer)
    new = reverse("cases:new_consultation", args=[case.public_id])
    assert client.get(new).status_code == 200
    assert client.post(new, {"to_name": ""}).status_code == 422
    given = {"to_name": "省税务局", "subject": "关于商请协调的函", "body": "请协调。"}
    assert client.post(new, given).status_code == 302
    found = Consultation.objects.get()

    def act(name, **data):
        return client.post(reverse("cases:consultation_act", args=[found.public_id, name]), data).status_code

    assert act("change", version="99", **given) == 409
    assert act("review") == 302
    assert act("decide", decision="agree") == 404
    client.force_login(make_officer("changsha"))
    assert act("decide", decision="refuse") == 409
    assert act("decide", decision="agree") == 302
    client.force_login(writer)
    assert act("sent", document="12号", sent_on="2020-03-02", days="5") == 302
    client.force_login(tax)
    assert client.get(reverse("cases:consultations")).status_code == 200
    assert act("withdraw", reason="不要了") == 404
    assert act("reply", reply="同意协调", replied_on="2020-03-02") == 302
    found.refresh_from_db()
    assert (found.state, found.reply_by) == (Consultation.State.REPLIED, date(2020, 3, 9))


def test_whoever_only_reads_cannot_begin_a_letter(client, in_march):
    case = make_case(state=State.HANDLING)
    for office, role in (("changsha", Role.OFFICER), ("liuyang", Role.ANALYST), ("longshan", Role.OFFICER)):
        client.force_login(make_officer(office, role))
        assert client.get(reverse("cases:new_consultation", args=[case.public_id])).status_code == 404
