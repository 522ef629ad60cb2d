from datetime import date

import pytest

from huiqi.accounts.models import Deputyship, User
from huiqi.accounts.tests.make import make_offices
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.models import AuditRecord
from huiqi.enterprises.tests.make import make_firm
from huiqi.lists.chain import Act
from huiqi.lists.commands.entries import act_on_entries, act_on_entry, propose_firms
from huiqi.lists.models import Entry, Step
from huiqi.lists.queries.book import kind_called
from huiqi.lists.queries.findings import columns_of, findings
from huiqi.lists.tests.make import AT, TODAY, make_batch, play_officer

pytestmark = pytest.mark.django_db
WHEN = {"on": TODAY, "today": TODAY, "at": AT}


@pytest.fixture
def officers(offices):
    return {
        part: play_officer(part)
        for part in ("liuyang", "changsha", "province", "xiangtan", "longshan", "park")
    }


@pytest.fixture
def offices():
    return make_offices()


def propose(batch, firm, officer, **more):
    return propose_firms(batch, [firm.pk], door="search", actor=officer, **WHEN, **more)


def proposed(officers, county="430181", by="liuyang", batch=None):
    batch = batch or make_batch()
    firm = make_firm(county=county, facts={"epidemic_supply_category": True, "province": "430000"})
    return propose(batch, firm, officers[by]).done[0]


def test_a_firm_of_another_county_cannot_be_proposed_and_is_not_named(officers):
    outcome = propose(make_batch(), make_firm("湘潭口罩厂", county="430302"), officers["liuyang"])
    assert outcome.done == []
    assert [str(name) for name, _why in outcome.refused] == [""], "its name would tell that it exists"


def test_a_batch_in_draft_takes_no_proposals(officers):
    with pytest.raises(Refused, match="不再接收推荐"):
        propose(make_batch(state="drafting"), make_firm(), officers["liuyang"])


def test_somebody_without_an_office_in_the_chain_proposes_nothing():
    with pytest.raises(Refused) as refusal:
        propose(make_batch(), make_firm(), play_officer("tax"))
    assert refusal.value.code == "lists.not_your_level"


def test_a_firm_stands_on_a_batch_once(officers):
    entry = proposed(officers)
    outcome = propose(entry.batch, entry.enterprise, officers["liuyang"])
    assert [(name, str(why)) for name, why in outcome.refused] == [
        (entry.enterprise.name, "已经在这一批里。")
    ]


def test_an_office_cannot_act_before_its_turn(officers):
    entry = proposed(officers)
    for part in ("changsha", "province", "xiangtan", "longshan"):
        with pytest.raises(Refused) as refusal:
            act_on_entry(entry, Act.RECOMMEND, actor=officers[part], **WHEN)
        assert refusal.value.code == "lists.not_your_level", part


def test_an_office_cannot_act_after_its_turn(officers):
    entry = act_on_entry(proposed(officers), Act.RECOMMEND, actor=officers["liuyang"], **WHEN)
    with pytest.raises(Refused, match="市级办理"):
        act_on_entry(entry, Act.RECOMMEND, actor=officers["liuyang"], **WHEN)


def test_a_return_without_saying_what_to_mend_is_refused(officers):
    entry = act_on_entry(proposed(officers), Act.RECOMMEND, actor=officers["liuyang"], **WHEN)
    with pytest.raises(Refused, match="补正什么"):
        act_on_entry(entry, Act.RETURN, actor=officers["changsha"], reason="  ", **WHEN)


def test_only_the_last_level_accepts(officers):
    entry = act_on_entry(proposed(officers), Act.RECOMMEND, actor=officers["liuyang"], **WHEN)
    with pytest.raises(Refused, match="最后一级"):
        act_on_entry(entry, Act.ACCEPT, actor=officers["changsha"], **WHEN)


def test_two_officers_on_one_entry_do_not_overwrite_each_other(officers):
    entry = proposed(officers)
    shown = entry.version
    act_on_entry(entry, Act.REJECT, actor=officers["liuyang"], reason="已停产", expected=shown, **WHEN)
    with pytest.raises(VersionConflict):
        act_on_entry(entry, Act.RECOMMEND, actor=officers["liuyang"], expected=shown, **WHEN)
    assert Entry.objects.get().state == "rejected"


