"""What must not be lost or left behind: changed keys, a delete in another tab, checks past their time."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from cryptography.fernet import Fernet
from django.test import Client
from django.urls import reverse

from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.models import AuditRecord
from huiqi.policies import commands
from huiqi.policies.models import Check
from huiqi.policies.queries.check import find_check, open_sheet
from huiqi.policies.queries.question_book import question_book
from huiqi.policies.tests.make import make_check

pytestmark = pytest.mark.django_db


def own_key() -> str:
    return f"k1:{Fernet.generate_key().decode()}"


def test_an_installation_that_takes_its_own_key_still_reads_the_old_answers(settings):
    check, token = make_check(employees=45)
    settings.HUIQI_KEYS = own_key()
    commands.save_answer(check, stored={"revenue": 100}, private={}, step=None, at=clock.wall_now())
    found = find_check(token, clock.wall_now())
    assert open_sheet(found).values == {"employees": 45, "revenue": 100}
    assert found.answers_sealed.startswith("k1.")


def test_answers_that_cannot_be_read_are_never_written_over(settings, client):
    settings.HUIQI_KEYS = own_key()
    check, token = make_check(employees=45)
    sealed = Check.objects.get().answers_sealed
    settings.HUIQI_KEYS = own_key()
    with pytest.raises(Refused, match="读不出来"):
        commands.save_answer(check, stored={"revenue": 100}, private={}, step=None, at=clock.wall_now())
    assert Check.objects.get().answers_sealed == sealed
    assert client.get(reverse("policies:check_answers", args=[token])).status_code == 200


def test_an_answer_to_a_check_deleted_meanwhile_is_not_found(client, monkeypatch):
    _, token = make_check(employees=45)
    find = find_check

    def found_and_then_deleted(token, at):
        check = find(token, at)
        Check.objects.all().delete()
        return check

    monkeypatch.setattr("huiqi.policies.views.private.find_check", found_and_then_deleted)
    address = reverse("policies:check_question", args=[token, "size"])
    assert client.post(address, {"employees": "50"}).status_code == 404


def test_a_check_is_deleted_once():
    check, _ = make_check()
    commands.delete_check(check)
    with pytest.raises(Check.DoesNotExist):
        commands.delete_check(check)
    assert AuditRecord.objects.filter(act="check.deleted").count() == 1


def test_starting_a_check_clears_those_past_their_time():
    check, _ = make_check()
    living, _ = make_check()
    long_ago = clock.wall_now() - timedelta(days=91)
    Check.objects.filter(pk=check.pk).update(started_at=long_ago, expires_at=long_ago + timedelta(days=90))
    make_check()
    assert not Check.objects.filter(pk=check.pk).exists()
    assert Check.objects.filter(pk=living.pk).exists()
    assert AuditRecord.objects.get(act="check.expired").details == {"count": 1}


def test_a_browser_without_figures_cannot_keep_them_and_loses_none(client):
    """Browser A typed a tax figure; browser B has the link, but not the figure."""
    check, token = make_check(employees=45)
    answers = reverse("policies:check_answers", args=[token])
    fill = {"monthly_rent": "1", "tax_due": "12万元", "tax_due_date": "2020-03-23"}
    question = next(q.id for q in question_book().questions if "tax_due" in q.facts)
    assert client.post(reverse("policies:check_question", args=[token, question]), fill).status_code == 302
    other = Client()
    assert "keep" not in forms_of(other.get(answers))
    keep = reverse("policies:check_figures", args=[token])
    assert other.post(keep, {"keep": "yes"}).status_code == 409
    assert not Check.objects.get().keeps_figures
    assert "keep" in forms_of(client.get(answers))
    assert "12万元" in client.get(answers).content.decode()


def test_figures_of_a_second_browser_join_the_kept_ones(client):
    check, token = make_check(employees=45)
    question = next(q.id for q in question_book().questions if "tax_due" in q.facts)
    address = reverse("policies:check_question", args=[token, question])
    assert client.post(address, {"tax_due": "12万元", "tax_due_date": "2020-03-23"}).status_code == 302
    # Meanwhile another browser kept its own figure.
    commands.keep_figures(check, figures={"cash_balance": 100}, at=clock.wall_now())
    answers = reverse("policies:check_answers", args=[token])
    assert "12万元" in client.get(answers).content.decode()
    address = reverse("policies:check_question", args=[token, "size"])
    assert client.post(address, {"employees": "50", "revenue": "100万元"}).status_code == 302
    assert (
        open_sheet(Check.objects.get()).values.items() >= {"tax_due": 12_000_000, "cash_balance": 100}.items()
    )


def forms_of(response):
    found = BeautifulSoup(response.content, "html.parser").select("form button[name], form input[name]")
    return {field["name"] for field in found if field.get("value") == "yes" or field["name"] == "keep"}
