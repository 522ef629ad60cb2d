"""The questionnaire of a kind of list: who fills it in, what it changes of the finding, and that lists work
without it."""

from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from huiqi.accounts.tests.make import make_office
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.models import AuditRecord
from huiqi.enterprises.models import Statement
from huiqi.enterprises.tests.make import make_firm
from huiqi.lists.chain import Act
from huiqi.lists.commands.entries import act_on_entry, propose_firms
from huiqi.lists.commands.entry_forms import FilledForm, fill_entry_form
from huiqi.lists.models import Entry
from huiqi.lists.tests.make import AT, TODAY, make_batch, make_entry, play_officer
from huiqi.questionnaires.commands.versions import create_questionnaire, publish_version, upload_version
from huiqi.questionnaires.models import QuestionnaireVersion
from huiqi.questionnaires.queries.shipped import shipped_book
from huiqi.questionnaires.xlsform.readable import to_xlsx

pytestmark = pytest.mark.django_db
WHEN = {"on": TODAY, "today": TODAY, "at": AT}
KIND = "little-giant-national"
GIVEN = {
    "money": {"revenue": "20000", "growth": "12", "debt": "55", "share": "85"},
    "niche": {"years": "6", "rank": "2"},
    "research": {
        **{"staff": "18", "inventions": "6", "utilities": "3", "institution": "yes"},
        **{"brand": "yes", "quality": "yes", "system": "yes"},
    },
}
PLACES = {f"/data/{group}/{name}": text for group, few in GIVEN.items() for name, text in few.items()}
POSTED = {path.strip("/").replace("/", "-"): text for path, text in PLACES.items()}


def publish(stem: str = "little-giant") -> QuestionnaireVersion:
    path = Path(settings.RULEBOOK_DIR) / "questionnaires" / f"{stem}.yaml"
    actor = play_officer("province")
    made = create_questionnaire(name=stem, owner=make_office("province"), actor=actor, at=AT)
    version = upload_version(made, to_xlsx(shipped_book(path)), actor=actor, at=AT).version
    assert version is not None
    publish_version(version, actor=actor, at=AT)
    return version


def entry(**facts) -> Entry:
    firm = make_firm(facts={"provincial_sme_title": True, "rd_intensity_leading": True, **facts})
    return make_entry(make_batch(KIND), firm, level="city")


def fill(row: Entry, version: QuestionnaireVersion, by: str = "changsha", **more) -> Entry:
    filled = FilledForm(version, {**PLACES, **more.pop("answers", {})})
    return fill_entry_form(row, filled, actor=play_officer(by), **WHEN, **more)


def page(row: Entry) -> str:
    return reverse("lists:entry_form", args=[row.public_id])


# --- refusals -----------------------------------------------------------------------------------------


def test_a_kind_without_a_published_questionnaire_has_no_form_and_works_as_before(enter):
    row, city = entry(), enter("city")
    assert city.get(page(row)).status_code == 404
    assert "条件表" not in city.get(reverse("lists:entry", args=[row.public_id])).content.decode()
    assert act_on_entry(row, Act.RECOMMEND, actor=play_officer("changsha"), **WHEN).state == "recommended"


def test_who_is_not_at_turn_sees_no_form_and_fills_in_none(enter):
    version, row = publish(), entry()
    for part in ("county", "other_city", "leader", "firm"):
        assert enter(part).post(page(row), POSTED).status_code == 404
    with pytest.raises(Refused) as refusal:
        fill(row, version, by="xiangtan")
    assert refusal.value.code == "lists.not_your_level"
    assert Entry.objects.get().form_answers == ""


def test_a_firm_that_is_decided_keeps_its_form():
    version, row = publish(), entry()
    Entry.objects.update(state="rejected")
    with pytest.raises(Refused) as refusal:
        fill(row, version)
    assert refusal.value.code == "lists.decided"


def test_another_questionnaire_is_not_taken_for_the_kinds_own():
    with pytest.raises(Refused) as refusal:
        fill(entry(), publish("day-one"))
    assert refusal.value.code == "lists.no_form"


def test_an_unfinished_form_is_not_kept():
    version, row = publish(), entry()
    with pytest.raises(Refused, match="还有1处要改"):
        fill(row, version, answers={"/data/money/revenue": ""})


def test_what_is_wrong_is_said_at_the_field_and_the_rest_stays(enter):
    publish()
    row = entry()
    answer = enter("city").post(page(row), {**POSTED, "data-money-debt": "五成半", "version": "1"})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "五成半" in shown
    assert 'value="20000"' in shown
    assert Entry.objects.get().form_answers == ""


def test_an_outdated_page_overwrites_nothing():
    version, row = publish(), entry()
    fill(row, version)
    with pytest.raises(VersionConflict):
        fill(row, version, expected=row.version)


# --- what it does -------------------------------------------------------------------------------------


def test_answers_settle_what_the_register_does_not_know(enter):
    publish()
    row, city = entry(), enter("city")
    propose = reverse("lists:entry", args=[row.public_id])
    assert "填条件表" in city.get(propose).content.decode()
    assert city.get(page(row)).status_code == 200
    assert city.post(page(row), {**POSTED, "version": str(row.version)}).status_code == 302
    kept = Entry.objects.get()
    assert kept.finding["result"] is True
    assert AuditRecord.objects.filter(act="list_entry.form_filled").exists()
    shown = city.get(propose).content.decode()
    assert "上年度营业收入（万元）" in shown
    # It stays with the entry: the register's word is other people's to give.
    assert not Statement.objects.filter(fact="revenue").exists()


def test_an_answer_does_not_overrule_the_register():
    version, row = publish(), entry(debt_ratio="0.90")
    kept = fill(row, version)
    assert kept.finding["result"] is False
    assert "economy_debt" in kept.finding["failed"]


def test_the_next_office_judges_with_the_same_answers():
    version, row = publish(), entry()
    kept = fill(row, version)
    sent = act_on_entry(kept, Act.RECOMMEND, actor=play_officer("changsha"), **WHEN)
    assert (sent.finding["result"], sent.level) == (True, "province")


def test_a_firm_without_answers_is_judged_beside_one_with_them():
    version, row = publish(), entry()
    fill(row, version)
    other = make_firm(facts={"provincial_sme_title": True})
    propose_firms(row.batch, [other.pk], door="search", actor=play_officer("changsha"), **WHEN)
    assert Entry.objects.get(enterprise=other).finding["result"] is None
