"""Long work of this app, registered at start-up (apps.py) in the site and in the worker alike."""

from collections.abc import Generator
from typing import Any

from huiqi.core.jobs import Progress, job_kind, told
from huiqi.core.messages import Message, gettext_noop
from huiqi.policies.queries.verification import VERIFY_RULEBOOK, counts, run_by_policy
from huiqi.reference.judging import rulebook

# More failing cases than this and the table helps nobody; the count still tells.
MOST_ROWS = 200


@job_kind(VERIFY_RULEBOOK)
def verify_rulebook(arguments: dict[str, Any]) -> Generator[Progress, None, dict[str, Any]]:
    """Run all cases of the site's rulebook; ends with a table of those that fail."""
    book = rulebook()
    found = counts(book)
    failing: list[list[str]] = []
    done = 0
    for report in run_by_policy(book):
        done += report.total
        failing += [[book.policies[one.policy].title, one.case.name, one.text] for one in report.failures]
        yield done, found.cases
    passed = found.cases - len(failing)
    summary = Message(
        gettext_noop(
            "%(policies)s项政策、%(editions)s个版本，%(cases)s个用例：%(passed)s个相符，%(failing)s个不符。"
        ),
        {
            "policies": found.policies,
            "editions": found.editions,
            "cases": found.cases,
            "passed": passed,
            "failing": len(failing),
        },
    )
    columns = (gettext_noop("政策"), gettext_noop("用例"), gettext_noop("哪里不符"))
    return told(summary, is_good=not failing, columns=columns, rows=failing[:MOST_ROWS])
