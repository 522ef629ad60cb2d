from datetime import date

import pytest

from huiqi.accounts.models import Deputyship
from huiqi.accounts.tests.make import make_offices
from huiqi.enterprises.tests.make import make_firm
from huiqi.lists.chain import Act
from huiqi.lists.commands.batches import step_batch
from huiqi.lists.commands.entries import act_on_entry, propose_firms
from huiqi.lists.panels import desk_panel
from huiqi.lists.tests.make import AT, TODAY, make_batch, make_entry, play_officer
from huiqi.messages.models import Notice

pytestmark = pytest.mark.django_db
WHEN = {"on": TODAY, "today": TODAY, "at": AT}
PARTS = ("province", "changsha", "liuyang", "xiangtan", "longshan", "park")


@pytest.fixture
def officers():
    make_offices()
    return {part: play_officer(part) for part in PARTS}


@pytest.fixture
def asked(rf, settings):
    """The batches that ask an office for firms, as (title, how many of its firms are there)."""
    settings.REFERENCE_DATE = TODAY

    def collecting(user):
        request = rf.get("/")
        request.user = user
        found = desk_panel(request, None)
        return [(batch.title, count) for batch, count in found["work"].collecting] if found else []

    return collecting


def opened(officers, kind="key-supplier-local", **fields):
    batch = make_batch(kind, "drafting", title="第二批", **fields)
    return step_batch(batch, "open", actor=officers["province"], today=TODAY, at=AT)


def told(officers, kind):
    """Who has a notice of this kind, by part, with its text."""
    texts = dict(Notice.objects.filter(kind=f"lists.{kind}").order_by("pk").values_list("user", "text"))
    return {part: texts[user.pk] for part, user in officers.items() if user.pk in texts}


def test_a_draft_and_a_foreign_list_ask_nobody(officers, asked):
    make_batch("key-supplier-local", "drafting")
    make_batch("severe-dishonesty", "collecting")
    assert asked(officers["liuyang"]) == []
    assert not Notice.objects.exists()


def test_a_batch_opened_for_collecting_is_told_to_every_office_of_its_chain_but_the_last(officers):
    opened(officers, collect_until=date(2020, 2, 28))
    found = told(officers, "collecting")
    assert set(found) == {"changsha", "liuyang", "xiangtan", "longshan", "park"}
    assert set(found.values()) == {"“第二批”开始征集，2020年2月28日截止，请推荐企业。"}


def test_a_list_that_starts_at_the_city_asks_cities_and_the_counties_without_one(officers, asked):
    opened(officers, "little-giant-hunan")
    assert set(told(officers, "collecting")) == {"changsha", "xiangtan", "longshan"}
    assert asked(officers["liuyang"]) == []
    assert asked(officers["longshan"]) == [("第二批", 0)]


def test_the_desk_counts_the_firms_of_its_own_area_that_are_there(officers, asked):
    batch = opened(officers)
    make_entry(batch, make_firm(county="430181"), "accepted", "province")
    make_entry(batch, make_firm(county="430302"), "accepted", "province")
    assert asked(officers["liuyang"]) == [("第二批", 1)]
    assert asked(officers["province"]) == []


def test_a_deputy_of_an_absent_officer_is_told_too_and_a_closed_account_is_not(officers):
    deputy, gone = play_officer("tax"), play_officer("liuyang")
    gone.is_active = False
    gone.save(update_fields=["is_active"])
    Deputyship.objects.create(absent=officers["liuyang"], deputy=deputy, from_on=TODAY, to_on=TODAY)
    opened(officers)
    assert Notice.objects.filter(user=deputy).count() == 1
    assert not Notice.objects.filter(user=gone).exists()


def test_a_notice_of_a_batch_kept_close_does_not_give_its_title(officers):
    opened(officers, "provincial-key-contact", secrecy="compartment")
    assert set(told(officers, "collecting").values()) == {"一批限定知悉的名单开始征集，请推荐企业。"}


def test_each_hand_over_up_and_back_is_told_to_the_office_that_has_the_next_step_and_to_no_other(officers):
    batch, firm = make_batch(title="第二批"), make_firm(county="430181")
    entry = propose_firms(batch, [firm.pk], door="search", actor=officers["liuyang"], **WHEN).done[0]
    assert not Notice.objects.exists(), "it lies with the proposer"
    entry = act_on_entry(entry, Act.RECOMMEND, actor=officers["liuyang"], **WHEN)
    assert told(officers, "handed_up") == {"changsha": "“第二批”有企业报来，轮到您单位办理。"}
    entry = act_on_entry(entry, Act.RETURN, actor=officers["changsha"], reason="补许可证", **WHEN)
    assert told(officers, "returned") == {"liuyang": "“第二批”有1家企业被退回，请按退回意见补正。"}
    assert firm.name not in " ".join(Notice.objects.order_by("pk").values_list("text", flat=True))


def test_what_comes_up_is_told_once_a_day_and_every_return_is(officers):
    batch = make_batch()
    firms = [make_firm(county="430181").pk for _ in range(2)]
    entries = propose_firms(batch, firms, door="search", actor=officers["liuyang"], **WHEN).done
    came_up = [act_on_entry(entry, Act.RECOMMEND, actor=officers["liuyang"], **WHEN) for entry in entries]
    for entry in came_up:
        act_on_entry(entry, Act.RETURN, actor=officers["changsha"], reason="补材料", **WHEN)
    kinds = list(Notice.objects.order_by("kind", "pk").values_list("kind", flat=True))
    assert kinds == ["lists.handed_up", "lists.returned", "lists.returned"]


def test_a_county_that_proposes_for_a_list_of_the_cities_tells_its_city(officers):
    firm = make_firm(county="430181")
    batch = make_batch("little-giant-hunan")
    propose_firms(batch, [firm.pk], door="search", actor=officers["liuyang"], **WHEN)
    assert set(told(officers, "handed_up")) == {"changsha"}


def test_a_county_directly_under_the_province_hands_up_to_the_province(officers):
    firm = make_firm(county="433130")
    entry = propose_firms(make_batch(), [firm.pk], door="search", actor=officers["longshan"], **WHEN).done[0]
    act_on_entry(entry, Act.RECOMMEND, actor=officers["longshan"], **WHEN)
    assert set(told(officers, "handed_up")) == {"province"}


def unread(user, kind):
    return Notice.objects.filter(user=user, kind=f"lists.{kind}", read_at=None).count()


def test_an_office_with_nothing_left_to_do_need_not_read_that_something_waits(officers):
    batch = make_batch()
    firms = [make_firm(county="430181").pk for _ in range(2)]
    entries = propose_firms(batch, firms, door="search", actor=officers["liuyang"], **WHEN).done
    entries = [act_on_entry(entry, Act.RECOMMEND, actor=officers["liuyang"], **WHEN) for entry in entries]
    for entry, left in zip(entries, (1, 0), strict=True):
        act_on_entry(entry, Act.RETURN, actor=officers["changsha"], reason="补材料", **WHEN)
        assert unread(officers["changsha"], "handed_up") == left
    assert unread(officers["liuyang"], "returned") == 2


def test_who_was_asked_for_firms_need_not_read_it_when_the_time_is_over(officers):
    batch = opened(officers)
    assert unread(officers["liuyang"], "collecting") == 1
    step_batch(batch, "review", actor=officers["province"], today=TODAY, at=AT)
    assert unread(officers["liuyang"], "collecting") == 0
