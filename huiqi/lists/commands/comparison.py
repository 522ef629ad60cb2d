"""Asking an authority about firms by credit code, and taking its answer."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, BinaryIO

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from huiqi.accounts.models import Unit, User
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.core.messages import Message, gettext_noop
from huiqi.core.models import Job
from huiqi.enterprises.bulk_rows import update_rows
from huiqi.enterprises.catalogue import is_statable
from huiqi.enterprises.commands.statements import Said, file_statements, open_filing, retract_statements
from huiqi.enterprises.models import Enterprise, SourceKind, Standing, Statement
from huiqi.enterprises.queries.statements import catalogue
from huiqi.files.commands import attach
from huiqi.files.models import Attachment
from huiqi.lists.amount_words import asks_amount
from huiqi.lists.answers import Answered, Question, read_answer, value_of
from huiqi.lists.models import AnswerFault, AnswerRun, Comparison, ComparisonLine, ComparisonState
from huiqi.lists.queries.comparison import comparisons_asked_of, questions_of

BATCH = 2000
MOST_LINES = 1_000_000
OPEN = (ComparisonState.SENT, ComparisonState.ANSWERED)
ASKS_AMOUNT = gettext_noop(
    "这一问要的是数额，比对不能问。请改成能答“是”或“否”的话，如“上年应纳税额是否超过50万元”；"
    "或答复形式选“几类之一”，把数额分成几档。"
)


@transaction.atomic
def draft_comparison(  # noqa: PLR0913  each is a part of the request the law asks for
    *,
    title: str,
    authority: Unit,
    purpose: str,
    basis: str,
    questions: Sequence[Question],
    expires_on: date,
    actor: User,
    unit: Unit,
    today: date,
    at: datetime,
) -> Comparison:
    """Begin a request. Refused without a question, with one that asks for an amount (`lists.asks_amount`),
    or when the answers would expire before they come."""
    if not questions:
        raise Refused("lists.no_questions", gettext_noop("请至少写一个要比对的问题。"))
    if any(asks_amount(question.label, question.kind) for question in questions):
        raise Refused("lists.asks_amount", ASKS_AMOUNT)
    if expires_on <= today:
        past = gettext_noop("答复使用期限应晚于今天，否则答复一到就不能用。")
        raise Refused("lists.expired_already", past)
    row = Comparison.objects.create(
        title=title,
        authority=authority,
        unit=unit,
        purpose=purpose,
        basis=basis,
        questions=[_stored(question) for question in questions],
        expires_on=expires_on,
        created_by=actor,
        created_at=at,
    )
    audit.record("comparison.drafted", row, actor=actor, questions=len(questions))
    return row


def _stored(question: Question) -> dict[str, Any]:
    return {
        "id": question.id,
        "label": question.label,
        "kind": question.kind,
        "choices": list(question.choices),
        "fact": question.fact,
    }


@transaction.atomic
def choose_firms(comparison: Comparison, firms: QuerySet[Enterprise], *, actor: User) -> int:
    """Add firms to a draft; firms without a credit code cannot be asked about. Returns how many were added.

    `firms` must be the caller's scope already: what is asked here is what leaves the house.
    """
    row = _locked(comparison, ComparisonState.DRAFTING)
    before = row.lines.count()
    wanted = firms.filter(credit_code__isnull=False).order_by("pk")
    if before + wanted[: MOST_LINES + 1].count() > MOST_LINES:
        many = gettext_noop("一次比对最多%(most)s家企业，请缩小范围。")
        raise Refused("lists.too_many_lines", Message(many, {"most": f"{MOST_LINES:,}"}))
    stream = wanted.values_list("pk", "credit_code").iterator(chunk_size=BATCH)
    while batch := list(islice(stream, BATCH)):
        lines = [ComparisonLine(comparison=row, enterprise_id=pk, code=code or "") for pk, code in batch]
        ComparisonLine.objects.bulk_create(lines, ignore_conflicts=True)
    added = row.lines.count() - before
    audit.record("comparison.firms_chosen", row, actor=actor, added=added)
    return added


@transaction.atomic
def clear_firms(comparison: Comparison, *, actor: User) -> None:
    """Take all firms out of a draft again."""
    row = _locked(comparison, ComparisonState.DRAFTING)
    row.lines.all().delete()
    audit.record("comparison.firms_cleared", row, actor=actor)


@transaction.atomic
def send_comparison(comparison: Comparison, *, document: str, actor: User, at: datetime) -> Comparison:
    """Hand the request over: from now on the firms stand and the authority's people see it.

    `document` is the letter's number from the office's own system. Refused without firms or number.
    """
    row = _locked(comparison, ComparisonState.DRAFTING)
    if not row.lines.exists():
        raise Refused("lists.no_firms", gettext_noop("还没有选择要比对的企业。"))
    if not document.strip():
        raise Refused("lists.no_document", gettext_noop("请填写本单位来函的文号，文号由公文系统编定。"))
    row.document, row.state, row.sent_at = document.strip(), ComparisonState.SENT, at
    row.save(update_fields=["document", "state", "sent_at"])
    audit.record("comparison.sent", row, actor=actor, firms=row.lines.count())
    return row


@transaction.atomic
def withdraw_comparison(comparison: Comparison, *, actor: User, on: date, at: datetime) -> Comparison:
    """End the request: its answers are forgotten, and those stated as facts of the register taken back.

    `on` is the day for which columns are projected.
    """
    row = _locked(comparison, *OPEN, ComparisonState.DRAFTING)
    row.state = ComparisonState.WITHDRAWN
    row.save(update_fields=["state"])
    row.lines.exclude(answers=None).update(answers=None)
    filings = row.runs.order_by().values("filing")
    stated = Statement.objects.filter(filing__in=filings, retracted_at=None).order_by("pk")
    if stated.exists():
        filing = open_filing(SourceKind.COMPARISON, actor=actor, at=at, document=row.document)
        while piece := list(stated[:BATCH]):
            retract_statements(piece, filing=filing, on=on)
    audit.record("comparison.withdrawn", row, actor=actor)
    return row


@transaction.atomic
def note_export(comparison: Comparison, *, actor: User) -> None:
    """Somebody downloaded the codes."""
    audit.record("comparison.codes_exported", comparison, actor=actor, firms=comparison.lines.count())


def _locked(comparison: Comparison, *states: str) -> Comparison:
    row = Comparison.objects.select_for_update(of=("self",)).get(pk=comparison.pk)
    if row.state not in states:
        moved = gettext_noop("这件比对的状态已经变化（现为%(state)s），请刷新后再操作。")
        raise Refused("lists.comparison_moved", Message(moved, {"state": str(row.get_state_display())}))
    return row


# --- the answer --------------------------------------------------------------------------------------


def receive_answer(  # noqa: PLR0913  each is a part of the answer
    comparison: Comparison,
    source: BinaryIO,
    *,
    document: str,
    as_of: date,
    actor: User,
    at: datetime,
    wall: datetime,
    scan: Attachment | None = None,
) -> AnswerRun:
    """Read an answer at the door and keep its permitted answers, to be applied by `apply_answer`.

    Refused as a whole, and nothing of it kept, when it carries columns that were not asked; rows with
    anything but the permitted answers are listed and left out. `scan` is the authority's sealed answer,
    just received from `actor` by `wall`, real time; without it (`lists.no_scan`) only the authority's own
    people may answer.
    """
    if (
        scan is None
        and not comparisons_asked_of(actor, timezone.localdate(at)).filter(pk=comparison.pk).exists()
    ):
        raise Refused("lists.no_scan", gettext_noop("代比对部门上传答复时，请附对方盖章的答复扫描件。"))
    answer = read_answer(source, questions_of(comparison))
    with transaction.atomic():
        row = _locked(comparison, *OPEN)
        filing = open_filing(
            SourceKind.COMPARISON,
            actor=actor,
            at=at,
            issuer=row.authority.name,
            document=document,
            purpose=row.purpose[:120],
        )
        run = AnswerRun(
            comparison=row,
            actor=actor,
            document=document,
            as_of=as_of,
            filing=filing,
            total_rows=len(answer.taken),
            refused=len(answer.faults),
            created_at=at,
        )
        run.file.save(f"{run.public_id}.csv", ContentFile(_written(answer.taken)), save=False)
        run.save()
        if scan is not None:
            attach(scan, owner=run, actor=actor, at=wall)
        AnswerFault.objects.bulk_create(
            (
                AnswerFault(run=run, row=one.row, column=one.column, reason=worded(one.reason)[:300])
                for one in answer.faults
            ),
            batch_size=BATCH,
        )
        audit.record("comparison.answer_received", run, actor=actor, rows=run.total_rows, refused=run.refused)
    return run


def _written(taken: Sequence[Answered]) -> bytes:
    """row, code, then question=answer cells: nothing but what was permitted."""
    text = io.StringIO()
    writer = csv.writer(text)
    for one in taken:
        writer.writerow([one.row, one.code, *(f"{name}={given}" for name, given in one.answers.items())])
    return text.getvalue().encode()


def _stream(run: AnswerRun, after: int) -> Iterator[Answered]:
    with run.file.open("rb") as raw:
        text = io.TextIOWrapper(raw, encoding="utf-8", newline="")
        for cells in islice(csv.reader(text), after, None):
            answers = dict(cell.split("=", 1) for cell in cells[2:])
            yield Answered(int(cells[0]), cells[1], answers)


def apply_answer(run: AnswerRun, *, on: date) -> Iterator[tuple[int, int]]:
    """Put an answer into the register, a batch a transaction; yields (done, total).

    Stopped half-way it goes on where it stopped: `done_rows` rises in each batch's transaction. The same
    answer again changes nothing.
    """
    run.refresh_from_db()
    stream = _stream(run, run.done_rows)
    while batch := list(islice(stream, BATCH)):
        run = _apply_batch(run, batch, on)
        yield run.done_rows, run.total_rows
    _finish(run)


@transaction.atomic
def _apply_batch(run: AnswerRun, batch: list[Answered], on: date) -> AnswerRun:
    run = (
        AnswerRun.objects.select_for_update(of=("self",))
        .select_related("comparison", "filing")
        .get(pk=run.pk)
    )
    comparison = run.comparison
    asked = ComparisonLine.objects.filter(comparison=comparison, code__in=[one.code for one in batch])
    lines = {line.code: line for line in asked.order_by("enterprise", "pk")}
    questions = questions_of(comparison)
    changed, said = [], []
    for one in batch:
        line = lines.get(one.code)
        if line is None:
            run.unasked += 1
            _note_unasked(run, one)
        elif (line.answers, line.as_of) == (one.answers, run.as_of):
            run.unchanged += 1
        else:
            said += _statements(line, one, questions, run)
            changed.append((line.pk, (one.answers, run.as_of, run.filing_id)))
            run.answered += 1
    update_rows(ComparisonLine, ("answers", "as_of", "filing"), changed)
    if said:
        file_statements(said, filing=run.filing, standing=Standing.CONFIRMED, on=on)
    run.done_rows += len(batch)
    run.save(update_fields=["answered", "unchanged", "unasked", "done_rows"])
    audit.record("comparison.answers_applied", run, actor=run.actor, rows=len(batch), changed=len(changed))
    return run


def _note_unasked(run: AnswerRun, one: Answered) -> None:
    reason = _("这个代码不在请求的企业里，没有采用。")
    AnswerFault.objects.create(run=run, row=one.row, column=_("统一社会信用代码"), reason=reason)


def _statements(
    line: ComparisonLine, one: Answered, questions: Sequence[Question], run: AnswerRun
) -> list[Said]:
    """What the answers state of the register's own facts; answers to other questions stay in the line."""
    facts = catalogue().facts
    said = []
    for question in questions:
        fact = facts.get(question.fact) if question.fact else None
        if fact is None or not is_statable(fact):
            continue
        before = (line.answers or {}).get(question.id)
        given = one.answers.get(question.id)
        if given is None and before is None:
            continue
        value = None if given is None else value_of(question, given, fact.values)
        said.append(Said(line.enterprise_id, fact.id, value, run.as_of, expires_on=run.comparison.expires_on))
    return said


@transaction.atomic
def _finish(run: AnswerRun) -> None:
    run = AnswerRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if run.state == AnswerRun.State.DONE:
        return
    comparison = Comparison.objects.select_for_update(of=("self",)).get(pk=run.comparison_id)
    if comparison.state == ComparisonState.SENT:
        comparison.state = ComparisonState.ANSWERED
        comparison.save(update_fields=["state"])
    run.state = AnswerRun.State.DONE
    run.save(update_fields=["state"])
    audit.record("comparison.answered", run, actor=run.actor, answered=run.answered)
    transaction.on_commit(lambda: run.file.delete(save=False))


@transaction.atomic
def forget_expired(today: date) -> int:
    """Forget the answers whose term is over; that it was asked stays on record. Returns how many."""
    over = ComparisonLine.objects.filter(comparison__expires_on__lt=today).exclude(answers=None)
    count = over.update(answers=None)
    if count:
        audit.record("comparison.answers_expired", None, actor=None, lines=count)
    return count


@transaction.atomic
def note_job(run: AnswerRun, job: Job) -> None:
    """Remember which job applies the answer, so that its page can show the progress."""
    AnswerRun.objects.filter(pk=run.pk).update(job_id=job.public_id)
