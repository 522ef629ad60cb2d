"""What is kept, where, for whom: figures of other authorities, the private link, deletion, logs."""

import logging
import re
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from huiqi.core import clock, crypto, jobs
from huiqi.core.models import AuditRecord, Job
from huiqi.policies.models import Check
from huiqi.policies.queries.check import open_sheet
from huiqi.policies.sheet import pack_figures
from huiqi.policies.tests.make import SMALL_MAKER, answer, make_check, question_of, start, stored, walk

pytestmark = pytest.mark.django_db

# Figures that occur nowhere else, so that finding one anywhere is a leak.
SOCIAL = {"insured_months_paid": "37", "insured_employees": "7131", "ui_claimants_prev_year": "1"}
FIGURES_COOKIE = "hq_figures"
INSTANT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$")


def tell_social_figures(client, token):
    response = answer(client, token, question_of("insured_employees"), {**SOCIAL, "insured_by_unit": "yes"})
    assert response.status_code == 302, response.content.decode()


def everything_stored() -> str:
    """Every column of every row of every table as one text, sealed answers opened."""
    found = [open_sheet(check) for check in Check.objects.all()]
    texts = [repr(sheet.values) for sheet in found]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith("reference_"):
                continue
            cursor.execute(f'SELECT * FROM "{table}"')
            texts += [repr([cell for cell in row if not is_instant(cell)]) for row in cursor.fetchall()]
    return "\n".join(texts)


def is_instant(cell: object) -> bool:
    """A point in time: its microseconds are chance and may spell any four digits."""
    return isinstance(cell, datetime) or (isinstance(cell, str) and bool(INSTANT.match(cell)))


def test_figures_that_are_not_ours_never_reach_the_database(client):
    token = start(client)
    walk(client, token, SMALL_MAKER)
    tell_social_figures(client, token)
    result = client.get(reverse("policies:check_result", args=[token]))
    assert "7,131人" in client.get(reverse("policies:check_answers", args=[token])).content.decode()
    assert result.status_code == 200
    assert "7131" not in everything_stored()
    assert "insured_employees" in open_sheet(stored(token)).elsewhere


def test_kept_answers_are_not_readable_in_the_database(client):
    token = start(client)
    answer(client, token, "basics", {"gb4754": "1789", "org_type": "enterprise", "province": "430181"})
    sealed = stored(token).answers_sealed
    assert "1789" not in sealed and "enterprise" not in sealed
    assert token not in everything_stored()


def test_another_browser_sees_kept_answers_and_is_told_what_is_missing(client):
    token = start(client)
    answer(client, token, "basics", {"gb4754": "1789", "org_type": "enterprise", "province": "430181"})
    tell_social_figures(client, token)
    other = Client()
    page = other.get(reverse("policies:check_result", args=[token])).content.decode()
    assert "填在另一个浏览器里" in page
    assert "7131" not in page and "7,131" not in page
    assert other.get(reverse("policies:check_answers", args=[token])).status_code == 200


def test_the_same_browser_continues_where_it_was(client):
    token = start(client)
    answer(client, token, "basics", {"gb4754": "1789", "org_type": "enterprise", "province": "430181"})
    page = client.get(reverse("policies:check_start")).content.decode()
    assert "继续上次" in page and token in page
    assert "继续上次" not in Client().get(reverse("policies:check_start")).content.decode()


def test_figures_are_stored_only_while_the_person_wants_it(client):
    token = start(client)
    answer(client, token, "basics", {"gb4754": "1789", "org_type": "enterprise", "province": "430181"})
    tell_social_figures(client, token)
    figures = reverse("policies:check_figures", args=[token])
    client.post(figures, {"keep": "yes", "then": "answers"})
    assert open_sheet(stored(token)).values["insured_employees"] == 7131
    assert "7,131人" in Client().get(reverse("policies:check_answers", args=[token])).content.decode()
    client.post(figures, {"keep": "no", "then": "answers"})
    assert "7131" not in everything_stored()
    assert "7,131人" in client.get(reverse("policies:check_answers", args=[token])).content.decode()


