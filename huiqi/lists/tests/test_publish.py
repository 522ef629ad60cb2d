from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from huiqi.accounts.tests.make import make_offices
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.enterprises.models import Enterprise, Statement
from huiqi.enterprises.queries import statements
from huiqi.enterprises.tests.make import make_firm
from huiqi.lists.commands import publication
from huiqi.lists.commands.batches import close_batch, start_notice
from huiqi.lists.commands.entries import act_on_entry, propose_firms
from huiqi.lists.commands.objections import (
    admit_objection,
    decide_objection,
    prove_objection,
    raise_objection,
    send_objection_code,
)
from huiqi.lists.commands.publication import (
    begin_publication,
    publish_batch,
    publish_pieces,
    read_lists,
    remove_entry,
)
from huiqi.lists.models import Entry, ListBatch, Objection
from huiqi.lists.queries.membership import facts_on, is_member, members_on
from huiqi.lists.tests.make import AT, TODAY, make_batch, make_entry, play_officer, stand
from huiqi.messages.tests.make import last_code
from huiqi.reference.judging import judge

pytestmark = pytest.mark.django_db
WHEN = {"on": TODAY, "today": TODAY, "at": AT}
NUMBER = {"document": "湘发改〔2020〕7号"}
LOCAL = "key-supplier-local"
GIANT = "little-giant-hunan"


@pytest.fixture
def officer(db):
    make_offices()
    return play_officer("province")


def ready(kind=LOCAL, firms=1, state="reviewing", **fields):
    batch = make_batch(kind, state, **fields)
    for _ in range(firms):
        make_entry(batch, state="accepted", level="province")
    return batch


def publish(batch, officer, on=TODAY, **fields):
    begin_publication(batch, actor=officer, **{**WHEN, "on": on}, **{**NUMBER, **fields})
    return publish_batch(batch, actor=officer, on=on, at=AT)


def refusal(act):
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


# --- refusals -------------------------------------------------------------------------------------


def test_a_list_without_its_document_number_is_not_published(officer):
    assert refusal(lambda: publish(ready(), officer, document=" ")) == "lists.no_document"


def test_a_county_does_not_publish(officer):
    assert refusal(lambda: publish(ready(), play_officer("liuyang"))) == "lists.not_publisher"


def test_a_list_that_has_to_be_noticed_is_not_published_without(officer):
    assert refusal(lambda: publish(ready(GIANT), officer)) == "lists.not_noticed"


def test_firms_nobody_decided_on_hold_the_publication_until_somebody_says_so(officer):
    batch = ready()
    waiting = make_entry(batch)
    assert refusal(lambda: publish(batch, officer)) == "lists.undecided"
    publish(batch, officer, drop_undecided=True)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.steps.get().reason) == ("rejected", "本批发布时尚未办结")


def test_an_empty_list_is_not_published(officer):
    assert refusal(lambda: publish(ready(firms=0), officer)) == "lists.nothing_accepted"


# --- notice ---------------------------------------------------------------------------------------


def noticed(officer, days=5, on=TODAY):
    batch = ready(GIANT)
    return start_notice(batch, days=days, actor=officer, on=on, today=TODAY)


def test_a_notice_ends_after_its_working_days_and_not_before(officer):
    # From Thursday 20 February 2020 five working days run to Thursday the 27th.
    batch = noticed(officer)
    assert batch.notice_until == date(2020, 2, 27)
    last = date(2020, 2, 27)
    assert refusal(lambda: publish(batch, officer, on=last)) == "lists.notice_running"
    assert publish(batch, officer, on=last + timedelta(days=1)).state == "published"


def test_a_notice_grows_when_a_holiday_is_lengthened_meanwhile(officer):
    # The State Council lengthened the Spring Festival on 27 January 2020.
    batch = noticed(officer, days=5, on=date(2020, 1, 22))
    assert batch.notice_until == date(2020, 2, 4)
    assert refusal(lambda: publish(batch, officer, on=date(2020, 2, 5))) == "lists.notice_running"


def test_a_firm_added_during_the_notice_makes_it_run_anew(officer):
    batch = noticed(officer)
    firm = make_firm(facts={"little_giant_base_ok": True, "province": "430000"})
    later = {**WHEN, "on": date(2020, 2, 25)}
    unexplained = {"door": "search", "actor": officer, "reason": " ", **later}
    assert refusal(lambda: propose_firms(batch, [firm.pk], **unexplained)) == "lists.needs_reason"
    added = propose_firms(batch, [firm.pk], **{**unexplained, "reason": "漏报补入"}).done[0]
    assert refusal(lambda: act_on_entry(added, "accept", actor=officer, **later)) == "lists.needs_reason"
    batch.refresh_from_db()
    assert batch.notice_until == date(2020, 2, 27), "refused, nothing moves"
    act_on_entry(added, "accept", actor=officer, reason="漏报，已核", **later)
    batch.refresh_from_db()
    assert batch.notice_until == date(2020, 3, 3)


