"""A survey by invitation over HTTP, from the choice of firms to the board; what is refused comes first."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from huiqi.accounts.roles import Role
from huiqi.core.models import AuditRecord
from huiqi.messages.models import Delivery
from huiqi.surveys.models import Audience, Frame, Invitation, InvitationCode, Response, SendRun, Survey, Wave
from huiqi.surveys.tests.make import make_editor, make_survey
from huiqi.surveys.tests.make_campaign import (
    answer_by,
    draw,
    enter,
    make_campaign,
    make_code_for,
    make_firms,
    make_frame,
)

pytestmark = pytest.mark.django_db
CHOSEN = {
    "method": "sample",
    "sample_size": "6",
    "by_region": "4",
    "by_size": "on",
    "allocation": "proportional",
    "least_per_stratum": "1",
    "rotation_groups": "1",
    "size": "small",
}


def of_wave(name: str, wave: Wave, *more: str) -> str:
    return reverse(f"surveys:{name}", args=[wave.survey.public_id, wave.number, *more])


# --- refusals -----------------------------------------------------------------------------------------


def test_a_campaign_of_another_office_is_not_found():
    wave = make_campaign(2)
    other = enter(make_editor("changsha", Role.OFFICER))
    for name in ("wave", "board", "invited", "wave_change", "quotas", "outcomes", "board_export"):
        assert other.get(of_wave(name, wave)).status_code == 404, name
    for name in ("audience", "frame"):
        assert other.get(reverse(f"surveys:{name}", args=[wave.survey.public_id])).status_code == 404
    assert other.post(of_wave("wave_act", wave, "invite")).status_code == 404
    assert other.post(of_wave("codes", wave), {"reason": "x"}).status_code == 404
    invitation = Invitation.objects.order_by("pk")[0]
    for name in ("invitation", "invitation_act"):
        args = [invitation.public_id, *(["stop"] if name == "invitation_act" else [])]
        assert other.post(reverse(f"surveys:{name}", args=args)).status_code == 404
    assert not Delivery.objects.exists()


def test_a_sample_without_a_size_is_refused_and_what_was_chosen_stays():
    editor = make_editor()
    survey = make_survey(is_open=False, actor=editor)
    given = {**CHOSEN, "sample_size": ""}
    answer = enter(editor).post(reverse("surveys:audience", args=[survey.public_id]), given)
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "请填样本量，或填想要的精度" in shown
    assert re.search(r'value="small"[^>]*checked', shown)
    assert not Frame.objects.exists()


def test_more_firms_than_there_are_is_said_before_anything_is_drawn():
    editor = make_editor()
    make_firms(8)
    survey = make_survey(is_open=False, actor=editor)
    client = enter(editor)
    client.post(reverse("surveys:audience", args=[survey.public_id]), {**CHOSEN, "sample_size": "90"})
    shown = client.get(reverse("surveys:frame", args=[survey.public_id])).content.decode()
    assert "样本量90多于符合条件的企业4家" in shown
    client.post(reverse("surveys:frame_act", args=[survey.public_id, "draw"]))
    assert Frame.objects.get().state == "draft"


def test_a_survey_by_invitation_is_not_opened_before_its_firms_are_drawn():
    editor = make_editor()
    survey = make_survey(is_open=False, actor=editor)
    make_frame(survey)
    client = enter(editor)
    answer = client.post(reverse("surveys:act", args=[survey.public_id, "open"]), follow=True)
    assert "还没有抽取企业" in answer.content.decode()
    assert Survey.objects.get().state == "draft"


def test_its_open_link_takes_nobody():
    wave = make_campaign(2)
    assert Client().post(reverse("surveys:cover", args=[wave.survey.slug])).status_code == 409
    assert not Response.objects.exists()


def test_a_draw_is_not_taken_back_once_a_firm_was_asked():
    editor = make_editor()
    make_firms(2)
    survey = make_survey(is_open=False, actor=editor)
    draw(make_frame(survey))
    make_code_for(Invitation.objects.order_by("pk")[0])
    client = enter(editor)
    url = reverse("surveys:frame_act", args=[survey.public_id, "undo"])
    assert "已经邀请过企业" in client.post(url, follow=True).content.decode()
    assert Invitation.objects.count() == 2


# --- the way through ----------------------------------------------------------------------------------


def test_from_the_filters_to_messages_in_six_steps(django_capture_on_commit_callbacks):
    editor = make_editor()
    make_firms(16)
    survey = make_survey(is_open=False, actor=editor)
    client = enter(editor)
    at = [survey.public_id]
    made = client.post(reverse("surveys:audience", args=at), {**CHOSEN, "region": "4301", "sample_size": "3"})
    assert made["Location"] == reverse("surveys:frame", args=at)
    shown = client.get(made["Location"]).content.decode()
    assert "长沙市" in shown
    assert "小型" in shown
    assert Survey.objects.get().audience == Audience.INVITED
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("surveys:frame_act", args=[*at, "draw"]))
    frame = Frame.objects.get()
    assert (frame.state, frame.population, frame.drawn) == ("drawn", 4, 3)
    assert str(frame.drawn_on) == "2020-03-01"
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("surveys:act", args=[*at, "open"]))
    wave = Wave.objects.get()
    assert "给3家发邀请短信" in client.get(of_wave("wave", wave)).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(of_wave("wave_act", wave, "invite"))
    assert Delivery.objects.filter(purpose="survey").count() == 3
    run = SendRun.objects.get()
    assert (run.total, run.queued, run.finished_at is not None) == (3, 3, True)
    assert AuditRecord.objects.filter(act="survey.run_begun", details__firms=3).exists()


def test_a_draw_is_taken_back_and_drawn_again_alike():
    editor = make_editor()
    make_firms(12)
    survey = make_survey(is_open=False, actor=editor)
    frame = draw(make_frame(survey, method="sample", sample_size=5, seed="abc"))
    first = set(Invitation.objects.values_list("enterprise", flat=True))
    client = enter(editor)
    client.post(reverse("surveys:frame_act", args=[survey.public_id, "undo"]))
    assert not Invitation.objects.exists()
    draw(Frame.objects.get(pk=frame.pk))
    assert set(Invitation.objects.values_list("enterprise", flat=True)) == first
    assert len(first) == 5


def test_codes_on_a_list_are_new_reasoned_and_recorded():
    wave = make_campaign(3, has_phone=False)
    client = enter(wave.survey.made_by)
    assert client.post(of_wave("codes", wave), {"reason": ""}).status_code == 422
    assert not InvitationCode.objects.exists()
    answer = client.post(of_wave("codes", wave), {"reason": "交浏阳打电话"})
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    assert InvitationCode.objects.filter(way="list").count() == 3
    assert Invitation.objects.filter(invited_at=None).count() == 0
    record = AuditRecord.objects.get(act="survey.codes_listed")
    assert record.details == {"firms": 3, "reason": "交浏阳打电话"}
    answer.close()


def test_outcomes_from_a_table_are_taken_whole_or_not_at_all():
    wave = make_campaign(3)
    codes = list(Invitation.objects.order_by("pk").values_list("enterprise__credit_code", flat=True))
    client = enter(wave.survey.made_by)

    def send(*rows: str) -> str:
        table = "\n".join(["统一社会信用代码,结果,备注", *rows])
        file = SimpleUploadedFile("结果.csv", table.encode(), "text/csv")
        return client.post(of_wave("outcomes", wave), {"file": file}, follow=True).content.decode()

    shown = send(f"{codes[0]},拒答,", "91430000MA0000000X,空号,", f"{codes[1]},不知道,")
    assert "第3行A列" in shown
    assert "第4行B列" in shown
    assert set(Invitation.objects.values_list("outcome", flat=True)) == {"pending"}
    send(f"{codes[0]},拒答,老板说不填", f"{codes[1]},停业,", f"{codes[2]},,")
    found = dict(Invitation.objects.values_list("enterprise__credit_code", "outcome"))
    assert [found[code] for code in codes] == ["refused", "closed", "pending"]
    assert Invitation.objects.get(outcome="refused").note == "老板说不填"


def test_an_officer_notes_the_call_and_fills_in_for_a_firm():
    wave = make_campaign(2)
    first, second = Invitation.objects.order_by("pk")
    client = enter(wave.survey.made_by)
    client.post(
        reverse("surveys:invitation", args=[first.public_id]), {"outcome": "closed", "note": "门面转让"}
    )
    assert Invitation.objects.get(pk=first.pk).outcome == "closed"
    answer = client.post(reverse("surveys:invitation_act", args=[second.public_id, "fill"]))
    assert answer["Location"].startswith("/q/fill/i.")
    begun = Response.objects.get()
    assert (begun.invitation_id, begun.filled_by) == (second.pk, wave.survey.made_by)
    assert Invitation.objects.get(pk=second.pk).outcome == "opened"


def test_nobody_fills_in_for_a_firm_that_answers_anonymously():
    wave = make_campaign(1, is_anonymous=True)
    invitation = Invitation.objects.get()
    client = enter(wave.survey.made_by)
    answer = client.post(reverse("surveys:invitation_act", args=[invitation.public_id, "fill"]))
    assert answer.status_code == 409
    assert "匿名调查不能代填" in answer.content.decode()
    assert not Response.objects.exists()
    assert not InvitationCode.objects.exists()


# --- the board ----------------------------------------------------------------------------------------


def test_the_board_counts_by_two_sides_and_its_rate_leaves_closed_firms_out():
    wave = make_campaign(8)
    rows = list(Invitation.objects.order_by("pk"))
    assert answer_by(make_code_for(rows[0])) == 200
    Invitation.objects.filter(pk=rows[4].pk).update(outcome="closed")
    client = enter(wave.survey.made_by)
    shown = client.get(of_wave("board", wave) + "?rows=county&columns=size").content.decode()
    assert "浏阳市" in shown
    # 8 asked, one closed, one answered.
    assert "14.3" in shown
    assert "／7家" in shown
    firms = client.get(of_wave("invited", wave) + "?cell=430181--small").content.decode()
    assert "共2家" in firms
    table = client.get(of_wave("board_export", wave))
    assert b"".join(table.streaming_content)[:2] == b"PK"
    table.close()


def test_one_click_reminds_just_the_weak_cells(django_capture_on_commit_callbacks):
    wave = make_campaign(8)
    Wave.objects.update(least_in_cell=2, target_percent=50)
    for row in Invitation.objects.order_by("pk"):
        make_code_for(row)
    # Both small firms of 长沙 answered; the other cells are weak.
    Invitation.objects.filter(county="430181", size_class="small").update(outcome="answered")
    client = enter(wave.survey.made_by)
    shown = client.get(of_wave("board", wave)).content.decode()
    assert "2格薄弱" in shown
    with django_capture_on_commit_callbacks(execute=True):
        client.post(of_wave("wave_act", wave, "remind-weak"), {"rows": "city", "columns": "size"})
    reminded = Invitation.objects.filter(reminders=1)
    assert reminded.count() == 6
    assert not reminded.filter(outcome="answered").exists()


def test_the_board_asks_as_often_for_many_firms_as_for_few():
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    few, many = make_campaign(4), None
    client = enter(few.survey.made_by)
    client.get(of_wave("board", few))
    with CaptureQueriesContext(connection) as asked:
        client.get(of_wave("board", few))
    Invitation.objects.all().delete()
    survey = make_survey(is_open=False, actor=few.survey.made_by)
    draw(make_frame(survey))
    many = Wave.objects.select_related("survey").get(survey=survey)
    with CaptureQueriesContext(connection) as more:
        client.get(of_wave("board", many))
    assert len(more) == len(asked)
    assert len(more) < 20