@pytest.mark.parametrize("cookie", ["", "x", "d0.gAAAA", "d0." + "A" * 4000, "\x00", "d9.abc"])
def test_a_tampered_figures_cookie_counts_as_none(client, cookie):
    token = start(client)
    answer(client, token, "basics", {"gb4754": "1789", "org_type": "enterprise", "province": "430181"})
    tell_social_figures(client, token)
    client.cookies[FIGURES_COOKIE] = cookie
    response = client.get(reverse("policies:check_result", args=[token]))
    assert response.status_code == 200
    assert "填在另一个浏览器里" in response.content.decode()


def test_figures_of_another_check_are_not_taken(client):
    _, token = make_check(gb4754="1789")
    other, _ = make_check()
    client.cookies[FIGURES_COOKIE] = crypto.encrypt(
        pack_figures(other.public_id, {"insured_employees": 7131})
    )
    page = client.get(reverse("policies:check_answers", args=[token])).content.decode()
    assert "7,131" not in page


def test_the_figures_cookie_is_for_this_check_alone_and_out_of_reach_of_scripts(client):
    token = start(client)
    tell_social_figures(client, token)
    cookie = client.cookies[FIGURES_COOKIE]
    assert cookie["path"] == f"/check/{token}/"
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert not cookie["max-age"] and not cookie["expires"]
    assert len(cookie.OutputString()) < 4096


def test_every_page_of_a_check_is_uncached_and_keeps_its_address_to_itself(client):
    token = start(client)
    walk(client, token, SMALL_MAKER)
    names = ["result", "answers", "print", "objection", "trace", "delete", "pdf"]
    for name in names:
        response = client.get(reverse(f"policies:check_{name}", args=[token]))
        assert response["Cache-Control"] == "no-store", name
        assert response["Referrer-Policy"] in {"no-referrer", "strict-origin"}, name
        assert "noindex" in response["X-Robots-Tag"], name


def test_an_expired_check_is_gone_and_swept_up(client):
    old, token = make_check(employees=3)
    _, fresh = make_check(employees=4)
    past = clock.wall_now() - timedelta(days=100)
    Check.objects.filter(pk=old.pk).update(
        started_at=past, updated_at=past, expires_at=past + timedelta(days=90)
    )
    assert client.get(reverse("policies:check_result", args=[token])).status_code == 404
    call_command("expire_checks")
    assert list(Check.objects.values_list("pk", flat=True)) == [stored(fresh).pk]
    call_command("expire_checks")
    assert AuditRecord.objects.filter(act="check.expired").count() == 1


def test_expiry_also_runs_as_a_job(django_capture_on_commit_callbacks):
    old, _ = make_check(employees=3)
    past = clock.wall_now() - timedelta(days=100)
    Check.objects.update(started_at=past, updated_at=past, expires_at=past + timedelta(days=90))
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.start_job("policies.expire_checks", {}, actor=None)
    assert Job.objects.get(pk=job.pk).state == "done"
    assert not Check.objects.filter(pk=old.pk).exists()


def test_deleting_leaves_nothing_behind(client):
    token = start(client)
    answer(client, token, "basics", {"gb4754": "1789", "org_type": "enterprise", "province": "430181"})
    url = reverse("policies:check_delete", args=[token])
    assert client.get(url).status_code == 200 and Check.objects.exists()
    assert client.post(url).status_code == 200
    assert not Check.objects.exists()
    assert client.get(reverse("policies:check_result", args=[token])).status_code == 404
    assert "继续上次" not in client.get(reverse("policies:check_start")).content.decode()


def test_no_answer_and_no_token_gets_into_the_log(client, caplog, capfd):
    with caplog.at_level(logging.DEBUG):
        token = start(client)
        answer(client, token, "basics", {"gb4754": "纺织独角兽", "org_type": "enterprise"})
        tell_social_figures(client, token)
        client.get(reverse("policies:check_result", args=[token]))
        client.get(reverse("policies:check_result", args=["y" * 43]))
    out, err = capfd.readouterr()
    for secret in (token, "7131", "纺织独角兽", "y" * 43):
        assert secret not in caplog.text + out + err


def test_the_audit_trail_holds_acts_but_no_answers(client):
    token = start(client)
    walk(client, token, SMALL_MAKER)
    acts = AuditRecord.objects.order_by("pk")
    assert [one.act for one in acts] == ["check.started"]
    assert acts[0].details == {}
