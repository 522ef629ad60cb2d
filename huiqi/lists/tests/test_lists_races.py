"""Two officers at the same moment, on SQLite (a file) and on PostgreSQL."""

import pytest

from huiqi.accounts.tests.make import make_offices
from huiqi.core.errors import Refused, VersionConflict
from huiqi.enterprises.models import Statement
from huiqi.lists.chain import Act
from huiqi.lists.commands import publication
from huiqi.lists.commands.batches import step_batch
from huiqi.lists.commands.entries import act_on_entry, propose_firms
from huiqi.lists.commands.publication import begin_publication, publish_batch
from huiqi.lists.models import Entry, ListBatch, Step
from huiqi.lists.queries.membership import members_on
from huiqi.lists.tests.make import AT, TODAY, make_batch, make_entry, play_officer
from tests.harness.together import together

pytestmark = pytest.mark.django_db(transaction=True)
WHEN = {"on": TODAY, "today": TODAY, "at": AT}


def test_two_officers_act_on_one_entry_and_one_of_them_is_told(transactional_db):
    make_offices()
    county = play_officer("liuyang")
    for _ in range(3):
        entry = make_entry(make_batch())
        outcomes = together(
            *[
                lambda act=act, entry=entry: act_on_entry(
                    entry, act, actor=county, reason="各有理由", expected=entry.version, **WHEN
                )
                for act in (Act.RECOMMEND, Act.REJECT)
            ]
        )
        assert sorted(isinstance(one, Entry) for one in outcomes) == [False, True]
        assert [type(one) for one in outcomes if not isinstance(one, Entry)][0] in (VersionConflict, Refused)
        assert Step.objects.filter(entry=entry).count() == 1


def test_two_publishers_publish_a_batch_once(transactional_db, monkeypatch):
    monkeypatch.setattr(publication, "PIECE", 2)
    make_offices()
    officers = [play_officer("province"), play_officer("province")]
    batch = make_batch(state="reviewing")
    for _ in range(5):
        make_entry(batch, state="accepted", level="province")
    begin_publication(batch, actor=officers[0], document="湘发改〔2020〕7号", **WHEN)
    outcomes = together(
        *[
            lambda officer=officer: publish_batch(batch, actor=officer, on=TODAY, at=AT).state
            for officer in officers
        ]
    )
    assert outcomes == ["published", "published"]
    assert Statement.objects.filter(fact="key_supplier_local").count() == 5
    assert Step.objects.filter(act="publish").count() == 5
    assert members_on("key-supplier-local", TODAY).count() == 5


def test_a_firm_proposed_twice_at_once_stands_once(transactional_db):
    make_offices()
    county = play_officer("liuyang")
    batch = make_batch()
    firm = make_entry(make_batch()).enterprise
    outcomes = together(*[lambda: propose_firms(batch, [firm.pk], door="search", actor=county, **WHEN)] * 2)
    assert sorted(len(outcome.done) for outcome in outcomes) == [0, 1]
    assert Entry.objects.filter(batch=batch).count() == 1


def test_a_proposal_and_the_end_of_collecting_do_not_cross(transactional_db):
    make_offices()
    county, province = play_officer("liuyang"), play_officer("province")
    batch = make_batch()
    firm = make_entry(make_batch()).enterprise
    proposed, _stepped = together(
        lambda: propose_firms(batch, [firm.pk], door="search", actor=county, **WHEN),
        lambda: step_batch(batch, "review", actor=province, today=TODAY, at=AT),
    )
    assert ListBatch.objects.get(pk=batch.pk).state == "reviewing"
    count = Entry.objects.filter(batch=batch).count()
    assert count == (0 if isinstance(proposed, Refused) else 1)
