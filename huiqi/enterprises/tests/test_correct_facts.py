from datetime import date
from fractions import Fraction

import pytest

from huiqi.core.models import AuditRecord
from huiqi.enterprises.catalogue import columns
from huiqi.enterprises.forms.firm import FactForm
from huiqi.enterprises.models import Enterprise, Membership, Statement
from huiqi.enterprises.queries.statements import catalogue
from huiqi.enterprises.tests.make import AT, ON, make_firm
from huiqi.reference.queries import code_tables
from tests.harness.cast import play

pytestmark = pytest.mark.django_db


def address(firm, fact: str) -> str:
    return f"/firms/{firm.public_id}/facts/{fact}/state/"


def typed(firm, **values) -> dict[str, str]:
    """A filled-in form; the paper is what an office needs."""
    first = {"as_of": "2020-2-20", "document": "2019年度报告", "reason": "实地核实"}
    return {**first, "version": str(firm.version), **values}


def fresh(firm) -> Enterprise:
    return Enterprise.objects.get(pk=firm.pk)


@pytest.mark.parametrize("part", ["other_city", "analyst", "dispatcher", "firm"])
def test_who_may_not_confirm_facts_of_this_firm_cannot_state_any(enter, part):
    firm = make_firm()
    client = enter(part)
    assert client.get(address(firm, "employees")).status_code == 404
    assert client.post(address(firm, "employees"), typed(firm, value="40", period="2019")).status_code == 404


def test_an_officer_confirms_nothing_without_a_paper(enter):
    firm = make_firm(facts={"employees": 35})
    response = enter("county").post(
        address(firm, "employees"), typed(firm, value="320", period="2019", document=" ")
    )
    assert response.status_code == 422
    assert "请写明核实的依据" in response.content.decode()
    assert fresh(firm).employees == 35


def test_an_officer_corrects_a_figure_and_it_counts_at_once(enter):
    firm = make_firm(facts={"gb4754": "2770", "employees": 35, "revenue": 12_000_000_00})
    client = enter("county")
    assert client.get(address(firm, "employees")).status_code == 200
    response = client.post(
        address(firm, "employees"), typed(firm, value="320", period="2019", document="湘工信〔2020〕1号")
    )
    assert response["Location"] == f"/firms/{firm.public_id}/"
    assert (fresh(firm).employees, fresh(firm).version) == (320, firm.version + 1)
    said = Statement.objects.select_related("filing").latest("pk")
    assert (said.standing, said.period, said.filing.source, said.filing.issuer) == (
        "confirmed",
        "2019",
        "officer",
        "浏阳市工信局",
    )
    assert (said.filing.document, said.filing.purpose, said.filing.actor) == (
        "湘工信〔2020〕1号",
        "实地核实",
        play("county"),
    )
    assert AuditRecord.objects.filter(act="fact.confirmed", details__fact="employees").count() == 1


def test_a_firm_s_own_word_is_a_claim_that_gives_way_to_what_was_confirmed(enter):
    firm = make_firm(facts={"employees": 35})
    Membership.objects.create(enterprise=firm, user=play("firm"), part="clerk", began_at=AT)
    client = enter("firm")
    claimed = typed(firm, value="80", period="2019", document="")
    assert client.post(address(firm, "employees"), claimed).status_code == 302
    client.post(address(firm, "on_cloud"), typed(fresh(firm), value="yes"))
    assert (fresh(firm).employees, fresh(firm).on_cloud) == (35, True)
    assert set(Statement.objects.filter(filing__source="firm").values_list("standing", flat=True)) == {
        "claimed"
    }


@pytest.mark.parametrize("fact", ["severe_dishonesty", "distress_certified", "size_class", "tax_due"])
def test_a_firm_cannot_state_what_others_certify(enter, fact):
    firm = make_firm()
    Membership.objects.create(enterprise=firm, user=play("firm"), part="owner", began_at=AT)
    assert enter("firm").get(address(firm, fact)).status_code == 404


@pytest.mark.parametrize(
    "fact", ["severe_dishonesty", "key_supplier_national", "size_class", "tax_due", "nothing"]
)
def test_lists_and_settled_sizes_have_their_own_ways(enter, fact):
    assert enter("county").get(address(make_firm(), fact)).status_code == 404


