"""Claiming a firm with proof, inviting, handing over: refusals first."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from huiqi.accounts.models import User
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_user
from huiqi.core import clock
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.models import AuditRecord
from huiqi.enterprises.commands import contacts, lookups
from huiqi.enterprises.commands import membership as commands
from huiqi.enterprises.commands.merging import merge_firms
from huiqi.enterprises.models import Claim, Contact, Enterprise, Membership
from huiqi.enterprises.ports import DemoLicence, identity_port
from huiqi.enterprises.queries.people import claimable, registered_phone
from huiqi.enterprises.tests.make import make_code, make_firm
from huiqi.files.queries import attachments_of
from huiqi.messages.models import OneTimeCode
from tests.harness.cast import play

pytestmark = pytest.mark.django_db
OWNER, CLERK = Membership.Part.OWNER, Membership.Part.CLERK
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def person(name="钟诚"):
    return make_user(name=name, role=Role.FIRM)


def claim_on(firm, user, **fields):
    fields = {"proof": Claim.Proof.DOCUMENT, "part": OWNER, "at": clock.now(), **fields}
    return commands.start_claim(firm, actor=user, **fields)


def owned_firm():
    firm, owner = make_firm(), person("欧阳秀")
    Membership.objects.create(enterprise=firm, user=owner, part=OWNER, began_at=clock.now())
    return firm, owner


def with_phone(firm, phone="17000001234", source="register"):
    Contact.objects.create(enterprise=firm, phone=phone, source=source, is_main=True)


def current(firm):
    rows = Membership.objects.current().filter(enterprise=firm).order_by("pk")
    return {row.user.name: str(row.part) for row in rows}


# --- proofs ------------------------------------------------------------------------------------------


def test_a_member_cannot_claim_again_and_nobody_claims_without_end():
    firm, owner = owned_firm()
    with pytest.raises(Refused, match="已经是这家企业的人员"):
        claim_on(firm, owner)
    claimer = person()
    for _ in range(commands.MOST_OPEN_CLAIMS):
        claim_on(make_firm(), claimer)
    with pytest.raises(Refused, match="没有办完"):
        claim_on(firm, claimer)


def test_a_number_typed_by_the_firm_or_an_officer_proves_nothing():
    firm = make_firm()
    with_phone(firm, source="firm")
    with_phone(firm, source="officer")
    assert registered_phone(firm) is None
    with pytest.raises(Refused, match="没有登记电话"):
        commands.send_claim_code(claim_on(firm, person()), actor=person(), at=clock.wall_now())


def test_a_wrong_code_grants_nothing():
    firm, claimer = make_firm(), person()
    with_phone(firm)
    claim = claim_on(firm, claimer, proof=Claim.Proof.PHONE_CODE)
    commands.send_claim_code(claim, actor=claimer, at=clock.wall_now())
    verdict = commands.prove_by_code(claim, "000000", actor=claimer, **instants())
    assert not verdict.ok
    assert current(firm) == {}


def test_another_firms_licence_grants_nothing():
    firm, claimer = make_firm(), person()
    claim = claim_on(firm, claimer, proof=Claim.Proof.IDENTITY)
    proved = commands.prove_by_identity(claim, make_code(), DemoLicence(), actor=claimer, at=clock.now())
    assert (proved, current(firm)) == (False, {})


def test_the_firms_own_licence_makes_the_owner():
    firm, claimer = make_firm(), person()
    claim = claim_on(firm, claimer, proof=Claim.Proof.IDENTITY)
    assert commands.prove_by_identity(claim, firm.credit_code, DemoLicence(), actor=claimer, at=clock.now())
    assert current(firm) == {"钟诚": OWNER}
    assert AuditRecord.objects.filter(act="claim.granted").count() == 1


def test_a_proof_never_makes_a_second_owner_silently():
    firm, _owner = owned_firm()
    claimer = person()
    claim = claim_on(firm, claimer, proof=Claim.Proof.IDENTITY)
    commands.prove_by_identity(claim, firm.credit_code, DemoLicence(), actor=claimer, at=clock.now())
    claim.refresh_from_db()
    assert (claim.state, current(firm)) == (Claim.State.WAITING, {"欧阳秀": OWNER})


@pytest.mark.parametrize("part", [OWNER, CLERK])
def test_a_claim_on_a_row_merged_meanwhile_makes_nobody_a_second_owner_of_the_kept_firm(part):
    (kept, _owner), dropped, claimer = owned_firm(), make_firm(), person()
    claim = claim_on(dropped, claimer, proof=Claim.Proof.IDENTITY, part=part)
    now = clock.now()
    merge_firms(dropped=dropped, kept=kept, reason="同一家", actor=None, at=now, on=clock.today())
    with pytest.raises(Refused, match="已并入"):
        commands.prove_by_identity(claim, dropped.credit_code, DemoLicence(), actor=claimer, at=now)
    assert not Enterprise.objects.visible_to(claimer, clock.today()).exists()
    commands.withdraw_claim(claim, actor=claimer, at=now)


# --- the officer -------------------------------------------------------------------------------------


def waiting_claim(firm, user):
    claim = claim_on(firm, user)
    commands.add_paper(claim, SimpleUploadedFile("执照.pdf", PDF), actor=user, at=clock.wall_now())
    return commands.submit_papers(claim, actor=user)


def test_without_papers_nothing_is_handed_in():
    claimer = person()
    with pytest.raises(Refused, match="至少上传一份"):
        commands.submit_papers(claim_on(make_firm(), claimer), actor=claimer)


def test_a_refusal_needs_a_reason_and_replacing_an_owner_does_too():
    firm, _owner = owned_firm()
    claim, officer = waiting_claim(firm, person()), make_user(role=Role.OFFICER)
    for granted in (True, False):
        with pytest.raises(Refused, match="写明理由"):
            commands.decide_claim(claim, granted=granted, reason=" ", actor=officer, at=clock.now())
    commands.decide_claim(claim, granted=True, reason="原负责人已离职", actor=officer, at=clock.now())
    assert current(firm) == {"钟诚": OWNER}


def test_two_officers_cannot_decide_the_same_claim():
    firm, officer = make_firm(), make_user(role=Role.OFFICER)
    claim = waiting_claim(firm, person())
    commands.decide_claim(claim, granted=False, reason="执照与企业不符", actor=officer, at=clock.now())
    with pytest.raises(VersionConflict):
        commands.decide_claim(claim, granted=True, reason="", actor=officer, at=clock.now())
    assert current(firm) == {}


def test_an_officer_of_another_region_finds_no_such_claim(enter):
    claim = waiting_claim(make_firm(county="430181"), person())
    url = reverse("enterprises:decide_claim", args=[claim.public_id])
    for name, status in (("county", 200), ("other_city", 404), ("direct_county", 404), ("analyst", 404)):
        assert enter(name).get(url).status_code == status, name
    assert enter("other_city").post(url, {"decision": "grant"}).status_code == 404
    assert enter("county").post(url, {"decision": "refuse"}).status_code == 422
    assert enter("county").post(url, {"decision": "grant"}).status_code == 302
    assert len(current(claim.enterprise)) == 1


def test_papers_are_seen_by_who_sent_them_and_who_decides_alone(enter):
    claim = waiting_claim(make_firm(county="430181"), person())
    paper = attachments_of(claim).get()
    url = reverse("enterprises:claim_paper", args=[claim.public_id, paper.public_id])
    assert enter("firm").get(url).status_code == 404
    assert enter("other_city").get(url).status_code == 404
    response = enter("county").get(url)
    assert response.status_code == 200
    assert b"".join(response.streaming_content) == PDF


def asked_phones(claim, whose="claimant"):
    return reverse("enterprises:claim_phone", args=[claim.public_id, whose])


def contested_claim():
    """A claim by 钟诚 on a firm that has the owner 欧阳秀, waiting for an officer."""
    firm, owner = owned_firm()
    claimer = person()
    User.objects.filter(pk=owner.pk).update(phone="17000005678")
    User.objects.filter(pk=claimer.pk).update(phone="17000001234")
    claimer.refresh_from_db()
    claim = claim_on(firm, claimer, proof=Claim.Proof.IDENTITY)
    prove = {"actor": claimer, "at": clock.now()}
    commands.prove_by_identity(claim, firm.credit_code, DemoLicence(), **prove)
    return claim


def test_a_number_is_not_shown_elsewhere_to_anybody_else_or_without_a_reason(enter):
    claim, why = contested_claim(), {"reason": "verify"}
    for name in ("other_city", "analyst", "window_clerk", "firm"):
        assert enter(name).post(asked_phones(claim), why).status_code == 404, name
    county = enter("county")
    assert county.get(asked_phones(claim)).status_code == 405
    assert county.post(asked_phones(claim, "bystander"), why).status_code == 404
    refused = county.post(asked_phones(claim), {"reason": "curiosity"})
    assert refused.status_code == 422
    assert "17000001234" not in refused.content.decode()
    assert not AuditRecord.objects.filter(act="claim.phone_revealed").exists()
    Claim.objects.filter(pk=claim.pk).update(state=Claim.State.GRANTED)
    assert county.post(asked_phones(claim), why).status_code == 404


def test_who_decides_sees_both_numbers_masked_and_one_in_full_for_a_recorded_reason(enter):
    claim, county = contested_claim(), enter("county")
    page = county.get(reverse("enterprises:decide_claim", args=[claim.public_id])).content.decode()
    assert "170****1234" in page and "170****5678" in page
    assert "17000001234" not in page and "17000005678" not in page
    shown = county.post(asked_phones(claim, "owner"), {"reason": "verify"}).content.decode()
    assert "tel:17000005678" in shown and "17000001234" not in shown
    record = AuditRecord.objects.get(act="claim.phone_revealed")
    assert (record.subject_id, record.details["reason"]) == (claim.public_id, "verify")
    assert "5678" not in str(record.details)


def test_numbers_of_claims_count_with_those_of_contacts(monkeypatch):
    claim, county = contested_claim(), play("county")
    monkeypatch.setattr(contacts, "MOST_REVEALS", 1)
    told = {"reason": "verify", "actor": county, "at": clock.wall_now()}
    assert contacts.reveal_claim_phone(claim, claim.user, **told) == "17000001234"
    with pytest.raises(Refused, match="一小时内已查看"):
        contacts.reveal_claim_phone(claim, claim.user, **told)


def test_the_box_for_a_code_comes_after_the_code_was_sent(client):
    firm, claimer = make_firm(), person()
    with_phone(firm)
    claim = claim_on(firm, claimer, proof=Claim.Proof.PHONE_CODE)
    client.force_login(claimer)
    url = reverse("enterprises:claim", args=[claim.public_id])
    before = client.get(url).content.decode()
    assert 'name="code"' not in before and "发验证码" in before
    client.post(reverse("enterprises:claim_send_code", args=[claim.public_id]))
    after = client.get(url).content.decode()
    assert 'name="code"' in after and "重新发送验证码" in after
    OneTimeCode.objects.update(expires_at=clock.wall_now() - timedelta(seconds=1))
    assert 'name="code"' not in client.get(url).content.decode()


# --- inviting, handing over, leaving -----------------------------------------------------------------


def instants():
    return {"at": clock.now(), "wall": clock.wall_now()}


def invitation(firm, owner, part=CLERK):
    commands.invite_member(firm, part=part, actor=owner, at=clock.wall_now())
    return firm.member_invitations.order_by("-pk").first()


def test_an_invitation_used_revoked_expired_or_ones_own_is_refused():
    firm, owner = owned_firm()
    with pytest.raises(Refused, match="您自己发出"):
        commands.accept_invitation(invitation(firm, owner), actor=owner, **instants())
    late = clock.wall_now() + timedelta(days=8)
    with pytest.raises(Refused, match="过期"):
        commands.accept_invitation(invitation(firm, owner), actor=person(), at=clock.now(), wall=late)
    first = invitation(firm, owner)
    second = invitation(firm, owner)
    with pytest.raises(Refused, match="撤回"):
        commands.accept_invitation(first, actor=person(), **instants())
    commands.accept_invitation(second, actor=person("陆远"), **instants())
    with pytest.raises(Refused, match="用过"):
        commands.accept_invitation(second, actor=person(), **instants())
    assert current(firm) == {"欧阳秀": OWNER, "陆远": CLERK}


def test_handing_over_leaves_one_owner_and_the_former_as_a_clerk():
    firm, owner = owned_firm()
    handover = invitation(firm, owner, OWNER)
    commands.accept_invitation(handover, actor=person(), **instants())
    assert current(firm) == {"欧阳秀": CLERK, "钟诚": OWNER}


def test_an_invitation_dies_with_the_ownership_it_came_from():
    firm, owner = owned_firm()
    clerk_link = invitation(firm, owner)
    commands.accept_invitation(invitation(firm, owner, OWNER), actor=person(), **instants())
    with pytest.raises(Refused, match="不是这家企业的负责人"):
        commands.accept_invitation(clerk_link, actor=person("陆远"), **instants())


def test_the_owner_cannot_just_leave():
    firm, owner = owned_firm()
    with pytest.raises(Refused, match="移交"):
        commands.end_membership(firm.memberships.get(), actor=owner, at=clock.now())


def test_one_person_serves_several_firms_and_sees_just_those():
    claimer, today = person(), clock.today()
    first, second, other = make_firm(), make_firm(county="430302"), make_firm()
    for firm in (first, second):
        claim = claim_on(firm, claimer, proof=Claim.Proof.IDENTITY)
        commands.prove_by_identity(claim, firm.credit_code, DemoLicence(), actor=claimer, at=clock.now())
    seen = Enterprise.objects.visible_to(claimer, today).order_by("pk")
    assert list(seen) == [first, second]
    assert other not in seen


# --- pages -------------------------------------------------------------------------------------------


def test_the_whole_way_by_telephone(enter):
    firm = make_firm()
    with_phone(firm)
    browser = enter("firm")
    found = browser.post(reverse("enterprises:find_firm"), {"credit_code": firm.credit_code.lower()})
    assert found.status_code == 302
    started = browser.post(found["Location"], {"part": "owner", "proof": "phone_code"})
    page = started["Location"]
    assert browser.post(f"{page}send-code/").status_code == 302
    text = browser.get(page).content.decode()
    assert "170****1234" in text and "17000001234" not in text
    wrong = browser.post(f"{page}check-code/", {"code": "12"})
    assert wrong.status_code == 422
    assert "验证码不对" in wrong.content.decode()


def test_an_unknown_code_and_a_wrong_one_are_told_apart(enter):
    browser = enter("firm")
    url = reverse("enterprises:find_firm")
    unknown = browser.post(url, {"credit_code": make_code(7_654_321)})
    assert (unknown.status_code, "还没有这家企业" in unknown.content.decode()) == (422, True)
    wrong = browser.post(url, {"credit_code": "91430181"})
    assert (wrong.status_code, "应为18位" in wrong.content.decode()) == (422, True)


def test_an_account_looks_up_thirty_firms_an_hour_and_no_more(enter, monkeypatch):
    monkeypatch.setattr(lookups, "MOST_LOOKUPS", 2)
    firm, url = make_firm(), reverse("enterprises:find_firm")
    browser, asked = enter("firm"), {"credit_code": firm.credit_code}
    assert browser.post(url, {"credit_code": "91430181"}).status_code == 422, "no look-up: not a code"
    assert browser.post(url, asked).status_code == 302
    assert browser.post(url, {"credit_code": make_code(7_654_321)}).status_code == 422
    refused = browser.post(url, asked)
    assert (refused.status_code, "一小时内已查询2次" in refused.content.decode()) == (422, True)
    details = (
        AuditRecord.objects.filter(act=lookups.LOOKED_UP).order_by("pk").values_list("details", flat=True)
    )
    assert list(details) == [{"found": True}, {"found": False}]
    other = person()
    assert lookups.look_up_firm(firm.credit_code, actor=other, at=clock.wall_now()) == firm
    later = clock.wall_now() + timedelta(minutes=61)
    assert lookups.look_up_firm(firm.credit_code, actor=play("firm"), at=later) == firm


def test_only_the_owner_invites_and_strangers_find_nothing(enter, client):
    firm, owner = owned_firm()
    url = reverse("enterprises:members", args=[firm.public_id])
    assert enter("firm").get(url).status_code == 404
    assert enter("county").get(url).status_code == 404
    client.force_login(owner)
    assert client.get(url).status_code == 200
    shown = client.post(reverse("enterprises:invite", args=[firm.public_id]), {"part": "clerk"})
    assert "/join/" in shown.content.decode()
    clerk = person("陆远")
    Membership.objects.create(enterprise=firm, user=clerk, part=CLERK, began_at=clock.now())
    client.force_login(clerk)
    assert client.get(url).status_code == 200
    assert (
        client.post(reverse("enterprises:invite", args=[firm.public_id]), {"part": "clerk"}).status_code
        == 404
    )


def test_a_former_code_still_leads_to_the_firm():
    firm = make_firm()
    assert claimable(firm.credit_code) == firm
    assert claimable(make_code(1_234_567)) is None


def test_the_demonstration_s_licence_proves_nothing_on_a_real_site(settings):
    """It asks for the credit code, which everybody can know."""
    settings.HUIQI_IDENTITY_PORT = "huiqi.enterprises.ports.DemoLicence"
    assert identity_port() is not None
    settings.HUIQI_DEMO = False
    assert identity_port() is None


def test_the_page_of_an_invitation_lets_its_form_be_sent(enter, visitor):
    firm, owner = owned_firm()
    token = commands.invite_member(firm, part=CLERK, actor=owner, at=clock.wall_now())
    assert visitor.get(reverse("enterprises:join", args=["never-issued"])).status_code == 404
    told = visitor.get(reverse("enterprises:join", args=[token])).content.decode()
    assert firm.name in told and owner.name not in told
    assert f"/accounts/sign-up/?next=/join/{token}/" in told
    assert visitor.post(reverse("enterprises:join", args=[token])).status_code == 200
    assert current(firm) == {owner.name: OWNER}, "nobody joins without an account"
    page = enter("firm").get(reverse("enterprises:join", args=[token]))
    assert page["Referrer-Policy"] == "strict-origin", "no-referrer sends Origin: null, which CSRF refuses"
