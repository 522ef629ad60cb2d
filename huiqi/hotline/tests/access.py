"""Who may open which address of this app, one row each; how to write one: tests/harness/access_rows.py."""

from huiqi.accounts.powers import Power
from tests.harness.access_rows import Row, needs, people

ROWS: dict[str, Row] = {
    "hotline:desk": needs(Power.ANSWER_CALLS),
    "hotline:pops": needs(Power.ANSWER_CALLS),
    "hotline:start": needs(Power.ANSWER_CALLS, only="POST"),
    # A call is its agent's alone, and only while it lasts.
    "hotline:call": people(args={"public_id": "of-another"}),
    "hotline:prove": needs(Power.ANSWER_CALLS, args={"public_id": "x"}, only="POST"),
    "hotline:suggest": needs(Power.ANSWER_CALLS, args={"public_id": "x"}, only="POST"),
    "hotline:register": needs(Power.ANSWER_CALLS, args={"public_id": "x"}, only="POST"),
    "hotline:wish": needs(Power.ANSWER_CALLS, args={"public_id": "x"}, only="POST"),
    "hotline:end": needs(Power.ANSWER_CALLS, args={"public_id": "x"}, only="POST"),
    "hotline:message": needs(Power.ANSWER_CALLS, args={"public_id": "x", "case_id": "y"}, only="POST"),
    "hotline:withdraw": needs(Power.ANSWER_CALLS, args={"public_id": "x", "case_id": "y"}, only="POST"),
    "hotline:call_backs": needs(Power.CALL_BACK),
    # What one holds oneself; none of the cast holds one.
    "hotline:call_back": people(),
    "hotline:answer_call_back": needs(Power.CALL_BACK, only="POST"),
    "hotline:release_call_back": needs(Power.CALL_BACK, only="POST"),
    "hotline:claim_call_back": needs(Power.CALL_BACK, args={"public_id": "x"}, only="POST"),
    "hotline:dial_case": needs(Power.CALL_BACK, Power.ANSWER_CALLS, args={"public_id": "x"}, only="POST"),
    "hotline:dial_wish": needs(Power.ANSWER_CALLS, args={"public_id": "x"}, only="POST"),
    "hotline:take_wish": needs(Power.ANSWER_CALLS, args={"public_id": "x"}, only="POST"),
    "hotline:answer_wish": needs(Power.ANSWER_CALLS, args={"public_id": "x"}, only="POST"),
    "hotline:shifts": needs(Power.ANSWER_CALLS),
    "hotline:begin_shift": needs(Power.ANSWER_CALLS, only="POST"),
    "hotline:end_shift": needs(Power.ANSWER_CALLS, only="POST"),
    "hotline:take_over": needs(Power.ANSWER_CALLS, args={"public_id": "x"}, only="POST"),
}
