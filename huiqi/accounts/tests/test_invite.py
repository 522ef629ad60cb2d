from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from huiqi.accounts.commands import invitations, tries
from huiqi.accounts.models import Invitation, User
from huiqi.accounts.queries.sign_in import account_named
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.models import AuditRecord
from tests.harness.cast import play
from tests.harness.together import together

pytestmark = pytest.mark.django_db
NEW = {"name": "陈兰", "username": "chen.lan", "phone": "138 1234 5678", "password": "Xiangjiang-77"}
INVITE = "/accounts/invitations/new/"


def issue(role=Role.OFFICER, office="liuyang"):
    invitee = invitations.Invitee("陈兰", make_office(office), role)
    [issued] = invitations.invite([invitee], actor=play("admin"), at=clock.wall_now())
    return issued


def join(client, token, **changes):
    return client.post(reverse("accounts:join", args=[token]), {**NEW, **changes})


def test_an_invited_person_makes_an_account_that_waits_for_its_role(visitor):
    issued = issue()
    assert "浏阳市工信局" in visitor.get(reverse("accounts:join", args=[issued.token])).content.decode()
    assert join(visitor, issued.token)["Location"] == "/accounts/sign-in/"
    user = User.objects.get(username="chen.lan")
    assert (user.role, user.unit.name, user.is_role_confirmed) == ("officer", "浏阳市工信局", False)
    assert user.phone == "13812345678"
    assert AuditRecord.objects.get(act="account.created").actor_id == user.public_id


def test_a_link_works_once(visitor):
    issued = issue()
    join(visitor, issued.token)
    assert join(visitor, issued.token, username="second").status_code == 404
    assert not User.objects.filter(username="second").exists()


def test_a_link_ends_after_seven_days(visitor, monkeypatch):
    issued = issue()
    later = clock.wall_now() + timedelta(days=7, seconds=1)
    monkeypatch.setattr(clock, "wall_now", lambda: later)
    assert join(visitor, issued.token).status_code == 404


def test_a_revoked_link_opens_nothing(visitor, enter):
    issued = issue()
    revoke = reverse("accounts:invitation_revoke", args=[issued.invitation.public_id])
    assert enter("admin").post(revoke).status_code == 302
    assert join(visitor, issued.token).status_code == 404
    assert enter("admin").post(revoke).status_code == 409


