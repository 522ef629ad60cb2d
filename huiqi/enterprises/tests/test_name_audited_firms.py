"""What the audit trail says of firms: their names to its reader, their pages only to who may open them."""

import pytest
from django.test import RequestFactory

from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_user
from huiqi.core import audit, clock
from huiqi.core.acts import subject_model
from huiqi.core.models import AuditRecord
from huiqi.enterprises.models import Claim, DuplicatePair, Enterprise, Merging
from huiqi.enterprises.queries.trail import firms_behind, path_to_firm
from huiqi.enterprises.tests.make import make_firm
from huiqi.files.models import Attachment
from tests.harness.cast import play

pytestmark = pytest.mark.django_db
AUDIT = "/accounts/audit/"


def asked_by(part):
    request = RequestFactory().get(AUDIT)
    request.user = play(part)
    return request


def make_claim(firm):
    user = make_user(role=Role.FIRM)
    return Claim.objects.create(enterprise=firm, user=user, proof=Claim.Proof.DOCUMENT, made_at=clock.now())


def test_the_audit_administrator_reads_a_firms_name_without_a_way_into_the_register(enter):
    firm = make_firm("浏阳防护用品有限公司")
    audit.record("claim.granted", make_claim(firm), actor=play("county"))
    audit.record("contact.revealed", firm, actor=play("county"))
    page = enter("audit_admin").get(AUDIT).content.decode()
    assert page.count("浏阳防护用品有限公司") == 2
    assert f"/firms/{firm.public_id}/" not in page
    assert "claim.granted" not in page.replace('value="claim.granted"', "")
    for words in ("企业认领", "通过企业认领", "查看企业联系电话"):
        assert words in page
    assert "enterprises." not in page


def test_only_a_reader_who_may_open_the_firm_gets_the_way_to_it():
    firm, key = make_firm(), ("enterprises.enterprise",)
    subjects = {(*key, firm.public_id)}
    for part, url in (("county", f"/firms/{firm.public_id}/"), ("other_city", ""), ("audit_admin", "")):
        named = firms_behind(asked_by(part), subjects)[(*key, firm.public_id)]
        assert named == (firm.name, url), part


def test_what_has_no_firm_or_is_gone_has_no_name():
    subjects = {
        ("accounts.user", play("county").public_id),
        ("gone.thing", "x"),
        ("enterprises.claim", "none"),
    }
    assert firms_behind(asked_by("audit_admin"), subjects) == {}


def test_one_statement_names_the_firms_of_all_kinds_of_things(assert_queries):
    firms = [make_firm() for _ in range(3)]
    claims = [make_claim(firm) for firm in firms]
    subjects = {(row._meta.label_lower, row.public_id) for row in (*firms, *claims)}
    request = asked_by("audit_admin")
    firms_behind(request, subjects)
    with assert_queries(1):
        assert len(firms_behind(request, subjects)) == 6


def test_the_page_asks_no_more_for_many_records_than_for_few(enter, django_assert_max_num_queries):
    client, county = enter("audit_admin"), play("county")
    audit.record("firm.renamed", make_firm(), actor=county)
    with django_assert_max_num_queries(40) as few:
        client.get(AUDIT)
    for _ in range(20):
        audit.record("firm.renamed", make_firm(), actor=county)
        audit.record("claim.started", make_claim(make_firm()), actor=county)
    assert AuditRecord.objects.count() > 40
    with django_assert_max_num_queries(40) as many:
        client.get(AUDIT)
    assert len(many) == len(few)


def test_the_way_to_the_firm_follows_the_models_keys():
    assert path_to_firm(Enterprise) == ""
    assert path_to_firm(Claim) == "enterprise__"
    assert path_to_firm(Merging) == path_to_firm(DuplicatePair) == "kept__"
    assert path_to_firm(subject_model("stationing.escalation")) == "enterprise__"
    assert path_to_firm(subject_model("lists.objection")) == "entry__enterprise__"
    assert path_to_firm(Attachment) is None
