"""The acts of the public check, each in one transaction. The audit trail holds no answer and no token."""

from collections.abc import Generator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from huiqi.core import audit, clock, crypto
from huiqi.core.errors import Refused
from huiqi.core.ids import new_token, token_digest
from huiqi.core.jobs import job_kind
from huiqi.policies.answers import Plain
from huiqi.policies.models import Check
from huiqi.policies.queries.check import read_sheet
from huiqi.policies.sheet import Sheet, SheetError, to_bytes

# A firm comes back within a quarter's declaration period; nothing is kept longer than that serves.
KEEP_FOR = timedelta(days=90)
EXPIRY_BATCH = 500


@transaction.atomic
def start_check(*, credit_code: str, at: datetime) -> tuple[Check, str]:
    """A new empty check and the token of its private link, which is shown once and not stored."""
    _drop_expired(at)
    token = new_token()
    check = Check.objects.create(
        token_digest=token_digest(token),
        answers_sealed=_seal(Sheet(credit_code=credit_code)),
        started_at=at,
        updated_at=at,
        expires_at=at + KEEP_FOR,
    )
    audit.record("check.started", check, actor=None)
    return check, token


@transaction.atomic
def save_answer(
    check: Check,
    *,
    stored: Mapping[str, Plain],
    private: Mapping[str, Plain],
    step: tuple[str, str, int] | None,
    at: datetime,
) -> Sheet:
    """Merge one question's answers into the stored ones, fact by fact, and return the sheet.

    Rows are locked and re-read, so that two open tabs never undo each other. `private` figures are stored
    only while the check keeps figures. `step` is the question, its state and the number announced.
    """
    row = _locked(check)
    sheet = _opened(row)
    if row.keeps_figures:
        sheet = sheet.merged({**stored, **private}, ())
    else:
        declined = {name: value for name, value in private.items() if value is None}
        sheet = sheet.merged({**stored, **declined}, private.keys() - declined.keys())
    if step is not None:
        sheet = sheet.stepped(*step)
    _write(row, sheet, at)
    return sheet


@transaction.atomic
def keep_figures(check: Check, *, figures: Mapping[str, Plain], at: datetime) -> None:
    """Store the figures from the person's browser too, because the person asked for it.

    Refused when this browser holds none: they may be in another one, and keeping nothing would look
    like success.
    """
    if not figures:
        raise Refused(
            "policies.no_figures_here", _("这个浏览器里没有要保存的数字。请在填写它们的浏览器里选择保存。")
        )
    row = _locked(check)
    sheet = _opened(row).merged(figures, ())
    row.keeps_figures = True
    _write(row, sheet, at)
    audit.record("check.figures_kept", row, actor=None)


@transaction.atomic
def forget_figures(check: Check, *, private: frozenset[str], at: datetime) -> dict[str, Plain]:
    """Delete the stored figures at once and return them for the browser.

    `private` holds the ids of all facts that the catalogue says are not kept.
    """
    row = _locked(check)
    sheet = _opened(row)
    figures: dict[str, Plain] = {}
    figures.update(
        (name, value) for name, value in sheet.values.items() if name in private and value is not None
    )
    row.keeps_figures = False
    _write(row, sheet.merged({}, figures.keys()), at)
    audit.record("check.figures_forgotten", row, actor=None)
    return figures


@transaction.atomic
def delete_check(check: Check) -> None:
    """Delete the check with all its answers; its private link is dead at once."""
    row = _locked(check)
    audit.record("check.deleted", row, actor=None)
    row.delete()


def expire_checks(at: datetime) -> Generator[tuple[int, int], None, int]:
    """Delete checks past their time, a batch per step, yielding progress; returns how many went."""
    total = Check.objects.expired(at).count()
    done = 0
    while True:
        with transaction.atomic():
            gone = _drop_expired(at)
        if not gone:
            return done
        done += gone
        yield done, max(total, done)


def _drop_expired(at: datetime) -> int:
    """Delete one batch of checks past their time; also done whenever somebody starts a new one."""
    batch = list(Check.objects.expired(at).order_by("pk").values_list("pk", flat=True)[:EXPIRY_BATCH])
    if batch:
        Check.objects.filter(pk__in=batch).delete()
        audit.record("check.expired", None, actor=None, count=len(batch))
    return len(batch)


@job_kind("policies.expire_checks")
def _expire_checks_job(arguments: dict[str, Any]) -> Generator[tuple[int, int], None, int]:
    return (yield from expire_checks(clock.wall_now()))


def _locked(check: Check) -> Check:
    return Check.objects.select_for_update(of=("self",)).get(pk=check.pk)


def _opened(row: Check) -> Sheet:
    """The stored answers, or Refused: writing over what cannot be read would destroy it for good."""
    try:
        return read_sheet(row)
    except (crypto.Unreadable, SheetError) as error:
        raise Refused(
            "policies.check_unreadable",
            _(
                "这次体检以前保存的答案暂时读不出来，所以没有保存新的答案。请联系服务热线，或重新开始一次体检。"
            ),
        ) from error


def _seal(sheet: Sheet) -> str:
    return crypto.encrypt(to_bytes(sheet))


def _write(row: Check, sheet: Sheet, at: datetime) -> None:
    row.answers_sealed = _seal(sheet)
    row.updated_at = at
    row.save_version(expected=row.version, fields=["answers_sealed", "keeps_figures", "updated_at"])
