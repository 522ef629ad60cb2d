from huiqi.core.errors import Refused, VersionConflict


def test_a_refusal_carries_a_code_for_programs_and_a_sentence_for_people():
    refusal = Refused("cases.closed", "诉求已办结。请重新提出。")
    assert (refusal.code, refusal.message, str(refusal)) == (
        "cases.closed",
        "诉求已办结。请重新提出。",
        "诉求已办结。请重新提出。",
    )


def test_a_version_conflict_is_a_refusal_that_says_what_to_do():
    conflict = VersionConflict()
    assert isinstance(conflict, Refused)
    assert conflict.code == "core.version_conflict"
    assert "核对" in conflict.message
    assert VersionConflict("另有说明").message == "另有说明"
