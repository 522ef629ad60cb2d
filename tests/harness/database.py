"""Checks on how the code talks to the database: locks, order, writes in a GET, number of queries."""

import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.core.handlers.base import BaseHandler
from django.core.management.commands import flush
from django.db import connection, connections
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from huiqi.core.trail import guard

OURS = ("huiqi.", "config.")
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
WRITE = re.compile(  # the table written
    r"^\s*(INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM|REPLACE\s+INTO)\s+[\"`]?(\w+)", re.IGNORECASE
)
# Tables that reading may write: the session (language of the messages, sign-in), the calls counted of an
# access token, codes of invitations tried in vain, and nothing else.
WRITABLE_IN_GET = {"django_session", "accounts_apitoken", "surveys_codetry"}


class LockWithoutOf(AssertionError):
    """`select_for_update()` without `of` locks every joined table."""


class WriteInGet(AssertionError):
    """A GET changed the database, so that a crawler or a reload would act for the visitor."""


def demand_of_in_locks(patch: Any) -> None:
    """`select_for_update` in our code must name the rows it locks."""
    plain = QuerySet.select_for_update

    def strict(
        self: QuerySet[Any],
        nowait: bool = False,
        skip_locked: bool = False,
        of: tuple[str, ...] = (),
        **more: Any,
    ) -> QuerySet[Any]:
        caller = sys._getframe(1)
        while caller.f_globals["__name__"] == "django.db.models.manager":
            caller = caller.f_back  # type: ignore[assignment]
        if not of and caller.f_globals["__name__"].startswith(OURS):
            raise LockWithoutOf('write select_for_update(of=("self",))')
        return plain(self, nowait, skip_locked, of, **more)

    patch.setattr(QuerySet, "select_for_update", strict)


def shuffle_unordered(patch: Any) -> None:
    """Rows of a queryset without an order come in another order than the database happens to keep.

    SQLite and PostgreSQL both hand small tables back in the order of insertion, which hides a missing
    order until the table grows.
    """
    plain = QuerySet._fetch_all
    dice = random.Random(2020)  # noqa: S311  the same order in every run

    def shuffled(self: QuerySet[Any]) -> None:
        fresh = self._result_cache is None
        plain(self)
        if fresh and not self.ordered and self._result_cache:
            dice.shuffle(self._result_cache)

    patch.setattr(QuerySet, "_fetch_all", shuffled)


def _refuse_writes(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    match = WRITE.match(sql)
    if match and match[2] not in WRITABLE_IN_GET:
        raise WriteInGet(sql[:200])
    return execute(sql, params, many, context)


def forbid_writes_in_get(patch: Any) -> None:
    """A GET, HEAD or OPTIONS that writes raises WriteInGet, in the test client and the live server."""
    plain = BaseHandler.get_response

    def watched(self: BaseHandler, request: Any) -> Any:
        if request.method not in SAFE_METHODS:
            return plain(self, request)
        with ExitStack() as stack:
            for each in connections.all():
                stack.enter_context(each.execute_wrapper(_refuse_writes))
            return plain(self, request)

    patch.setattr(BaseHandler, "get_response", watched)


def let_the_flush_empty_audit_tables(patch: Any) -> None:
    """After a transactional test Django empties all tables, which the audit triggers rightly refuse.

    The product has no switch for that: the triggers are dropped and put back around the flush.
    """
    plain = flush.Command.handle

    def unguarded(self: flush.Command, **options: Any) -> Any:
        guard.remove(connection)
        try:
            return plain(self, **options)
        finally:
            guard.install(connection)

    patch.setattr(flush.Command, "handle", unguarded)


@contextmanager
def exactly(number: int) -> Iterator[CaptureQueriesContext]:
    """Fail unless the block runs `number` queries; the message lists them, repeated ones first."""
    with CaptureQueriesContext(connection) as captured:
        yield captured
    queries = [query["sql"] for query in captured.captured_queries if not _is_bookkeeping(query["sql"])]
    if len(queries) != number:
        shapes = Counter(re.sub(r"'[^']*'|\b\d+\b", "?", sql) for sql in queries)
        listing = "\n".join(f"{count}× {sql[:300]}" for sql, count in shapes.most_common())
        raise AssertionError(f"{len(queries)} queries instead of {number}:\n{listing}")


def _is_bookkeeping(sql: str) -> bool:
    """Savepoints differ between the databases and cost nothing."""
    return sql.startswith(("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT", "BEGIN", "COMMIT"))
