import pytest
from django.contrib import admin
from django.urls import reverse

from huiqi.reference.models import CodeList, Division, Industry

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}
PLACES = ["reference:industry_options", "reference:division_options"]


@pytest.mark.parametrize("place", PLACES)
def test_options_are_only_read(client, place):
    assert client.post(reverse(place), {"q": "餐"}).status_code == 405


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "question", ["", "\x00", "%00", "<script>", "口" * 5000, "\u202e", "没有的东西", "\ufffd", "'"]
)
def test_any_question_is_answered(client, place, question):
    page = client.get(reverse(place), {"q": question})
    assert page.status_code == 200
    assert "<script>" not in page.content.decode()
    assert isinstance(client.get(reverse(place), {"q": question}, headers=JSON).json(), list)


def test_bytes_that_are_no_text_are_answered(client):
    assert client.get(reverse("reference:industry_options") + "?q=%ff%fe").status_code == 200


def test_the_type_ahead_gets_values_and_labels(client):
    found = client.get(reverse("reference:industry_options"), {"q": "口罩"}, headers=JSON)
    assert found.json() == [{"value": "2770", "label": "2770 卫生材料及医药用品制造"}]
    assert "Accept" in found["Vary"]
    found = client.get(reverse("reference:division_options"), {"q": "lys"}, headers=JSON)
    assert {"value": "430181", "label": "浏阳市"} in found.json()


def test_only_classes_are_offered_for_picking(client):
    found = client.get(reverse("reference:industry_options"), {"q": "34"}, headers=JSON).json()
    assert found and all(len(option["value"]) == 4 for option in found)


def test_people_get_buttons_that_name_the_branch(client):
    page = client.get(reverse("reference:industry_options"), {"q": "3411"}).content.decode()
    assert 'data-hq-pick="3411"' in page
    assert "通用设备制造业" in page


def test_nothing_found_says_how_to_go_on(client):
    page = client.get(reverse("reference:industry_options"), {"q": "没有的东西"}).content.decode()
    assert "没有与“没有的东西”相符的行业小类" in page
    assert "换个说法" in page


def test_a_past_division_is_not_offered(client):
    found = client.get(reverse("reference:division_options"), {"q": "祁阳"}, headers=JSON).json()
    assert [option["label"] for option in found] == ["祁阳市"]


def test_an_answer_costs_one_query(client, django_assert_num_queries):
    client.get(reverse("reference:industry_options"), {"q": "餐"}, headers=JSON)
    with django_assert_num_queries(1):
        client.get(reverse("reference:industry_options"), {"q": "酒"}, headers=JSON)


@pytest.mark.parametrize("model", [Division, Industry, CodeList])
def test_in_the_admin_code_lists_are_only_looked_at(model, rf):
    offered = admin.site.get_model_admin(model)
    request = rf.get("/")
    assert not offered.has_add_permission(request)
    assert not offered.has_change_permission(request)
    assert not offered.has_delete_permission(request)
