from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.test import RequestFactory
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from huiqi.accounts.commands import reviews
from huiqi.accounts.models import AccessReview, Decision, User
from huiqi.accounts.panels import access_panel
from huiqi.accounts.queries.people import scope_words
from huiqi.accounts.queries.reviews import review_due_on, six_months_after
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_offices, make_user
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.models import AuditRecord
from tests.harness.cast import play

pytestmark = pytest.mark.django_db
TODAY = date(2020, 3, 2)


def begin():
    return reviews.open_review(actor=play("security_admin"), on=TODAY, at=clock.wall_now())


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_six_months_later_is_half_a_year_and_never_skips_a_month(day):
    later = six_months_after(day)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == 6
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


def test_only_one_review_is_open():
    begin()
    with pytest.raises(Refused, match="已有一次复核"):
        begin()


def test_the_picture_has_every_active_staff_account_with_what_is_odd(settings):
    settings.HUIQI_REQUIRE_SECOND_FACTOR = True
    office = make_office("liuyang")
    fresh = make_user(name="新来", role=Role.OFFICER, unit=office)
    idle = make_user(
        name="闲置", role=Role.OFFICER, unit=office, last_login=clock.wall_now() - timedelta(days=91)
    )
    used = make_user(name="在用", role=Role.OFFICER, unit=office, last_login=clock.wall_now())
    unfit = make_user(name="错位", role=Role.BANK_OFFICER, unit=office, last_login=clock.wall_now())
    make_user(name="已停", role=Role.OFFICER, unit=office, is_active=False)
    play("firm")
    lines = {line.user.name: line.marks for line in begin().lines.select_related("user").order_by("pk")}
    assert set(lines) == {"莫凡", "新来", "闲置", "在用", "错位"}
    assert lines[fresh.name] == ["never_used", "no_factor"]
    assert lines[idle.name] == ["idle", "no_factor"]
    assert lines[used.name] == ["no_factor"]
    assert lines[unfit.name] == ["unfit", "no_factor"]


def test_a_withdrawn_account_needs_a_reason_and_is_off_once_signed(enter):
    client = enter("security_admin")
    person = make_user(role=Role.OFFICER, unit=make_office("liuyang"))
    client.post("/accounts/reviews/open/")
    review = AccessReview.objects.get()
    line = review.lines.get(user=person)
    decide = reverse("accounts:review_decide", args=[review.public_id, line.pk])
    sign = reverse("accounts:review_sign_off", args=[review.public_id])
    assert client.post(decide, {"decision": "withdrawn", "reason": ""}).status_code == 422
    assert client.post(decide, {"decision": "nonsense"}).status_code == 422
    assert client.post(decide, {"decision": "withdrawn", "reason": "已退休"}).status_code == 302
    page = client.post(sign)
    assert page.status_code == 409
    assert "没有结论" in page.content.decode()
    for rest in review.lines.filter(decision=""):
        url = reverse("accounts:review_decide", args=[review.public_id, rest.pk])
        client.post(url, {"decision": "kept", "reason": ""})
    assert User.objects.get(pk=person.pk).is_active
    assert client.post(sign).status_code == 302
    assert not User.objects.get(pk=person.pk).is_active
    review.refresh_from_db()
    assert review.next_due_on == six_months_after(clock.today())
    assert client.post(decide, {"decision": "kept"}).status_code == 409, "a signed review stays as it is"
    assert AuditRecord.objects.filter(act="review.signed_off").count() == 1


def test_accounts_about_which_nothing_is_noted_are_kept_at_once():
    make_user(role=Role.OFFICER, unit=make_office("liuyang"), last_login=clock.wall_now())
    make_user(role=Role.OFFICER, unit=make_office("liuyang"))
    User.objects.filter(role=Role.SECURITY_ADMIN).update(last_login=clock.wall_now())
    play("security_admin")
    User.objects.filter(role=Role.SECURITY_ADMIN).update(last_login=clock.wall_now())
    review = begin()
    assert reviews.keep_unmarked(review, actor=play("security_admin")) == 2
    assert review.lines.get(decision="").marks == ["never_used"]


def test_nobody_withdraws_himself():
    review = begin()
    line = review.lines.get(user=play("security_admin"))
    with pytest.raises(Refused):
        reviews.decide_line(line, decision=Decision.WITHDRAWN, reason="不干了", actor=play("security_admin"))


