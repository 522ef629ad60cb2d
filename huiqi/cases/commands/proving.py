"""Who holds number and query code may see how a case stands; guessing is held up."""

from datetime import datetime

from huiqi.accounts.commands import tries
from huiqi.cases.models import Case
from huiqi.cases.numbers import read_number
from huiqi.cases.queries.own import case_of_number
from huiqi.cases.query_codes import is_code_of
from huiqi.core.ids import token_digest


def prove_code(typed: str, code: str, *, address: str, at: datetime) -> Case | None:
    """The case that number and code name, or None; every try is counted, for the number and the address.

    `address` is a digest, `at` real time. TryLater after too many tries.
    """
    number = read_number(typed) or typed
    counted = token_digest(f"case-progress:{number}")
    attempt = tries.begin_try(counted, address, user=None, at=at)
    case = case_of_number(number)
    # The comparison is made in any case, so that its time tells nothing.
    case_id, known = (case.public_id, case.code_digest) if case is not None else ("", "")
    if is_code_of(case_id, known, code) and case is not None:
        tries.succeed_try(attempt, at=at)
        return case
    return None
