"""Questionnaires are created, uploaded in versions, published and retired; a version never changes."""

from datetime import date

import pytest

from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_unit, make_user
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.models import AuditRecord
from huiqi.questionnaires.commands.versions import (
    Approval,
    create_questionnaire,
    discard_version,
    note_approval,
    publish_version,
    rename_questionnaire,
    retire_questionnaire,
    upload_version,
)
from huiqi.questionnaires.models import Questionnaire, QuestionnaireVersion
from huiqi.questionnaires.queries.versions import (
    changes_since,
    current_version,
    form_of,
    listed,
    version_answered,
    versions_of,
)
from huiqi.questionnaires.tests.make import NOW, TODAY, make_xlsform
from huiqi.questionnaires.xform.differences import Aspect

pytestmark = pytest.mark.django_db
A = {"type": "text", "name": "a", "label": "甲"}


def make_officer(**fields):
    return make_user(role=Role.OFFICER, unit=fields.pop("unit", None) or make_unit(), **fields)


def make_questionnaire(actor=None, name="影响调查"):
    actor = actor or make_officer()
    return create_questionnaire(name=name, owner=actor.unit, actor=actor, at=NOW)


def content(*rows, form_id="f", version="1"):
    settings = [{"form_title": "试卷", "form_id": form_id, "version": version}]
    return make_xlsform(list(rows or (A,)), settings=settings).read()


def uploaded(questionnaire, *rows, **settings):
    made = upload_version(questionnaire, content(*rows, **settings), actor=None, at=NOW).version
    assert made is not None
    return made


def test_a_questionnaire_needs_a_name():
    officer = make_officer()
    with pytest.raises(Refused, match="名称"):
        create_questionnaire(name="  ", owner=officer.unit, actor=officer, at=NOW)


def test_a_file_with_faults_is_not_kept():
    questionnaire = make_questionnaire()
    found = upload_version(questionnaire, content({**A, "relevant": "${x}"}), actor=None, at=NOW)
    assert found.version is None
    assert found.compiled.problems[0].row == 2
    assert not QuestionnaireVersion.objects.exists()


def test_an_upload_is_the_next_version_with_the_questionnaires_identity():
    questionnaire = make_questionnaire()
    first = uploaded(questionnaire)
    second = uploaded(questionnaire, A, {"type": "integer", "name": "b", "label": "乙"})
    assert [(one.number, one.version, one.question_count) for one in (first, second)] == [
        (1, "1", 1),
        (2, "1.2", 2),
    ]
    form = form_of(second)
    assert (form.id, form.version) == ("f", "1.2")
    questionnaire.refresh_from_db()
    assert questionnaire.form_id == "f"


def test_the_same_file_again_is_the_same_version():
    questionnaire = make_questionnaire()
    raw = content()
    once = upload_version(questionnaire, raw, actor=None, at=NOW).version
    again = upload_version(questionnaire, raw, actor=None, at=NOW).version
    assert once == again
    assert bytes(once.original) == raw


def test_two_questionnaires_with_one_form_id_are_kept_apart():
    first, second = make_questionnaire(), make_questionnaire()
    uploaded(first)
    uploaded(second)
    ids = list(Questionnaire.objects.order_by("pk").values_list("form_id", flat=True))
    assert ids[0] == "f" and ids[1].startswith("f-")


def test_a_version_never_changes():
    version = uploaded(make_questionnaire())
    version.xform = "<x/>"
    with pytest.raises(RuntimeError):
        version.save()
    with pytest.raises(RuntimeError):
        version.save(update_fields=["xform"])


def test_publishing_lets_it_be_answered_and_happens_once():
    officer = make_officer()
    questionnaire = make_questionnaire(officer)
    version = uploaded(questionnaire)
    assert current_version(questionnaire) is None
    assert version_answered("f", "1") is None
    publish_version(version, actor=officer, at=NOW)
    assert current_version(questionnaire) == version
    assert version_answered("f", "1") == version
    assert list(QuestionnaireVersion.objects.order_by("pk").current()) == [version]
    with pytest.raises(Refused, match="已经发布"):
        publish_version(version, actor=officer, at=NOW)
    with pytest.raises(Refused, match="要留着"):
        discard_version(version, actor=officer)


def test_answers_to_an_earlier_version_still_find_it():
    officer = make_officer()
    questionnaire = make_questionnaire(officer)
    first = publish_version(uploaded(questionnaire), actor=officer, at=NOW)
    second = publish_version(uploaded(questionnaire, A, {**A, "name": "b"}), actor=officer, at=NOW)
    assert current_version(questionnaire) == second
    assert version_answered("f", "1") == first