def test_a_firm_climbs_from_county_to_city_to_province_with_every_step_kept(officers):
    entry = proposed(officers)
    entry = act_on_entry(entry, Act.RECOMMEND, actor=officers["liuyang"], reason="日产口罩", **WHEN)
    assert (entry.state, entry.level) == ("recommended", "city")
    entry = act_on_entry(entry, Act.RETURN, actor=officers["changsha"], reason="补生产许可证", **WHEN)
    assert (entry.state, entry.level) == ("returned", "county")
    entry = act_on_entry(entry, Act.RECOMMEND, actor=officers["liuyang"], reason="已补", **WHEN)
    entry = act_on_entry(entry, Act.RECOMMEND, actor=officers["changsha"], **WHEN)
    entry = act_on_entry(entry, Act.ACCEPT, actor=officers["province"], **WHEN)
    assert (entry.state, entry.level) == ("accepted", "province")
    steps = Step.objects.filter(entry=entry).order_by("number")
    assert [(step.act, step.level, step.unit.name, step.reason) for step in steps] == [
        ("propose", "county", "浏阳市工信局", ""),
        ("recommend", "county", "浏阳市工信局", "日产口罩"),
        ("return", "city", "长沙市工信局", "补生产许可证"),
        ("recommend", "county", "浏阳市工信局", "已补"),
        ("recommend", "city", "长沙市工信局", ""),
        ("accept", "province", "省工信厅", ""),
    ]
    assert AuditRecord.objects.filter(act="list_entries.acted").count() == 5


def test_a_county_directly_under_the_province_skips_the_city(officers):
    entry = proposed(officers, county="433130", by="longshan")
    entry = act_on_entry(entry, Act.RECOMMEND, actor=officers["longshan"], **WHEN)
    assert entry.level == "province"
    entry = act_on_entry(entry, Act.RETURN, actor=officers["province"], reason="补材料", **WHEN)
    assert entry.level == "county"


def test_a_list_without_a_county_level_starts_at_the_city(officers):
    entry = proposed(officers, batch=make_batch("little-giant-hunan"))
    assert (entry.origin, entry.level) == ("city", "city")


def test_what_the_city_proposed_cannot_be_returned_below_the_city(officers):
    entry = proposed(officers, by="changsha")
    entry = act_on_entry(entry, Act.RECOMMEND, actor=officers["changsha"], **WHEN)
    entry = act_on_entry(entry, Act.RETURN, actor=officers["province"], reason="补材料", **WHEN)
    assert entry.level == "city"
    with pytest.raises(Refused, match="没有下级"):
        act_on_entry(entry, Act.RETURN, actor=officers["changsha"], reason="补材料", **WHEN)


def test_a_park_acts_for_its_own_firms_beside_the_county(officers, offices):
    firm = make_firm(park=offices["park"])
    entry = propose(make_batch(), firm, officers["park"]).done[0]
    entry = act_on_entry(entry, Act.RECOMMEND, actor=officers["park"], **WHEN)
    assert (entry.state, entry.level) == ("recommended", "city")


def test_a_rejected_firm_can_be_looked_at_again_with_a_reason(officers):
    entry = act_on_entry(proposed(officers), Act.REJECT, actor=officers["liuyang"], reason="已停产", **WHEN)
    entry = act_on_entry(entry, Act.RECONSIDER, actor=officers["liuyang"], reason="已复产", **WHEN)
    assert (entry.state, entry.level) == ("proposed", "county")


def test_many_at_once_do_what_can_be_done_and_name_the_rest(officers):
    batch = make_batch()
    first, second = proposed(officers, batch=batch), proposed(officers, batch=batch)
    act_on_entry(second, Act.RECOMMEND, actor=officers["liuyang"], **WHEN)
    versions = {first.pk: first.version, second.pk: second.version}
    outcome = act_on_entries(batch, versions, Act.RECOMMEND, actor=officers["liuyang"], **WHEN)
    assert [entry.pk for entry in outcome.done] == [first.pk]
    assert [name for name, _why in outcome.refused] == [second.enterprise.name]


def test_a_deputy_acts_in_the_name_of_the_absent_colleague(officers):
    entry = proposed(officers)
    deputy = play_officer("xiangtan")
    with pytest.raises(Refused):
        act_on_entry(entry, Act.RECOMMEND, actor=deputy, **WHEN)
    absent = officers["liuyang"]
    Deputyship.objects.create(absent=absent, deputy=deputy, from_on=TODAY, to_on=TODAY)
    act_on_entry(entry, Act.RECOMMEND, actor=User.objects.get(pk=deputy.pk), **WHEN)
    step = entry.steps.get(act="recommend")
    assert (step.actor, step.on_behalf, step.unit) == (deputy, absent, absent.unit)


def test_what_is_unknown_is_kept_as_unknown_and_refuses_nobody(officers):
    firm = make_firm(facts={"province": "430000"})
    entry = propose(make_batch(), firm, officers["liuyang"]).done[0]
    assert entry.finding["result"] is None
    assert entry.finding["unknown"] == ["category"]
    assert act_on_entry(entry, Act.RECOMMEND, actor=officers["liuyang"], **WHEN).state == "recommended"


def test_the_finding_kept_with_an_entry_can_be_derived_again(officers):
    entry = proposed(officers)
    kept = entry.finding
    assert kept["result"] is True
    on, known_on = date.fromisoformat(kept["on"]), date.fromisoformat(kept["known_on"])
    again = findings(kind_called(entry.batch.kind), [entry.enterprise_id], on, known_on)
    assert columns_of(again[entry.enterprise_id], on, known_on)["finding"] == kept