def test_an_open_objection_holds_the_publication_and_a_dismissed_one_does_not(officer):
    batch = noticed(officer)
    entry = batch.entries.get()
    after = date(2020, 2, 28)
    told = {"entry": entry, "name": "赵先生", "phone": "13800000000", "on": TODAY, "at": AT}
    objection = stand(batch, officer=officer, grounds="专利不是它的", **told)
    assert refusal(lambda: publish(batch, officer, on=after)) == "lists.open_objections"
    decide_objection(objection, upheld=False, decision="专利已核", actor=officer, today=TODAY, at=AT)
    assert publish(batch, officer, on=after).entries.get().state == "published"


def test_objections_nobody_proved_hold_no_firm_and_no_publication(officer):
    """Else one person with a list of invented telephones stops any list there is."""
    batch = noticed(officer)
    entry = batch.entries.get()
    for number in range(5):
        told = {"entry": entry, "name": "赵先生", "phone": f"1380000000{number}", "grounds": "不实"}
        raised, _token = raise_objection(batch, on=TODAY, at=AT, wall=AT, **told)
        upheld = {"upheld": True, "decision": "属实", "actor": officer, "today": TODAY, "at": AT}
        assert refusal(lambda one=raised, by=upheld: decide_objection(one, **by)) == "lists.not_admitted"
    entry.refresh_from_db()
    assert entry.state == "accepted"
    assert publish(batch, officer, on=date(2020, 2, 28)).entries.get().state == "published"
    by = {"actor": officer, "today": TODAY, "at": AT}
    assert refusal(lambda: admit_objection(raised, reason="迟了", **by)) == "lists.notice_over"


def test_a_code_proves_an_objection_only_within_the_notice_and_only_once(officer):
    batch = noticed(officer)
    told = {"entry": batch.entries.get(), "name": "赵先生", "phone": "13800000000", "grounds": "不实"}
    first, _ = raise_objection(batch, on=TODAY, at=AT, wall=AT, **told)
    second, _ = raise_objection(batch, on=TODAY, at=AT, wall=AT, **told)
    send_objection_code(first, at=AT)
    code = last_code("13800000000")
    late = {"on": date(2020, 2, 28), "at": AT, "wall": AT}
    assert refusal(lambda: prove_objection(first, code, **late)) == "lists.notice_over"
    assert prove_objection(first, code, on=TODAY, at=AT, wall=AT).ok
    assert not prove_objection(second, code, on=TODAY, at=AT, wall=AT).ok, "one code, one objection"
    send_objection_code(second, at=AT + timedelta(minutes=2))
    again = {"on": TODAY, "at": AT, "wall": AT + timedelta(minutes=2)}
    told_twice = refusal(lambda: prove_objection(second, last_code("13800000000"), **again))
    assert told_twice == "lists.objection_repeated"
    assert refusal(lambda: send_objection_code(Objection.objects.get(pk=first.pk), at=AT)) == (
        "lists.objection_taken_up"
    )


def test_an_hour_later_the_address_may_object_again_and_is_forgotten(officer):
    batch = noticed(officer)
    told = {"entry": None, "name": "赵先生", "grounds": "不实", "on": TODAY, "at": AT, "address": "digest"}
    for number in range(5):
        raise_objection(batch, phone=f"1380000000{number}", wall=clock.wall_now(), **told)
    last = clock.wall_now()
    more = {"phone": "13800000009", **told}
    soon = refusal(lambda: raise_objection(batch, wall=last + timedelta(minutes=59), **more))
    assert soon == "lists.too_many_objections"
    raise_objection(batch, wall=last + timedelta(minutes=60), **more)
    assert Objection.objects.exclude(address_digest="").count() == 1


def test_a_firm_stays_held_while_another_objection_to_it_is_open(officer):
    batch = noticed(officer)
    entry = batch.entries.get()
    told = {"entry": entry, "name": "赵先生", "phone": "13800000000", "on": TODAY, "at": AT}
    first = stand(batch, officer=officer, grounds="一", **told)
    assert (
        refusal(lambda: raise_objection(batch, grounds="再说一次", wall=AT, **told))
        == "lists.objection_repeated"
    )
    second = stand(batch, officer=officer, grounds="二", **{**told, "phone": "13900000000"})
    decide_objection(first, upheld=False, decision="已核", actor=officer, today=TODAY, at=AT)
    entry.refresh_from_db()
    assert entry.state == "objected"
    decide_objection(second, upheld=True, decision="属实", actor=officer, today=TODAY, at=AT)
    entry.refresh_from_db()
    assert entry.state == "rejected"


