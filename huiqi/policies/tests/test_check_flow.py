"""Going through the check over HTTP, without script."""

import pytest
from django.urls import reverse

from huiqi.policies.tests.make import SMALL_MAKER, start, walk

pytestmark = pytest.mark.django_db


def test_a_small_maker_gets_from_the_start_page_to_a_result(client):
    assert client.get(reverse("policies:check_start")).status_code == 200
    token = start(client)
    asked = walk(client, token, SMALL_MAKER)
    assert asked[0] == "basics" and len(asked) <= 7 and len(set(asked)) == len(asked)
    answers = client.get(reverse("policies:check_answers", args=[token]))
    assert "1,280万元" in answers.content.decode()
    result = client.get(reverse("policies:check_result", args=[token]))
    assert result.status_code == 200
    assert "按2020年3月1日的政策" in result.content.decode()


@pytest.mark.parametrize(
    "name", ["check_print", "check_objection", "check_trace", "check_pdf", "check_delete"]
)
def test_every_page_around_the_result_opens(client, name):
    token = start(client)
    walk(client, token, SMALL_MAKER)
    response = client.get(reverse(f"policies:{name}", args=[token]))
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
