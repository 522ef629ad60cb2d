"""Templates of answers: a unit's own and those for all, put into the answer by a person, never sent."""

from datetime import date

import pytest

from huiqi.accounts.roles import Role
from huiqi.cases.commands.answer_templates import Written, change_template, make_template, withdraw_template
from huiqi.cases.models import Event
from huiqi.cases.placeholders import filled, unknown_places
from huiqi.cases.queries.answer_templates import templates_for, templates_seen, text_for
from huiqi.cases.tests.make import at, make_answer_template, make_case, make_edition, make_lead, make_officer
from huiqi.cases.workflow import State
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.models import AuditRecord
from huiqi.knowledge.models import AnswerTemplate, Wording
from huiqi.knowledge.tests.make import make_wording

pytestmark = pytest.mark.django_db
TODAY = date(2020, 3, 2)


@pytest.fixture
def browser(client, settings):
    settings.REFERENCE_DATE = TODAY
    return client


def refusal(act, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)
    return refused.value.code


# --- places ---------------------------------------------------------------------------------------------


def test_a_value_in_braces_is_not_filled_in_again():
    assert filled("{标题}、{编号}、{别的}", {"标题": "{编号}", "编号": "123"}) == "{编号}、123、{别的}"


def test_a_place_that_means_nothing_is_named_once():
    assert unknown_places("{编号}{电话}{电话}{}") == ["{电话}", "{}"]


def test_number_title_firm_and_days_are_filled_in():
    case = make_case(state=State.HANDLING)
    text = "{诉求人}：{登记日期}提出、{受理日期}受理的{编号}“{标题}”，{今天}答复。"
    template = make_answer_template(text=text)
    assert text_for(template, case, TODAY) == (
        f"演示口罩厂：2020年3月2日提出、2020年3月2日受理的{case.number}“招不到工人”，2020年3月2日答复。"
    )


def test_where_the_requester_is_kept_from_units_no_firm_is_named():
    make_edition(masks_requester=True)
    case = make_case(state=State.HANDLING)
    assert text_for(make_answer_template(text="{诉求人}："), case, TODAY) == "诉求人："


# --- approved wording -----------------------------------------------------------------------------------


def test_the_wording_in_force_on_the_day_is_put_in_with_its_source():
    wording = make_wording(
        answer="可以缓交六个月。", source_document="湘人社发〔2020〕4号", source_article=""
    )
    case = make_case(state=State.HANDLING)
    for text in ("您好。{口径}", "您好。"):
        template = make_answer_template(text=text, wording=wording)
        assert "可以缓交六个月。（依据：湘人社发〔2020〕4号）" in text_for(template, case, wording.valid_from)


def test_a_template_on_a_wording_that_has_ended_is_not_used():
    wording = make_wording()
    Wording.objects.update(valid_from=date(2020, 2, 1), expires_on=date(2020, 3, 1))
    template, case = make_answer_template(wording=wording), make_case(state=State.HANDLING)
    assert refusal(text_for, template, case, TODAY) == "cases.wording_ended"


# --- whose they are -------------------------------------------------------------------------------------


def test_a_unit_uses_its_own_before_those_for_all_and_none_of_others():
    officer, other = make_officer("liuyang"), make_officer("park")
    for_all, own = make_answer_template(), make_answer_template(title="本局的", unit=officer.unit)
    make_answer_template(title="别局的", unit=other.unit)
    make_answer_template(title="别的事项", item="enquiry")
    case = make_case(state=State.HANDLING, officer=officer)
    assert templates_for(case, officer.unit) == [own, for_all]
    assert for_all in templates_seen(other, TODAY) and own not in templates_seen(other, TODAY)


def test_nobody_writes_for_another_unit_and_only_editors_for_all():
    officer, editor = make_officer("liuyang"), make_officer("province", Role.POLICY_EDITOR)
    text = {"title": "已协调", "text": "已协调。"}
    foreign = Written(**text, unit=make_officer("park").unit)
    assert refusal(make_template, foreign, actor=officer, at=at()) == "cases.not_your_template"
    assert refusal(make_template, Written(**text), actor=officer, at=at()) == "cases.not_your_template"
    make_template(Written(**text), actor=editor, at=at())
    make_template(Written(**text, unit=officer.unit), actor=officer, at=at())
    assert AuditRecord.objects.filter(act="answer_template.made").count() == 2