def test_the_desk_says_when_a_review_is_due():
    asked = RequestFactory().get("/desk/")
    asked.user = play("security_admin")
    assert review_due_on(TODAY) == TODAY, "never reviewed: now"
    assert access_panel(asked, None)["due_on"] == clock.today()
    review = begin()
    assert review_due_on(TODAY) is None
    assert access_panel(asked, None)["open_review"] == review
    reviews.decide_line(review.lines.get(), decision=Decision.KEPT, reason="", actor=play("security_admin"))
    reviews.sign_off(review, actor=play("security_admin"), on=TODAY, at=clock.wall_now())
    assert review_due_on(TODAY) == date(2020, 9, 2)
    asked.user = play("county")
    assert access_panel(asked, None) is None


def test_a_review_is_taken_away_as_a_table(enter):
    client = enter("security_admin")
    make_user(name="新来", role=Role.OFFICER, unit=make_office("liuyang"))
    review = begin()
    export = reverse("accounts:review_export", args=[review.public_id])
    assert client.get(export).status_code == 405
    content = b"".join(client.post(export))
    rows = list(openpyxl.load_workbook(BytesIO(content)).active.iter_rows(values_only=True))
    line = next(row for row in rows if "新来" in row)
    assert "浏阳市全部企业" in line
    assert "从未登录" in line
    csv = b"".join(client.post(export, {"kind": "csv"}))
    assert "新来" in csv.decode("utf-8-sig")
    records = AuditRecord.objects.filter(act="review.exported", subject_id=review.public_id).order_by("pk")
    lines = review.lines.count()
    assert [each.details for each in records] == [
        {"count": lines, "kind": "xlsx"},
        {"count": lines, "kind": "csv"},
    ]


def test_a_scope_in_words():
    offices = make_offices()
    said = {key: scope_words(Role.OFFICER, unit) for key, unit in offices.items()}
    assert said["province"] == "湖南省全部企业"
    assert said["changsha"] == "长沙市全部企业"
    assert said["xiangxi"] == "湘西土家族苗族自治州企业（省直管的龙山县除外）"
    assert said["park"] == "浏阳经开区管委会园区内企业"
    assert scope_words(Role.STATIONED_OFFICER, offices["liuyang"]) == "只看逐户授权的企业"
    assert scope_words(Role.SYSTEM_ADMIN, offices["province"]) == "不看企业档案"


# --- the audit page ----------------------------------------------------------------------------------


def test_the_audit_administrator_reads_who_did_what(enter):
    enter("admin").post("/accounts/sign-out/")
    enter("county").post("/accounts/sign-out/")
    client = enter("audit_admin")
    page = client.get("/accounts/audit/").content.decode()
    assert "刘洋" in page
    assert "谭丽" in page
    only = client.get("/accounts/audit/?who=谭丽").content.decode()
    assert "刘洋" not in only
    today = clock.wall_today()
    for query, count in (
        ("act=account.signed_out", 2),
        ("act=account.never_happened", 2),  # nonsense is ignored
        (f"since={today}&until={today}", 2),
        (f"until={today - timedelta(days=1)}", 0),
    ):
        assert client.get(f"/accounts/audit/?{query}").context["page_obj"].paginator.count == count, query
    assert client.get("/accounts/audit/?since=yesterday&act=%00&page=-1").status_code == 200


def test_the_chain_is_proved_from_the_page(enter, django_capture_on_commit_callbacks):
    client = enter("audit_admin")
    assert "还没有核验过" in client.get("/accounts/audit/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post("/accounts/audit/prove/")
    assert "审计记录完好" in client.get(response["Location"]).content.decode()
    assert "核验：完好" in client.get("/accounts/audit/").content.decode()


def test_the_trail_is_taken_away_as_a_table(enter):
    enter("county").post("/accounts/sign-out/")
    client, export = enter("audit_admin"), "/accounts/audit/export/"
    assert client.get(export).status_code == 405
    before = AuditRecord.objects.count()
    text = b"".join(client.post(export, {"kind": "csv"})).decode("utf-8-sig")
    assert "account.signed_out" in text
    assert "audit.exported" not in text
    record = AuditRecord.objects.get(act="audit.exported")
    assert record.details == {"count": before, "kind": "csv"}
    assert "导出审计记录" in client.get("/accounts/audit/").content.decode()
