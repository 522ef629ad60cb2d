"""Every end of retention that an app promises in personal.yaml is brought about, and by what it says."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from huiqi.accounts.models import SignInTry
from huiqi.core import clock, retention
from huiqi.core.models import AuditRecord
from huiqi.core.retention import RULES, Instants, Rule, broken_promises, carry_out, count_due


def run(*argv):
    out = StringIO()
    call_command("retention", *argv, "--json", stdout=out)
    return json.loads(out.getvalue())


def make_tries(count):
    long_ago = clock.wall_now() - timedelta(days=2)
    SignInTry.objects.bulk_create(SignInTry(name_digest=f"{n}", at=long_ago) for n in range(count))


def test_nothing_promised_is_left_undone():
    assert broken_promises(RULES.values()) == []


def test_a_promise_that_nobody_keeps_is_found():
    without = [rule for rule in RULES.values() if rule.name != "hotline.pops"]
    assert broken_promises(without) == [
        "hotline.Pop.phone: promises “接听或错过后七天”, but no rule of huiqi retention names it"
    ]


def test_a_rule_for_what_is_not_registered_or_said_to_end_otherwise_is_found():
    odd = Rule("odd", "甲", ("cases.Case.number", "accounts.User.name"), lambda instants: None, print)
    first, second = broken_promises([*RULES.values(), odd])
    assert first.startswith("cases.Case.number") and "not registered" in first
    assert second == "accounts.User.name: is carried out by a rule, so `by: archive` is wrong"


def test_a_promise_by_a_command_that_does_not_exist_is_found(monkeypatch):
    monkeypatch.setattr(
        retention, "get_commands", lambda: {"cases": "", "expire_tables": "", "send_messages": ""}
    )
    assert {fault.partition(":")[0] for fault in broken_promises(RULES.values())} == {
        "policies.Check.answers_sealed"
    }


@pytest.mark.django_db
def test_a_dry_run_counts_and_changes_nothing():
    make_tries(3)

    assert run("--dry-run")["accounts.tries"] == 3

    assert SignInTry.objects.count() == 3
    assert not AuditRecord.objects.filter(act="retention.carried_out").exists()


@pytest.mark.django_db
def test_a_run_records_rule_and_number_only_and_a_second_run_finds_nothing(monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    make_tries(3)

    assert run()["accounts.tries"] == 3
    assert run()["accounts.tries"] == 0

    records = AuditRecord.objects.filter(act="retention.carried_out").order_by("pk")
    assert [(row.details, row.actor_id, row.subject_id) for row in records] == [
        ({"rule": "accounts.tries", "rows": 2}, "", ""),
        ({"rule": "accounts.tries", "rows": 1}, "", ""),
    ]


@pytest.mark.django_db
def test_a_rule_that_fails_keeps_no_other_from_being_carried_out(monkeypatch):
    def broken(rows):
        raise OSError

    make_tries(1)
    monkeypatch.setitem(RULES, "a", Rule("a", "甲", (), lambda instants: SignInTry.objects.all(), broken))
    fault = StringIO()

    with pytest.raises(SystemExit):
        call_command("retention", "--json", stdout=StringIO(), stderr=fault)

    assert "甲（OSError）" in fault.getvalue()
    assert not SignInTry.objects.exists()


@pytest.mark.django_db
def test_rows_that_a_rule_leaves_as_they_are_do_not_hold_it_for_ever():
    make_tries(1)
    lazy = Rule("lazy", "甲", (), lambda instants: SignInTry.objects.all(), lambda rows: None)
    instants = Instants(clock.now(), clock.wall_now())
    assert (count_due(lazy, instants), carry_out(lazy, instants)) == (1, 1)
