"""The list, archiving, copying, trying a version out, and differences in words."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.questionnaires.models import Questionnaire, QuestionnaireVersion
from huiqi.questionnaires.queries.versions import told_changes
from huiqi.questionnaires.tests.make import YES_NO, make_xlsform

pytestmark = pytest.mark.django_db
FIRST = [
    {"type": "select_one yn", "name": "works", "label": "复工了吗"},
    {"type": "integer", "name": "staff", "label": "职工人数", "constraint": ". >= 0"},
    {"type": "text", "name": "why", "label": "为什么", "relevant": "${works} = 'n'"},
]
SECOND = [
    {"type": "select_one yn", "name": "works", "label": "复工了吗", "required": "yes"},
    {"type": "decimal", "name": "staff", "label": "职工人数", "constraint": ". >= 0 and . <= 500"},
    {"type": "text", "name": "why", "label": "为什么", "relevant": "${works} = 'y' or ${staff} > 5"},
]


def enter(office="province"):
    client = Client()
    client.force_login(make_user(role=Role.ANALYST, unit=make_office(office)))
    return client


@pytest.fixture
def client(db):
    return enter()


def begin(client, name="复工情况"):
    client.post(reverse("questionnaires:new"), {"name": name, "way": "file"})
    return Questionnaire.objects.order_by("-pk")[0].public_id


def upload(client, public_id, rows, choices=YES_NO):
    file = SimpleUploadedFile("a.xlsx", make_xlsform(rows, choices).getvalue())
    client.post(reverse("questionnaires:upload", args=[public_id]), {"file": file})
    return QuestionnaireVersion.objects.order_by("-pk")[0]


def do(client, public_id, act, **given):
    return client.post(reverse("questionnaires:questionnaire_act", args=[public_id, act]), given)


def publish(client, version):
    args = [version.questionnaire.public_id, version.public_id, "publish"]
    client.post(reverse("questionnaires:version_act", args=args))


def test_nobody_archives_what_is_another_offices(client):
    public_id = begin(client)
    publish(client, upload(client, public_id, FIRST))
    assert do(enter("changsha"), public_id, "archive").status_code == 404
    assert do(client, public_id, "sell").status_code == 404
    assert Questionnaire.objects.get().retired_at is None


def test_what_is_archived_takes_no_more_versions_and_stands_apart(client):
    public_id = begin(client)
    upload(client, public_id, FIRST)
    assert do(client, public_id, "archive").status_code == 302
    assert "复工情况" not in client.get(reverse("questionnaires:questionnaires")).content.decode()
    archived = client.get(reverse("questionnaires:questionnaires"), {"show": "archived"})
    assert "复工情况" in archived.content.decode()
    assert client.get(reverse("questionnaires:questionnaire", args=[public_id])).status_code == 200


def test_the_list_is_searched_by_name(client):
    begin(client, "复工情况")
    begin(client, "用工情况")
    shown = client.get(reverse("questionnaires:questionnaires"), {"q": "用工"})
    assert [row.name for row in shown.context["page"].object_list] == ["用工情况"]
    assert (
        "没有这样的问卷" in client.get(reverse("questionnaires:questionnaires"), {"q": "无"}).content.decode()
    )


def test_a_blank_name_is_refused(client):
    public_id = begin(client)
    do(client, public_id, "rename", name="  ")
    assert Questionnaire.objects.get().name == "复工情况"
    do(client, public_id, "rename", name="新名字")
    assert Questionnaire.objects.get().name == "新名字"


def test_a_published_questionnaire_of_another_office_is_copied_into_the_own(client):
    public_id = begin(client)
    version = upload(client, public_id, FIRST)
    other = enter("changsha")
    assert do(other, public_id, "copy").status_code == 404
    publish(client, version)
    assert do(other, public_id, "copy").status_code == 302
    copy = Questionnaire.objects.exclude(public_id=public_id).get()
    assert copy.name == "复工情况（副本）"
    assert copy.owner.name != version.questionnaire.owner.name
    assert copy.form_id != version.questionnaire.form_id
    assert not copy.versions.get().is_published


def test_a_version_is_tried_out_as_a_firm_would(client):
    public_id = begin(client)
    version = upload(client, public_id, FIRST)
    address = reverse("questionnaires:try_version", args=[public_id, version.public_id])
    assert enter("changsha").get(address).status_code == 404
    first = client.get(address).context["preview"]
    posted = {"p_state": first.state, "p_key": first.page.key, "data-works": "n", "p_do": "refresh"}
    second = client.post(address, posted).context["preview"]
    assert [drawn.entry.label for drawn in second.entries] == ["复工了吗", "职工人数", "为什么"]


def test_differences_are_told_in_words_without_formulas(client):
    public_id = begin(client)
    first = upload(client, public_id, FIRST)
    choices = [{**YES_NO[0], "label": "已复工"}, YES_NO[1], {"list_name": "yn", "name": "p", "label": "部分"}]
    second = upload(client, public_id, SECOND, choices)
    told = [
        (one.label, str(one.what), str(one.before), str(one.after)) for one in told_changes(second, first)
    ]
    assert told == [
        ("复工了吗", "必填", "可以不填", "必填"),
        ("复工了吗", "选项", "是", "已复工、部分"),
        ("职工人数", "题型", "整数", "小数"),
        ("职工人数", "对答案的要求", "请填不小于0的数。", "请填0到500之间的数。"),
        ("为什么", "什么时候问", "“复工了吗”选的是“否”", "“复工了吗”选的是“已复工”；或者 “职工人数”大于“5”"),
    ]
    publish(client, first)
    page = client.get(reverse("questionnaires:version", args=[public_id, second.public_id]))
    assert "什么时候问" in page.content.decode()
    assert "/data/" not in page.content.decode()