def test_after_the_notice_no_objection_is_taken(officer):
    batch = noticed(officer)
    told = {"entry": None, "name": "赵先生", "phone": "13800000000", "grounds": "迟了", "at": AT, "wall": AT}
    assert refusal(lambda: raise_objection(batch, on=date(2020, 2, 28), **told)) == "lists.notice_over"


def test_an_objectors_name_and_phone_are_not_readable_in_the_database(officer):
    objection, _ = raise_objection(
        noticed(officer),
        entry=None,
        name="赵先生",
        phone="13800000000",
        grounds="名单漏了",
        on=TODAY,
        at=AT,
        wall=AT,
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, phone, phone_index FROM lists_objection WHERE id = %s", [objection.pk])
        stored = "".join(cursor.fetchone())
    assert "赵先生" not in stored and "13800000000" not in stored


# --- publication and its stops --------------------------------------------------------------------


def test_publication_states_membership_under_the_document_number(officer):
    batch = publish(ready(), officer)
    stated = Statement.objects.get(fact="key_supplier_local")
    assert (stated.standing, stated.number, stated.as_of) == ("listed", 1, TODAY)
    assert (stated.filing.source, stated.filing.document) == ("list", "湘发改〔2020〕7号")
    assert batch.entries.get().enterprise.pk == stated.enterprise_id
    assert Enterprise.objects.get(pk=stated.enterprise_id).key_supplier_local is True


def test_a_white_list_states_nothing_but_has_members_for_its_twelve_months(officer):
    batch = publish(ready("industry-finance-whitelist"), officer)
    firm = batch.entries.get().enterprise
    assert not Statement.objects.filter(filing__source="list").exists()
    assert batch.valid_to == date(2021, 2, 19)
    assert is_member(firm, "industry-finance-whitelist", date(2021, 2, 19))
    assert not is_member(firm, "industry-finance-whitelist", date(2021, 2, 20))


@pytest.mark.parametrize("stop", range(4))
def test_a_publication_killed_between_any_two_writes_goes_on_where_it_stopped(officer, monkeypatch, stop):
    monkeypatch.setattr(publication, "PIECE", 2)
    batch = ready(firms=5)
    begin_publication(batch, actor=officer, **WHEN, **NUMBER)
    pieces = publish_pieces(batch, actor=officer, on=TODAY, at=AT)
    for _ in range(stop):
        next(pieces)
    pieces.close()
    batch.refresh_from_db()
    assert (batch.state, members_on(LOCAL, TODAY).count()) == ("publishing", 0)
    begin_publication(batch, actor=officer, **WHEN, **NUMBER)
    publish_batch(batch, actor=officer, on=TODAY, at=AT)
    batch.refresh_from_db()
    assert (batch.state, members_on(LOCAL, TODAY).count()) == ("published", 5)
    assert Statement.objects.filter(fact="key_supplier_local").count() == 5, "each firm is stated once"


def test_a_piece_that_fails_leaves_nothing_of_itself(officer, monkeypatch):
    batch = ready(firms=2)
    begin_publication(batch, actor=officer, **WHEN, **NUMBER)

    def broken(*args, **kwargs):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(publication.Step.objects, "bulk_create", broken)
    with pytest.raises(RuntimeError):
        publish_batch(batch, actor=officer, on=TODAY, at=AT)
    assert not Statement.objects.filter(fact="key_supplier_local").exists()
    assert set(Entry.objects.values_list("state", flat=True)) == {"accepted"}


# --- rules read membership ------------------------------------------------------------------------


def verdict(firm, on, known_on=None):
    facts = facts_on(firm, on, known_on).facts
    return judge(on).verdict(facts, "stationed-officer-key-enterprise").status


def test_a_policy_holds_from_the_day_of_publication_until_the_day_of_removal(officer):
    batch = publish(ready("provincial-key-contact"), officer)
    entry = batch.entries.get()
    firm, removed = entry.enterprise, date(2020, 6, 10)
    assert verdict(firm, TODAY - timedelta(days=1)) == "unknown"
    assert verdict(firm, TODAY) == "eligible"
    assert verdict(firm, date(2020, 6, 9)) == "eligible", "long after the fact's thirty days of freshness"
    late = {"on": removed, "today": removed, "at": datetime(2020, 6, 10, tzinfo=UTC)}
    remove_entry(entry, reason="停产", removed_on=removed, actor=officer, **late)
    assert verdict(firm, removed - timedelta(days=1)) == "eligible"
    assert verdict(firm, removed) == "ineligible"
    assert verdict(firm, removed, known_on=removed - timedelta(days=1)) == "eligible"


def test_a_removal_without_reason_or_before_the_listing_is_refused(officer):
    entry = publish(ready(), officer).entries.get()
    given = {"actor": officer, **WHEN}
    assert refusal(lambda: remove_entry(entry, reason=" ", removed_on=TODAY, **given)) == "lists.needs_reason"
    early = TODAY - timedelta(days=1)
    code = refusal(lambda: remove_entry(entry, reason="停产", removed_on=early, **given))
    assert code == "lists.bad_removal_day"


def test_a_firm_on_two_batches_stays_listed_when_it_leaves_one(officer):
    firm = make_firm()
    entries = [make_entry(make_batch(LOCAL, "reviewing"), firm, "accepted", "province") for _ in range(2)]
    for entry in entries:
        publish(entry.batch, officer)
    first, second = Entry.objects.order_by("pk")
    remove_entry(first, reason="重复", removed_on=TODAY, actor=officer, **WHEN)
    assert Enterprise.objects.get(pk=firm.pk).key_supplier_local is True
    remove_entry(second, reason="停产", removed_on=TODAY, actor=officer, **WHEN)
    assert Enterprise.objects.get(pk=firm.pk).key_supplier_local is False


def test_what_a_list_merely_proved_is_open_again_after_removal(officer):
    batch = noticed(officer)
    batch = publish(batch, officer, on=date(2020, 3, 2))
    entry, firm = batch.entries.get(), batch.entries.get().enterprise
    assert statements.facts_on(firm, date(2020, 3, 10)).facts.get("provincial_title_valid") is True
    gone = date(2020, 3, 10)
    late = {"on": gone, "today": TODAY, "at": datetime(2020, 3, 10, tzinfo=UTC)}
    remove_entry(entry, reason="撤销称号", removed_on=gone, actor=officer, **late)
    assert statements.facts_on(firm, date(2020, 3, 9)).facts.get("provincial_title_valid") is True
    assert statements.facts_on(firm, gone).facts.get("provincial_title_valid") is None


def test_a_whole_list_takes_off_those_who_are_not_on_it_any_more(officer):
    staying, leaving = make_firm(), make_firm()
    old = make_batch("severe-dishonesty", "collecting", is_import=True)
    for firm in (staying, leaving):
        make_entry(old, firm, "accepted", "province", door="import")
    publish(old, officer, is_whole=True)
    new = make_batch("severe-dishonesty", "collecting", is_import=True)
    make_entry(new, staying, "accepted", "province", door="import")
    later = date(2020, 3, 2)
    publish(new, officer, on=later, is_whole=True)
    assert list(members_on("severe-dishonesty", later)) == [new.entries.get()]
    assert [Enterprise.objects.get(pk=firm.pk).severe_dishonesty for firm in (staying, leaving)] == [
        True,
        False,
    ]


# --- the daily reading ----------------------------------------------------------------------------


def test_the_offices_own_list_is_read_by_the_day_before_its_statement_goes_stale(officer):
    firm = publish(ready(), officer).entries.get().enterprise
    stale = TODAY + timedelta(days=31)
    assert statements.facts_on(firm, stale).facts.get("key_supplier_local") is None
    soon = TODAY + timedelta(days=25)
    at = datetime(2020, 3, 16, tzinfo=UTC)
    assert read_lists(on=soon, at=at) == {"confirmed": 1, "ended": 0}
    assert read_lists(on=soon, at=at) == {"confirmed": 0, "ended": 0}
    assert statements.facts_on(firm, stale).facts.get("key_supplier_local") is True


def test_the_day_after_a_list_ended_the_register_says_no(officer):
    batch = publish(ready(), officer)
    firm = batch.entries.get().enterprise
    end = date(2020, 3, 31)
    close_batch(batch, actor=officer, on=date(2020, 3, 20), today=TODAY, ends_on=end)
    assert read_lists(on=date(2020, 4, 3), at=datetime(2020, 4, 3, tzinfo=UTC))["ended"] == 1
    assert statements.facts_on(firm, end + timedelta(days=1)).facts.get("key_supplier_local") is False
    assert ListBatch.objects.get(pk=batch.pk).state == "closed"