def test_of_two_people_who_edit_one_firm_the_second_is_told_and_keeps_what_was_typed(enter):
    firm = make_firm(facts={"employees": 35})
    first, second = enter("county"), enter("city")
    first.post(address(firm, "employees"), typed(firm, value="40", period="2019"))
    response = second.post(address(firm, "employees"), typed(firm, value="50", period="2019"))
    text = " ".join(response.content.decode().split())
    assert response.status_code == 409
    assert "有人改过这家企业的档案" in text and "这一项最近一次：40人（谭丽" in text and 'value="50"' in text
    assert fresh(firm).employees == 40
    again = typed(fresh(firm), value="50", period="2019", as_of="2020-2-21")
    assert second.post(address(firm, "employees"), again).status_code == 302
    assert fresh(firm).employees == 50


@pytest.mark.parametrize(
    ("fact", "value", "complaint"),
    [
        ("employees", "三十五", "应为整数"),
        ("employees", "-1", "不能少于"),
        ("gb4754", "9999x", "不是4位代码"),
        ("rd_ratio", "多", "不是比率"),
        ("on_cloud", "maybe", "on_cloud"),
        ("loan_contract_date", "昨天", "不是能识别的日期"),
    ],
)
def test_what_cannot_be_is_named_and_nothing_is_recorded(enter, fact, value, complaint):
    firm = make_firm()
    before = Statement.objects.count()
    response = enter("county").post(address(firm, fact), typed(firm, value=value, period="2019"))
    assert response.status_code == 422
    assert complaint in response.content.decode() or complaint == fact
    assert Statement.objects.count() == before


def test_a_day_after_the_reference_date_and_a_missing_reason_are_refused(enter):
    firm = make_firm()
    response = enter("county").post(
        address(firm, "vacancies"), typed(firm, value="3", as_of="2020-3-2", reason="")
    )
    assert response.status_code == 422
    assert "日期不应晚于" in response.content.decode() and "请填写“说明”" in response.content.decode()


@pytest.mark.parametrize(
    ("fact", "given", "stored"),
    [
        ("revenue", {"value": "1200", "value_unit": "wan"}, 12_000_000_00),
        ("revenue", {"value": "1200", "value_unit": "yuan"}, 1200_00),
        ("rd_ratio", {"value": "5.5%"}, 550),
        ("org_type", {"value": "individual"}, "individual"),
        ("gb4754", {"value": "2770 卫生材料及医药用品制造"}, "2770"),
        ("loan_contract_date", {"value": "2020年2月9日"}, date(2020, 2, 9)),
        ("on_cloud", {"value": "no"}, False),
    ],
)
def test_each_type_of_fact_is_read_as_people_write_it(enter, fact, given, stored):
    firm = make_firm()
    response = enter("county").post(address(firm, fact), typed(firm, period="2019", **given))
    assert response.status_code == 302
    assert getattr(fresh(firm), fact) == stored


def test_a_correction_that_moves_the_firm_out_of_the_area_leads_back_to_the_list(enter):
    firm = make_firm()
    response = enter("county").post(address(firm, "prefecture"), typed(firm, value="长沙县"))
    assert response["Location"] == "/firms/"
    assert fresh(firm).prefecture == "430121"


def test_every_kept_fact_has_a_form():
    for fact in columns(catalogue()):
        form = FactForm({}, fact=fact, tables=code_tables(), on=ON, is_office=True)
        assert not form.is_valid() and "value" in form.errors


@pytest.mark.parametrize(
    ("fact", "value", "shown"),
    [
        ("employees", 35, "35"),
        ("rd_ratio", Fraction(11, 200), "5.5"),
        ("on_cloud", True, "yes"),
        ("gb4754", "2770", "2770"),
    ],
)
def test_the_form_begins_with_what_counts_now_so_that_confirming_is_one_press(enter, fact, value, shown):
    firm = make_firm(facts={fact: value})
    form = enter("county").get(address(firm, fact)).context["form"]
    assert str(form["value"].value()) == shown
    assert form["as_of"].value() == (ON if fact in {"on_cloud", "gb4754"} else date(2019, 12, 31))
