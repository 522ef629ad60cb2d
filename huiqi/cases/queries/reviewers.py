"""Whether somebody is there who may review what another wrote; if not, who is needed is said on the page."""

from datetime import date

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.cases.models import Case
from huiqi.cases.queries.people import answerer_of, offices_above, people_with
from huiqi.cases.queries.reminded import with_deputies
from huiqi.cases.workflow import State


def lacks_reviewer(desk: Unit, writer: User | None, today: date) -> bool:
    """Whether nobody but the writer may review at the desk, in an office above it, or for one of them."""
    for office in (desk, *offices_above(desk)):
        people = with_deputies(people_with(office, Power.REVIEW_ANSWERS), today)
        if any(person != writer for person in people):
            return False
    return True


def answer_waits_for_nobody(case: Case, today: date) -> bool:
    """Whether the answer of the case waits for a review that nobody may do."""
    return case.state == State.ANSWERED and lacks_reviewer(case.desk, answerer_of(case), today)