def test_only_the_digest_of_the_token_is_kept():
    issued = issue()
    assert issued.token not in str(Invitation.objects.values().get())
    assert issued.token not in str(list(AuditRecord.objects.values()))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("username", "13812345678", "以字母开头"),
        ("username", "ab", "3到40个字符"),
        ("username", "ZHOU.MIN", "已有人用"),
        ("username", "", "请填写账号"),
        ("phone", "12345", "11位数字"),
        ("phone", "0731-88888888", "11位数字"),
        ("password", "short", "10"),
        ("password", "alllowercaseletters", "三类"),
        ("name", "", "请填写姓名"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(visitor, field, value, said):
    make_user(username="zhou.min")
    issued = issue()
    response = join(visitor, issued.token, **{field: value})
    assert response.status_code == 422
    page = response.content.decode()
    assert said in page
    assert NEW["password"] not in page
    assert "138 1234 5678" in page or field == "phone"


def test_a_role_goes_only_into_a_unit_that_has_it(enter):
    bank = make_office("bank")
    wanted = {"one-name": "陈兰", "one-unit": bank.public_id, "one-role": "officer"}
    assert "不设这个角色" in enter("admin").post(INVITE, wanted).content.decode()
    with pytest.raises(Refused):
        issue(Role.OFFICER, "bank")


def test_the_link_is_shown_once(enter):
    client = enter("admin")
    office = make_office("liuyang")
    page = client.post(INVITE, {"one-name": "陈兰", "one-unit": office.public_id, "one-role": "officer"})
    [(invitation, link)] = page.context["links"]
    assert link in page.content.decode()
    assert link.startswith("http://testserver/accounts/join/")
    assert link not in client.get("/accounts/invitations/").content.decode()
    assert invitation.name == "陈兰"


def test_a_pasted_list_invites_everybody_on_it(enter):
    make_office("liuyang")
    lines = "姓名\t单位\t角色\n陈兰\t浏阳市工信局\t经办干部\n\n何冰\t省工信厅\t统计分析员\n"
    page = enter("admin").post(INVITE, {"many": "1", "lines": lines})
    assert [each.name for each, _ in page.context["links"]] == ["陈兰", "何冰"]


def test_every_wrong_line_is_named_and_nobody_is_invited(enter):
    make_office("liuyang")
    lines = "陈兰,浏阳市工信局,经办干部\n何冰,没有的单位,经办干部\n何冰,浏阳市工信局,董事长\n"
    lines += "只有名字\n何冰，浏阳市工信局，银行经办"
    page = enter("admin").post(INVITE, {"many": "1", "lines": lines})
    text = page.content.decode()
    assert page.status_code == 422
    for line, said in ((2, "没有的单位"), (3, "董事长"), (4, "应有姓名、单位、角色三项"), (5, "不设")):
        assert f"第{line}行" in text
        assert said in text
    assert "陈兰,浏阳市工信局,经办干部" in text, "the list stays in the box"
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_csv_file_is_read_in_both_encodings(enter, encoding):
    make_office("liuyang")
    content = "姓名,单位,角色\r\n陈兰,浏阳市工信局,经办干部\r\n".encode(encoding)
    page = enter("admin").post(INVITE, {"many": "1", "file": SimpleUploadedFile("名单.csv", content)})
    assert len(page.context["links"]) == 1


def test_a_wrong_file_comes_back_as_text_to_be_corrected(enter):
    content = "陈兰,哪里都没有,经办干部".encode()
    page = enter("admin").post(INVITE, {"many": "1", "file": SimpleUploadedFile("a.csv", content)})
    assert "陈兰,哪里都没有,经办干部" in page.content.decode()
    broken = SimpleUploadedFile("b.csv", b"\xff\xfe\x00\xd8")
    assert enter("admin").post(INVITE, {"many": "1", "file": broken}).status_code == 422
    assert enter("admin").post(INVITE, {"many": "1", "lines": " \n "}).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_two_people_with_one_link_make_one_account():
    issued = issue()

    def accept(name):
        return lambda: invitations.accept_invitation(
            issued.invitation,
            **{**NEW, "username": name, "phone": "13812345678"},
            at=clock.wall_now(),
        )

    outcomes = together(accept("first"), accept("second"))
    assert [each for each in outcomes if isinstance(each, User)]
    assert len([each for each in outcomes if isinstance(each, Refused)]) == 1
    assert User.objects.filter(username__in=["first", "second"]).count() == 1


# --- people of firms ---------------------------------------------------------------------------------


def test_somebody_of_a_firm_signs_up_and_is_in(visitor):
    assert visitor.post("/accounts/sign-up/", NEW).status_code == 302
    user = User.objects.get(username="chen.lan")
    assert (user.role, user.unit, user.phone) == (Role.FIRM, None, "13812345678")
    assert visitor.get("/accounts/security/").status_code == 200


def test_they_sign_in_by_phone_too(visitor):
    make_user(username="chen.lan", phone="13812345678", password=NEW["password"], role=Role.FIRM)
    visitor.post("/accounts/sign-in/", {"login": "138-1234-5678", "password": NEW["password"]})
    assert "_auth_user_id" in visitor.session


@pytest.mark.parametrize("role", [Role.FIRM, Role.OFFICER])
def test_typing_the_phone_of_another_at_sign_up_takes_nothing_from_its_owner(client, role):
    unit = make_office("liuyang") if role == Role.OFFICER else None
    owner = make_user(username="he.bing", phone=NEW["phone"], password="Owner-of-it-77", role=role, unit=unit)  # noqa: S106
    assert client.post("/accounts/sign-up/", NEW).status_code == 302
    late, right = type(client)(), type(client)()
    late.post("/accounts/sign-in/", {"login": NEW["phone"], "password": NEW["password"]})
    assert "_auth_user_id" not in late.session, "the number opens the owner's account alone"
    right.post("/accounts/sign-in/", {"login": NEW["phone"], "password": "Owner-of-it-77"})
    assert right.session["_auth_user_id"] == str(owner.pk)


def test_an_invited_person_comes_before_whoever_typed_the_number_at_sign_up_earlier(client):
    assert client.post("/accounts/sign-up/", NEW).status_code == 302
    owner = make_user(username="he.bing", phone=NEW["phone"], role=Role.OFFICER, unit=make_office("liuyang"))
    assert account_named("13812345678") == owner
    assert account_named("chen.lan") == User.objects.get(username="chen.lan")


def test_the_phone_of_an_account_switched_off_opens_nothing():
    make_user(username="he.bing", phone=NEW["phone"], role=Role.FIRM, is_active=False)
    assert account_named("13812345678") is None


def test_one_address_cannot_make_accounts_without_end(client):
    for number in range(tries.FAILURES):
        assert (
            type(client)().post("/accounts/sign-up/", {**NEW, "username": f"person{number}"}).status_code
            == 302
        )
    response = type(client)().post("/accounts/sign-up/", {**NEW, "username": "one-more"})
    assert response.status_code == 422
    assert "请等" in response.content.decode()