def test_a_template_names_no_person_and_no_unknown_place():
    officer = make_officer()
    for text, code in (("请拨13800138000。", "cases.names_person"), ("{电话}", "cases.unknown_place")):
        written = Written("已协调", text, officer.unit)
        assert refusal(make_template, written, actor=officer, at=at()) == code


def test_a_change_makes_the_next_edition_and_the_earlier_stays_to_be_read():
    officer = make_officer()
    first = make_template(Written("已协调", "已协调。", officer.unit), actor=officer, at=at())
    second = change_template(first, Written("已协调", "已协调，请查收。"), actor=officer, at=at())
    assert (second.number, second.unit, second.series) == (2, officer.unit, first.series)
    assert list(AnswerTemplate.objects.current()) == [second]
    with pytest.raises(VersionConflict):
        change_template(first, Written("已协调", "别的。"), actor=officer, at=at())
    withdraw_template(second, actor=officer, at=at())
    assert not AnswerTemplate.objects.current().exists()


# --- pages ----------------------------------------------------------------------------------------------


def test_the_picker_fills_the_answer_after_what_was_typed_and_writes_nothing(browser):
    officer = make_officer()
    case = make_case(state=State.HANDLING, officer=officer)
    template, events = make_answer_template(), Event.objects.count()
    browser.force_login(officer)
    data = {
        "version": case.version,
        "target": make_lead(case).public_id,
        "text": "您好。",
        "ending": "explained",
        "template": template.public_id,
        "insert": "1",
    }
    answer = browser.post(f"/cases/{case.public_id}/act/answer/", data)
    text = answer.context["kept"].offer.form["text"].value()
    assert (answer.status_code, Event.objects.count()) == (200, events)
    assert text == f"您好。\n\n演示口罩厂：您于2020年3月2日提出的诉求{case.number}已协调。"
    assert answer.context["kept"].offer.form["ending"].value() == "explained"
    assert make_lead(case).answer == ""
    shown = answer.content.decode()
    assert shown.count('name="template"') == shown.count("您好。") == 1, "one form of the act: the kept"


def test_the_template_of_another_unit_is_not_put_in(browser):
    officer = make_officer()
    case = make_case(state=State.HANDLING, officer=officer)
    make_answer_template()
    foreign = make_answer_template(unit=make_officer("park").unit, text="别局的话。")
    browser.force_login(officer)
    target = make_lead(case).public_id
    data = {"target": target, "text": "您好。", "template": foreign.public_id, "insert": "1"}
    answer = browser.post(f"/cases/{case.public_id}/act/answer/", data)
    assert "别局的话" not in answer.content.decode()


def test_a_handler_writes_changes_and_ends_a_template_of_the_unit(browser):
    officer = make_officer()
    make_edition()
    browser.force_login(officer)
    said = {"title": "已协调", "text": "{编号}已协调。", "item": "request", "wording": ""}
    wrong = browser.post("/cases/templates/new/", {**said, "text": "{电话}"})
    assert wrong.status_code == 422 and "{电话}" in wrong.content.decode()
    assert browser.post("/cases/templates/new/", said).status_code == 302
    made = AnswerTemplate.objects.get()
    assert (made.unit, made.item) == (officer.unit, "request")
    page = f"/cases/templates/{made.public_id}/"
    assert browser.post(page, {**said, "text": "改过。"}).status_code == 302
    assert browser.get(page).status_code == 404, "an edition that was replaced is read with the newest"
    newest = AnswerTemplate.objects.current().get()
    assert "第1版" in browser.get(f"/cases/templates/{newest.public_id}/").content.decode()
    assert browser.post(f"/cases/templates/{newest.public_id}/withdraw/").status_code == 302
    assert "还没有答复模板" in browser.get("/cases/templates/").content.decode()


def test_a_template_for_all_is_read_and_not_changed_by_a_handler(browser):
    browser.force_login(make_officer())
    page = f"/cases/templates/{make_answer_template().public_id}/"
    assert browser.get(page).status_code == 200
    assert browser.post(page, {"title": "x"}).status_code == 404
    assert browser.post(f"{page}withdraw/").status_code == 404