def test_a_draft_may_be_discarded():
    officer = make_officer()
    version = uploaded(make_questionnaire(officer))
    discard_version(version, actor=officer)
    assert not QuestionnaireVersion.objects.exists()


def test_what_is_retired_takes_nothing_new():
    officer = make_officer()
    questionnaire = make_questionnaire(officer)
    version = uploaded(questionnaire)
    retire_questionnaire(questionnaire, actor=officer, at=NOW)
    for act in (
        lambda: publish_version(version, actor=officer, at=NOW),
        lambda: upload_version(questionnaire, content(), actor=officer, at=NOW),
        lambda: retire_questionnaire(questionnaire, actor=officer, at=NOW),
    ):
        with pytest.raises(Refused, match="已经停用"):
            act()


def test_an_approval_is_whole_or_not_there():
    officer = make_officer()
    questionnaire = make_questionnaire(officer)
    with pytest.raises(Refused, match="一起填写"):
        note_approval(questionnaire, Approval(table_number="湘统制表1"), actor=officer)
    whole = Approval("湘统制表1", "湖南省统计局", "湘统〔2020〕1号", date(2020, 12, 31))
    questionnaire = note_approval(questionnaire, whole, actor=officer)
    assert questionnaire.is_approved(TODAY)
    assert not questionnaire.is_approved(date(2021, 1, 1))
    questionnaire = note_approval(questionnaire, Approval(), actor=officer)
    assert not questionnaire.is_approved(TODAY)


def test_an_edit_of_an_old_page_is_refused():
    officer = make_officer()
    questionnaire = make_questionnaire(officer)
    rename_questionnaire(questionnaire, name="新名", actor=officer, expected=questionnaire.version)
    with pytest.raises(VersionConflict):
        rename_questionnaire(questionnaire, name="旧名", actor=officer, expected=questionnaire.version)


def test_ones_own_and_the_published_are_seen_and_only_ones_own_edited():
    officer, other = make_officer(), make_officer()
    mine, theirs, hidden = (
        make_questionnaire(officer),
        make_questionnaire(other, "别人的"),
        make_questionnaire(other, "没发布"),
    )
    publish_version(uploaded(theirs), actor=other, at=NOW)
    seen = Questionnaire.objects.order_by("pk").visible_to(officer, TODAY)
    assert list(seen) == [mine, theirs]
    assert list(Questionnaire.objects.order_by("pk").editable_by(officer, TODAY)) == [mine]
    stranger = make_user(role=Role.HOTLINE_AGENT)
    assert not Questionnaire.objects.order_by("pk").visible_to(stranger, TODAY).exists()
    assert hidden not in seen


def test_every_act_is_in_the_audit_trail():
    officer = make_officer()
    questionnaire = make_questionnaire(officer)
    version = uploaded(questionnaire)
    publish_version(version, actor=officer, at=NOW)
    acts = list(AuditRecord.objects.order_by("pk").values_list("act", flat=True))
    assert acts[-3:] == ["questionnaire.created", "questionnaire.uploaded", "questionnaire.published"]


def test_a_list_reads_no_texts_and_few_queries(assert_queries):
    officer = make_officer()
    for name in ("甲卷", "乙卷", "丙卷"):
        uploaded(make_questionnaire(officer, name), form_id=f"form_{ord(name[0])}")
    with assert_queries(2):
        rows = list(listed(Questionnaire.objects.order_by("pk")))
        versions = list(versions_of(rows[0]))
    assert [row.version_count for row in rows] == [1, 1, 1]
    assert {"xform", "original"} <= versions[0].get_deferred_fields()


def test_what_changed_between_versions_is_named():
    questionnaire = make_questionnaire()
    first = uploaded(questionnaire, A, {"type": "text", "name": "b", "label": "乙"})
    second = uploaded(
        questionnaire,
        {**A, "label": "甲改", "required": "yes"},
        {"type": "integer", "name": "c", "label": "丙"},
    )
    found = [(one.path, one.aspect) for one in changes_since(second, first)]
    assert found == [
        ("/data/b", Aspect.REMOVED),
        ("/data/a", Aspect.LABEL),
        ("/data/a", Aspect.REQUIRED),
        ("/data/c", Aspect.ADDED),
    ]
