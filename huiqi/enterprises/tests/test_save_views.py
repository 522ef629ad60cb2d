import pytest

from huiqi.core.models import AuditRecord
from huiqi.enterprises.commands.saved_views import MOST_VIEWS, save_view
from huiqi.enterprises.models import SavedView
from tests.harness.cast import play

pytestmark = pytest.mark.django_db
SAVE = "/firms/views/save/"


def test_filters_are_kept_under_a_name_opened_renamed_and_deleted(enter):
    client = enter("county")
    response = client.post(SAVE, {"query": "size=small&page=4&q=", "name": " 小型企业 "})
    assert response["Location"] == "/firms/?size=small"
    view = SavedView.objects.get()
    assert (view.name, view.query, view.owner) == ("小型企业", "size=small", play("county"))
    assert "小型企业" in client.get("/firms/").content.decode()
    client.post(f"/firms/views/{view.public_id}/", {"act": "rename", "name": "浏阳小企业"})
    assert SavedView.objects.get().name == "浏阳小企业"
    client.post(f"/firms/views/{view.public_id}/", {"act": "delete", "name": ""})
    assert not SavedView.objects.exists()
    assert list(AuditRecord.objects.order_by("pk").values_list("act", flat=True)) == [
        "saved_view.saved",
        "saved_view.renamed",
        "saved_view.deleted",
    ]


def test_the_same_name_again_takes_the_new_filters():
    owner = play("county")
    save_view(owner, page="register", name="常用", query="size=small")
    save_view(owner, page="register", name="常用", query="size=large")
    assert [view.query for view in SavedView.objects.all()] == ["size=large"]


def test_a_name_taken_already_is_refused_when_renaming(enter):
    client, owner = enter("county"), play("county")
    save_view(owner, page="register", name="甲", query="size=small")
    other = save_view(owner, page="register", name="乙", query="size=large")
    response = client.post(f"/firms/views/{other.public_id}/", {"act": "rename", "name": "甲"})
    assert response.status_code == 422
    assert "已有一个叫“甲”的视图" in response.content.decode()


def test_nobody_opens_or_changes_the_view_of_another(enter):
    view = save_view(play("city"), page="register", name="甲", query="size=small")
    client = enter("county")
    assert client.post(f"/firms/views/{view.public_id}/", {"act": "delete"}).status_code == 404
    assert "甲" not in [found.name for found in client.get("/firms/views/").context["views"]]


def test_a_telephone_number_is_never_kept_and_a_view_needs_a_name(enter):
    client = enter("county")
    assert client.post(SAVE, {"query": "q=13812345678", "name": "电话"}).status_code == 422
    assert client.post(SAVE, {"query": "size=small", "name": " "}).status_code == 422
    assert not SavedView.objects.exists()


def test_more_than_thirty_views_are_refused_in_words(enter):
    client, owner = enter("county"), play("county")
    for number in range(MOST_VIEWS):
        save_view(owner, page="register", name=f"视图{number}", query="")
    response = client.post(SAVE, {"query": "size=small", "name": "又一个"})
    assert response.status_code == 409
    assert "最多保存30个视图" in response.content.decode()
