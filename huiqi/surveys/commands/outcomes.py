"""What became of an invitation, as an officer learns it; and firms that want no more reminders."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop
from huiqi.surveys.codes import new_code
from huiqi.surveys.commands.responses import begin_invited
from huiqi.surveys.models import CodeTry, Invitation, InvitationCode, Outcome, Wave
from huiqi.surveys.queries.invitations import code_digest
from huiqi.surveys.queries.outcome_tables import Noted

# What an officer may note; the others follow from what the firm does.
NOTED = (Outcome.REFUSED, Outcome.UNREACHABLE, Outcome.CLOSED, Outcome.PENDING)
_ANSWERED = gettext_noop("这家企业已经答过，结果不能再改。")


@transaction.atomic
def note_outcome(invitation: Invitation, outcome: str, *, note: str, actor: User) -> Invitation:
    """Refused, unreachable, closed, or asked again (`pending`). Refused: `surveys.answered`."""
    locked = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("wave__survey")
        .get(pk=invitation.pk)
    )
    if outcome not in NOTED:
        raise ValueError(outcome)
    if locked.outcome == Outcome.ANSWERED:
        raise Refused("surveys.answered", _ANSWERED)
    locked.outcome, locked.note = outcome, note[:200]
    locked.save(update_fields=["outcome", "note"])
    audit.record("survey.outcome_noted", locked.wave.survey, actor=actor, outcome=outcome)
    return locked


@transaction.atomic
def turn_away(invitation: Invitation) -> None:
    """It came when enough firms like it had answered."""
    mine = Invitation.objects.filter(pk=invitation.pk, outcome=Outcome.PENDING)
    mine.update(outcome=Outcome.OVER_QUOTA)


@transaction.atomic
def note_outcomes(wave: Wave, noted: Sequence[Noted], *, actor: User) -> int:
    """The same for a list; those that have answered meanwhile stay answered. Returns how many changed."""
    changed = 0
    for outcome in NOTED:
        for note in sorted({one.note for one in noted if one.outcome == outcome}):
            keys = [one.key for one in noted if (one.outcome, one.note) == (outcome, note)]
            rows = Invitation.objects.filter(wave=wave, pk__in=keys).exclude(outcome=Outcome.ANSWERED)
            changed += rows.update(outcome=outcome, note=note[:200])
    audit.record("survey.outcomes_imported", wave.survey, actor=actor, firms=changed)
    return changed


@transaction.atomic
def stop_reminders(invitation: Invitation, *, actor: User | None) -> None:
    """No more messages of this wave to this firm, by its own wish or an officer's."""
    Invitation.objects.filter(pk=invitation.pk).update(no_more_reminders=True)
    # Of who is asked anonymously not even this act is recorded with the firm.
    audit.record("survey.reminders_stopped", invitation.wave.survey, actor=actor)


@transaction.atomic
def allow_reminders(invitation: Invitation, *, actor: User) -> None:
    """The firm says that it may be reminded again."""
    Invitation.objects.filter(pk=invitation.pk).update(no_more_reminders=False)
    audit.record("survey.reminders_allowed", invitation.wave.survey, actor=actor)


@transaction.atomic
def fill_by_phone(invitation: Invitation, *, actor: User, today: date, at: datetime) -> str:
    """Begin or go on with the form for a firm on the telephone; returns the code that opens it.

    Refused as by `responses.begin_invited`. `at` is real time.
    """
    code = new_code()
    way = InvitationCode.Way.OFFICER
    InvitationCode.objects.create(invitation=invitation, digest=code_digest(code), way=way)
    begin_invited(invitation, code, today=today, at=at, filled_by=actor)
    audit.record("survey.filled_by_phone", invitation.wave.survey, actor=actor)
    return code


# --- codes nobody was given ---------------------------------------------------------------------------

# A whole county's phones may share one address of their operator: enough for their mistakes, and with 60 bits
# a code no door to guess at.
MOST_TRIES = 30
TRY_WINDOW = timedelta(minutes=15)


def is_held_up(address: str, *, at: datetime) -> bool:
    """Whether too many wrong codes came from an address (its digest) of late. `at` is real time."""
    recent = CodeTry.objects.filter(address_digest=address, at__gt=at - TRY_WINDOW)
    return recent.count() >= MOST_TRIES


@transaction.atomic
def count_wrong_code(address: str, *, at: datetime) -> None:
    """Note a code that nobody was given; older notes go."""
    CodeTry.objects.filter(at__lte=at - TRY_WINDOW).delete()
    CodeTry.objects.create(address_digest=address, at=at)
