"""Where an item keeps who asks from the unit complained of, no list, file, search or page tells it."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from huiqi.accounts.models import UnitKind, User
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_unit
from huiqi.cases.models import Case, Event, Order
from huiqi.cases.queries.veil import veil_of
from huiqi.cases.tests.make import at, make_case, make_edition, make_lead, make_officer
from huiqi.cases.workflow import State
from huiqi.core import clock
from huiqi.files.commands import attach, receive_upload

pytestmark = pytest.mark.django_db
FIRM, CODE = "演示货车厂", "91430181MA4L0000XX"
SECRETS = (FIRM, CODE, "欧阳秀", "13812345678")


def enter(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def complained_of(clerk: User, **said: Any) -> Case:
    """A case of 浏阳 about money owed, given to the clerk's unit, which it complains of."""
    make_edition("late-payment", masks_requester=True)
    asked: dict[str, Any] = {
        "item": "late-payment",
        "firm_name": FIRM,
        "credit_code": CODE,
        "title": f"{FIRM}欧阳秀催货款",
        "text": f"我们{FIRM}的货款没有付。",
        "name": "欧阳秀",
        "phone": "13812345678",
        "answers": {"debtor_name": clerk.unit.name if clerk.unit else ""},
    }
    case = make_case(state=State.ASSIGNED, **{**asked, **said})
    Order.objects.filter(pk=make_lead(case).pk).update(
        unit=clerk.unit, handler=clerk, instruction=f"请与{FIRM}联系"
    )
    return case


def debtor() -> User:
    unit = make_unit(name="某市财政局", kind=UnitKind.AUTHORITY, region="430181")
    return make_officer(unit, Role.AUTHORITY_OFFICER)


def debtor_office() -> User:
    """An office of another region, which has the list and its export, and owes."""
    return make_officer("xiangtan")


def tells(content: str) -> list[str]:
    return [secret for secret in SECRETS if secret in content]


def sheet_words(answer: Any) -> str:
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return "\n".join(str(cell) for sheet in book for row in sheet.values for cell in row if cell is not None)


@pytest.mark.parametrize("clerk", [debtor, debtor_office])
@pytest.mark.parametrize("tab", ["mine", "all"])
def test_the_list_shows_the_case_and_not_who_asks(clerk, tab):
    user = clerk()
    case = complained_of(user)
    listed = enter(user).get(reverse("cases:queue"), {"tab": tab}).content.decode()
    assert case.spoken_number in listed
    assert not tells(listed)


def test_the_file_of_the_list_does_not_name_who_asks():
    user = debtor_office()
    case = complained_of(user)
    data = {"query": "tab=all", "purpose": "核对"}
    words = sheet_words(enter(user).post(reverse("cases:export"), data))
    assert case.number in words
    assert not tells(words)


def test_the_office_of_the_region_has_the_name_in_its_file():
    complained_of(debtor())
    answer = enter(make_officer()).post(reverse("cases:export"), {"query": "tab=all", "purpose": "核对"})
    assert FIRM in sheet_words(answer)


@pytest.mark.parametrize("clerk", [debtor, debtor_office])
@pytest.mark.parametrize("typed", [FIRM, "货车", "催货款", "欧阳秀"])
def test_trying_names_out_finds_nothing(clerk, typed):
    user = clerk()
    case = complained_of(user)
    client = enter(user)
    for url in (reverse("cases:queue"), reverse("core:search")):
        found = client.get(url, {"tab": "all", "q": typed}).content.decode()
        assert case.spoken_number not in found
        assert case.public_id not in found


def test_trying_a_telephone_number_out_finds_nothing():
    user = debtor()
    case = complained_of(user)
    found = enter(user).post(reverse("cases:queue"), {"q": "13812345678"}).content.decode()
    assert case.spoken_number not in found


def test_the_number_finds_the_case_without_the_name_in_the_list_and_in_the_search_of_the_site():
    user = debtor()
    case = complained_of(user)
    client = enter(user)
    for url in (reverse("cases:queue"), reverse("core:search")):
        found = client.get(url, {"tab": "all", "q": case.number}).content.decode()
        assert case.public_id in found
        assert not tells(found)


def test_the_outcome_of_an_act_on_many_does_not_name_who_asks():
    user = debtor()
    case = complained_of(user)
    data = {"do": "sign", "case": [f"{case.public_id}:{case.version}"]}
    shown = enter(user).post(reverse("cases:bulk"), data).content.decode()
    assert case.spoken_number in shown
    assert not tells(shown)


def test_the_page_veils_orders_answers_and_events():
    user = debtor()
    case = complained_of(user)
    Case.objects.filter(pk=case.pk).update(answer=f"{FIRM}：已付清。")
    Event.objects.create(case=case, kind="noted", at=at(), text=f"已告知{FIRM}欧阳秀")
    shown = enter(user).get(reverse("cases:case", args=[case.public_id])).content.decode()
    assert "已付清" in shown and "已告知" in shown
    assert not tells(shown)


def test_the_requesters_account_is_not_named_in_the_events():
    user = debtor()
    asker = make_officer("liuyang", Role.FIRM, name="欧阳秀")
    case = complained_of(user, requester=asker)
    shown = enter(user).get(reverse("cases:case", args=[case.public_id])).content.decode()
    assert "欧阳秀" not in shown


def test_files_of_who_asks_are_not_opened_by_the_unit_complained_of():
    user = debtor()
    case = complained_of(user)
    raw = SimpleUploadedFile(f"{FIRM}合同.pdf", b"%PDF-1.4\n%%EOF\n")
    upload = receive_upload(raw, actor=None, at=clock.wall_now())
    kept = attach(upload, owner=case, actor=None, at=clock.wall_now())
    client = enter(user)
    assert f"{FIRM}合同" not in client.get(reverse("cases:case", args=[case.public_id])).content.decode()
    assert client.get(reverse("cases:case_file", args=[case.public_id, kept.public_id])).status_code == 404


def test_the_desk_of_the_unit_complained_of_does_not_name_who_asks():
    user = debtor()
    complained_of(user)
    shown = enter(user).get(reverse("core:desk")).content.decode()
    assert "最急的一件" in shown
    assert not tells(shown)


def test_another_case_of_the_firm_is_not_shown_as_alike():
    user = debtor()
    hidden = complained_of(user)
    # An ordinary matter of the same firm at the same unit: its page would otherwise tell who complained.
    open_one = make_case(state=State.ASSIGNED, firm_name=FIRM, credit_code=CODE, phone="13812345678")
    Order.objects.filter(pk=make_lead(open_one).pk).update(unit=user.unit)
    Case.objects.filter(pk=hidden.pk).update(item=open_one.item, topic=open_one.topic)
    shown = enter(user).get(reverse("cases:case", args=[open_one.public_id])).content.decode()
    assert hidden.spoken_number not in shown


def test_the_rule_for_one_case_and_for_rows_is_the_same():
    clerk, office = debtor(), debtor_office()
    case = complained_of(clerk)
    for user in (clerk, office, make_officer(), make_officer("changsha"), make_officer("province")):
        veil = veil_of(user, at().date())
        assert Case.objects.filter(veil.rows(), pk=case.pk).exists() == veil.hides(case)
    assert veil_of(clerk, at().date()).hides(case) and not veil_of(make_officer(), at().date()).hides(case)
