from datetime import UTC, date, datetime

import pytest

from huiqi.enterprises.models import Membership
from huiqi.enterprises.tests.make import AT, make_firm, state
from tests.harness.cast import play

pytestmark = pytest.mark.django_db
MAKER = {"province": "430000", "gb4754": "2770", "employees": 35, "revenue": 12_000_000_00}


def panel(client, firm, query: str = ""):
    """What the panel on the firm's page was drawn with."""
    response = client.get(f"/firms/{firm.public_id}/{query}")
    assert "能享受什么政策" in response.content.decode()
    return {name: response.context[name] for name in ("result", "groups", "asked")}


def groups(context: dict) -> dict[str, set[str]]:
    return {name: {row.id for row in rows} for name, rows in context["groups"]}


def test_a_firm_is_judged_by_what_the_register_knows(enter):
    before = groups(panel(enter("county"), make_firm(facts=MAKER)))
    firm = make_firm(facts={**MAKER, "on_cloud": True})
    after = groups(panel(enter("county"), firm))
    gained = after["eligible"] - before["eligible"]
    assert gained and gained <= before["unknown"]


def test_a_claim_is_told_from_what_is_confirmed_and_the_authority_decides(enter):
    firm = make_firm(facts=MAKER)
    state(firm, {"on_cloud": True}, standing="claimed", source="firm", as_of=date(2020, 2, 20))
    rows = [row for _name, rows in panel(enter("county"), firm)["groups"] for row in rows]
    assert {row.explanation.assurance for row in rows if "on_cloud" in str(row.explanation.tree)} <= {
        "claimed",
        None,
    }
    assert all(
        "认定为准" in row.assurance or "办理" in row.assurance or "名单" in row.assurance for row in rows
    )


def test_the_panel_follows_the_day_of_the_page(enter):
    firm = make_firm(facts=MAKER)
    state(firm, {"on_cloud": True}, as_of=date(2020, 2, 20), at=datetime(2020, 2, 25, tzinfo=UTC))
    client = enter("county")
    today, earlier = panel(client, firm), panel(client, firm, "?on=2020-02-15")
    assert (today["result"].on, earlier["result"].on) == (date(2020, 3, 1), date(2020, 2, 15))
    assert groups(earlier)["eligible"] < groups(today)["eligible"]
    assert earlier["asked"] == [], "nobody states anything of a past day"


def test_facts_to_ask_are_those_this_reader_may_state(enter):
    firm = make_firm(facts=MAKER)
    Membership.objects.create(enterprise=firm, user=play("firm"), part="owner", began_at=AT)
    office, own = panel(enter("county"), firm)["asked"], panel(enter("firm"), firm)["asked"]
    assert [one.fact.id for one in office] == [one.fact.id for one in own]
    assert all(one.is_statable != one.is_of_list for one in office)
    assert {one.fact.stated_by for one in own if one.is_statable} <= {"firm"}
    assert all(one.fact.kept for one in office), "figures of other authorities are never asked for here"
