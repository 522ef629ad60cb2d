"""Smaller promises of the check's pages: PDF, print, trace, English, cookie size, expired files."""

import json

import pytest
from django.conf import settings
from django.urls import reverse

from huiqi.core import crypto
from huiqi.policies import result_pdf
from huiqi.policies.sheet import pack_figures, unpack_figures
from huiqi.policies.tests.make import SMALL_MAKER, make_check, start, stored, walk
from huiqi.policies.views.private import MOST_COOKIE_BYTES, seal_figures
from huiqi.reference import judging

pytestmark = pytest.mark.django_db


def all_borrowed() -> dict[str, object]:
    """Every figure that is not ours, as large as the catalogue allows."""
    values: dict[str, object] = {}
    for fact in judging.rulebook().catalogue.facts.values():
        if not fact.kept and not fact.derived:
            values[fact.id] = list(fact.values)[0] if fact.values else str(fact.max)
    return values


def test_all_figures_that_are_not_ours_fit_into_one_cookie():
    check, _ = make_check()
    sealed = seal_figures(check, all_borrowed())
    assert sealed is not None and len(sealed) <= MOST_COOKIE_BYTES
    assert unpack_figures(check.public_id, crypto.decrypt(sealed)) == all_borrowed()


def test_figures_too_large_for_a_cookie_are_refused_in_words(client, monkeypatch):
    monkeypatch.setattr("huiqi.policies.views.private.MOST_COOKIE_BYTES", 50)
    _, token = make_check(gb4754="1789", org_type="enterprise", province="430000")
    url = reverse("policies:check_question", args=[token, "basics"])
    response = client.post(url, {"do": "next", "gb4754": "1789", "org_type": "enterprise"})
    assert response.status_code == 422
    assert "暂存不下" in response.content.decode()


def test_a_zip_bomb_in_the_figures_is_not_inflated():
    bomb = pack_figures("x", {"a": "0" * 5_000_000})
    assert len(bomb) < 10_000
    with pytest.raises(ValueError, match="figures"):
        unpack_figures("x", bomb)


def test_the_pdf_is_one(client):
    token = start(client)
    walk(client, token, SMALL_MAKER)
    response = client.get(reverse("policies:check_pdf", args=[token]))
    assert response.content.startswith(b"%PDF-") and response["Content-Type"] == "application/pdf"


def test_text_of_a_firm_is_data_for_the_pdf_and_never_markup(client, monkeypatch):
    hostile = '#import "/etc/passwd" *b* $x$ \\ #sys.inputs [ ] { } " 𠮷'
    monkeypatch.setattr("huiqi.policies.views.check_result.size_sentence", lambda standing: hostile)
    _, token = make_check(gb4754="1789")
    assert client.get(reverse("policies:check_pdf", args=[token])).content.startswith(b"%PDF-")


def test_without_a_chinese_font_the_pdf_says_so(client, monkeypatch):
    def no_fonts(bundled):
        raise result_pdf.PdfUnavailable

    monkeypatch.setattr(result_pdf, "font_families", no_fonts)
    _, token = make_check(gb4754="1789")
    response = client.get(reverse("policies:check_pdf", args=[token]))
    assert response.status_code == 503
    assert "没有装中文字体" in response.content.decode()


def test_the_trace_repeats_the_judgement(client):
    token = start(client)
    walk(client, token, SMALL_MAKER)
    trace = json.loads(client.get(reverse("policies:check_trace", args=[token])).content)
    assert trace["check"] == stored(token).short_number
    assert trace["facts"]["employees"] == 45
    again = judging.explain_all(judging.parse_facts(trace["facts"]), settings.REFERENCE_DATE)
    assert [one["status"] for one in trace["policies"]] == [one.status for one in again]


def test_every_policy_of_the_rulebook_is_on_the_result_page(client):
    _, token = make_check(gb4754="1789", org_type="enterprise", province="430000")
    page = client.get(reverse("policies:check_result", args=[token])).content.decode()
    for policy in judging.rulebook().policies:
        assert page.count(f'id="p-{policy}"') == 1, policy


def test_a_list_membership_alone_never_sounds_like_a_decision(client):
    _, token = make_check(
        gb4754="1789", org_type="enterprise", province="430000", provincial_key_contact=True
    )
    rows = client.get(reverse("policies:check_result", args=[token])).context["result"].groups["eligible"]
    row = next(row for row in rows if row.id == "stationed-officer-key-enterprise")
    assert row.assurance.startswith("初步符合")


def test_a_bare_result_and_a_head_request_work(client):
    _, token = make_check()
    root = reverse("policies:check_result", args=[token])
    assert client.get(root).status_code == 200
    assert client.head(root).status_code == 200
    assert client.post(root).status_code == 405


def test_sums_of_different_natures_and_periods_stay_apart(client):
    _, token = make_check(
        gb4754="1789",
        org_type="enterprise",
        province="430000",
        employees=45,
        revenue=10**9,
        pension_base=30_000_000,
        ui_base=30_000_000,
        injury_base=30_000_000,
        injury_rate="0.005",
        tolls_in_window=500_000,
    )
    result = client.get(reverse("policies:check_result", args=[token])).context["result"]
    saving = next(total for total in result.totals if total.nature == "saving")
    assert {amount.per: amount.fen for amount in saving.amounts}["月"] == 5_160_000
    assert len(saving.amounts) == 2


def test_known_sums_stand_before_what_is_still_open(client):
    _, token = make_check(
        gb4754="1789",
        org_type="enterprise",
        province="430000",
        employees=45,
        revenue=10**9,
        on_cloud=True,
        tolls_in_window=500_000,
    )
    rows = client.get(reverse("policies:check_result", args=[token])).context["result"].groups["eligible"]
    known = [row.amount is not None for row in rows]
    assert known == sorted(known, reverse=True) and any(known) and not all(known)


@pytest.mark.parametrize("name", ["result", "answers", "print", "objection", "delete"])
def test_the_pages_open_in_english_too(client, name):
    token = start(client)
    walk(client, token, SMALL_MAKER)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    response = client.get(reverse(f"policies:check_{name}", args=[token]))
    assert response.status_code == 200
    assert 'lang="en"' in response.content.decode()
