"""Plain functions that make letters of consultation for tests."""

from typing import Any

from huiqi.cases.commands.consultations import Letter, draft_letter
from huiqi.cases.models import Case
from huiqi.cases.tests.make import at, case_in_liuyang, make_officer


def letter_in_liuyang() -> dict[str, Any]:
    """A draft about a case of 浏阳, as an address names it."""
    case = Case.objects.get(public_id=case_in_liuyang()["public_id"])
    letter = Letter("关于商请协调的函", "请贵单位协调。", "演示银行省分行")
    writer = make_officer(case.desk)
    return {"public_id": draft_letter(case, letter, from_unit=case.desk, actor=writer, at=at()).public_id}
