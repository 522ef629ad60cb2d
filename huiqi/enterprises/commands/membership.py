"""Who acts for a firm: claiming it with proof, inviting clerks, handing over, leaving."""

from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.ids import new_token, token_digest
from huiqi.core.messages import Message, gettext_noop
from huiqi.enterprises.models import Claim, Enterprise, MemberInvitation, Membership
from huiqi.enterprises.ports import IdentityPort
from huiqi.enterprises.queries.people import registered_phone
from huiqi.files.commands import attach, delete_attachment, receive_upload
from huiqi.files.models import Attachment
from huiqi.files.queries import attachments_of
from huiqi.files.uploads import UploadKind
from huiqi.messages.commands.codes import CodeSent, CodeVerdict, check_code, send_code
from huiqi.messages.commands.notices import notify
from huiqi.messages.kinds import notice_kind

CLAIM_PURPOSE = "firm_claim"
CLAIM_DECIDED = notice_kind("enterprises.claim_decided", gettext_lazy("企业认领"), is_dismissible=False)
INVITATION_DAYS = 7
MOST_OPEN_CLAIMS = 5
MOST_PAPERS = 5
PAPER_KINDS = (UploadKind.JPEG, UploadKind.PNG, UploadKind.HEIC, UploadKind.PDF)
OPEN = (Claim.State.STARTED, Claim.State.WAITING)


@transaction.atomic
def start_claim(
    enterprise: Enterprise, *, actor: User, proof: str, part: str = Membership.Part.OWNER, at: datetime
) -> Claim:
    """Say that one acts for a firm and how one will prove it. An open claim on the firm is taken up again.

    Refused (`enterprises.already_member`, `enterprises.too_many_claims`).
    """
    if Membership.objects.current().filter(enterprise=enterprise, user=actor).exists():
        already = gettext_noop("您已经是这家企业的人员，无需再次认领。")
        raise Refused("enterprises.already_member", already)
    mine = Claim.objects.select_for_update(of=("self",)).filter(user=actor, state__in=OPEN).order_by("pk")
    opened = list(mine)
    same = next((claim for claim in opened if claim.enterprise_id == enterprise.pk), None)
    if same is not None:
        if same.state == Claim.State.STARTED:
            same.proof, same.part = proof, part
            same.save(update_fields=["proof", "part"])
        return same
    if len(opened) >= MOST_OPEN_CLAIMS:
        many = gettext_noop("您有%(count)s件认领还没有办完，请先办完或撤回其中一件。")
        raise Refused("enterprises.too_many_claims", Message(many, {"count": len(opened)}))
    claim = Claim.objects.create(enterprise=enterprise, user=actor, part=part, proof=proof, made_at=at)
    audit.record("claim.started", claim, actor=actor, proof=proof, part=part)
    return claim


def send_claim_code(claim: Claim, *, actor: User, at: datetime) -> CodeSent:
    """Send a code to the phone the register has for the firm; see messages.send_code for the pace."""
    phone = registered_phone(claim.enterprise)
    if phone is None:
        none = gettext_noop("这家企业没有登记电话，请改用上传材料的方式认领。")
        raise Refused("enterprises.no_registered_phone", none)
    return send_code(phone, CLAIM_PURPOSE, at=at, user=actor, words=_("认领企业"))


def prove_by_code(claim: Claim, code: str, *, actor: User, at: datetime, wall: datetime) -> CodeVerdict:
    """Check the code sent to the registered phone; a right one settles the claim (see `_settle`).

    The code runs out by `wall`, real time; the claim is decided `at`.
    """
    phone = registered_phone(claim.enterprise) or ""
    verdict = check_code(phone, CLAIM_PURPOSE, code, at=wall, user=actor)
    if verdict.ok:
        _settle(claim, actor=actor, at=at)
    return verdict


def prove_by_identity(claim: Claim, answer: str, port: IdentityPort, *, actor: User, at: datetime) -> bool:
    """Let the identity provider say whether the person may act for the firm's credit code."""
    if not port.proves(claim.public_id, claim.enterprise.credit_code or "", answer):
        return False
    _settle(claim, actor=actor, at=at)
    return True


def add_paper(claim: Claim, upload: "UploadedFile[Any]", *, actor: User, at: datetime) -> Attachment:
    """Put a paper to a claim that is being prepared; see files.receive_upload for what is refused."""
    if attachments_of(claim).count() >= MOST_PAPERS:
        many = gettext_noop("最多上传%(most)s份材料。请先删去不需要的。")
        raise Refused("enterprises.too_many_papers", Message(many, {"most": MOST_PAPERS}))
    received = receive_upload(upload, actor=actor, at=at, kinds=PAPER_KINDS)
    with transaction.atomic():
        row = _locked(claim, Claim.State.STARTED)
        return attach(received, owner=row, actor=actor, at=at)


@transaction.atomic
def remove_paper(claim: Claim, paper: Attachment, *, actor: User) -> None:
    """Take a paper away again, before the claim is handed in."""
    _locked(claim, Claim.State.STARTED)
    delete_attachment(paper, actor=actor)


@transaction.atomic
def submit_papers(claim: Claim, *, actor: User) -> Claim:
    """Hand the claim in for an officer to look at its papers."""
    claim = _locked(claim, Claim.State.STARTED)
    count = attachments_of(claim).count()
    if not count:
        raise Refused("enterprises.no_papers", gettext_noop("请至少上传一份材料，如营业执照照片。"))
    claim.state, claim.proof = Claim.State.WAITING, Claim.Proof.DOCUMENT
    claim.save(update_fields=["state", "proof"])
    audit.record("claim.papers_submitted", claim, actor=actor, count=count)
    return claim


@transaction.atomic
def _settle(claim: Claim, *, actor: User, at: datetime) -> Claim:
    """What a proof without papers leads to: granted, or an officer's decision where somebody else is there.

    A proof says that the person may act for the firm, not that the present owner no longer does: a second
    owner is never made silently.
    """
    claim = _locked(claim, Claim.State.STARTED)
    owner = Membership.objects.current().filter(enterprise=claim.enterprise, part=Membership.Part.OWNER)
    if claim.part == Membership.Part.OWNER and owner.exists():
        claim.state = Claim.State.WAITING
        claim.save(update_fields=["state"])
        audit.record("claim.waits", claim, actor=actor, has_owner=True)
        return claim
    return _grant(claim, actor=None, at=at, reason="")


@transaction.atomic
def decide_claim(claim: Claim, *, granted: bool, reason: str, actor: User, at: datetime) -> Claim:
    """An officer grants or refuses a claim that waits; a refusal needs a reason.

    Granting an owner's claim where there is an owner ends the former's part: the reason says why.
    """
    claim = _locked(claim, Claim.State.WAITING)
    if claim.user_id == actor.pk:
        raise Refused("enterprises.own_claim", gettext_noop("不能审核自己提出的认领。"))
    replaces = _owner(claim.enterprise) if claim.part == Membership.Part.OWNER else None
    if not reason.strip() and (not granted or replaces is not None):
        raise Refused("enterprises.reason_needed", gettext_noop("请写明理由，对方会看到。"))
    if granted:
        return _grant(claim, actor=actor, at=at, reason=reason)
    claim.state, claim.reason = Claim.State.REFUSED, reason
    claim.decided_by, claim.decided_at = actor, at
    claim.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    audit.record("claim.refused", claim, actor=actor)
    _tell(claim, _("您的企业认领没有通过，理由见详情。"), at)
    return claim


@transaction.atomic
def withdraw_claim(claim: Claim, *, actor: User, at: datetime) -> Claim:
    """Take one's own open claim back."""
    claim = _locked(claim, *OPEN)
    claim.state, claim.decided_at = Claim.State.WITHDRAWN, at
    claim.save(update_fields=["state", "decided_at"])
    audit.record("claim.withdrawn", claim, actor=actor)
    return claim


def _grant(claim: Claim, *, actor: User | None, at: datetime, reason: str) -> Claim:
    """Refused (`enterprises.claim_merged`) for a row merged meanwhile: its people act for the firm that was
    kept, which may have an owner whom the claim does not know of."""
    if claim.enterprise.merged_into_id is not None:
        merged = gettext_noop("这家企业的档案已并入另一条档案，这件认领不能再通过。请撤回后重新认领。")
        raise Refused("enterprises.claim_merged", merged)
    if claim.part == Membership.Part.OWNER:
        former = _owner(claim.enterprise)
        if former is not None:
            _end(former, actor=actor, at=at)
    _join(claim.enterprise, claim.user, claim.part, actor=actor, at=at)
    claim.state, claim.reason = Claim.State.GRANTED, reason
    claim.decided_by, claim.decided_at = actor, at
    claim.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    audit.record("claim.granted", claim, actor=actor, proof=claim.proof)
    if actor is not None:
        _tell(claim, _("您的企业认领已通过。"), at)
    return claim


def _tell(claim: Claim, text: str, at: datetime) -> None:
    notify(claim.user, CLAIM_DECIDED, text, reverse("enterprises:claim", args=[claim.public_id]), at=at)


def _locked(claim: Claim, *states: str) -> Claim:
    """The claim as it is now, its firm's memberships held still; VersionConflict when it has moved on."""
    Enterprise.objects.select_for_update(of=("self",)).order_by("pk").get(pk=claim.enterprise_id)
    row = Claim.objects.select_for_update(of=("self",)).select_related("enterprise", "user").get(pk=claim.pk)
    if row.state not in states:
        raise VersionConflict(gettext_noop("这件认领的状态刚刚变化，请刷新后查看。"))
    return row


def _owner(enterprise: Enterprise) -> Membership | None:
    rows = Membership.objects.current().filter(enterprise=enterprise, part=Membership.Part.OWNER)
    return rows.order_by("pk").first()


def _join(enterprise: Enterprise, user: User, part: str, *, actor: User | None, at: datetime) -> Membership:
    """Make the person a member, or change the part of one who is."""
    present = Membership.objects.current().filter(enterprise=enterprise, user=user).order_by("pk").first()
    if present is not None:
        if present.part == part:
            return present
        _end(present, actor=actor, at=at)
    try:
        with transaction.atomic():
            row = Membership.objects.create(enterprise=enterprise, user=user, part=part, began_at=at)
    except IntegrityError as error:
        raise VersionConflict() from error
    audit.record("membership.begun", row, actor=actor or user, part=part)
    return row


def _end(row: Membership, *, actor: User | None, at: datetime) -> None:
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    audit.record("membership.ended", row, actor=actor or row.user, part=row.part)


@transaction.atomic
def invite_member(enterprise: Enterprise, *, part: str, actor: User, at: datetime) -> str:
    """The token of a link by which one person joins as a clerk, or takes the firm over as its owner.

    Shown once: only the digest is stored. An earlier open invitation to the same part is revoked.
    """
    MemberInvitation.objects.filter(
        enterprise=enterprise, part=part, accepted_at=None, revoked_at=None
    ).update(revoked_at=at)
    token = new_token()
    row = MemberInvitation.objects.create(
        enterprise=enterprise,
        part=part,
        token_digest=token_digest(token),
        invited_by=actor,
        made_at=at,
        expires_at=at + timedelta(days=INVITATION_DAYS),
    )
    audit.record("membership.invited", row, actor=actor, part=part)
    return token


@transaction.atomic
def revoke_invitation(invitation: MemberInvitation, *, actor: User, at: datetime) -> None:
    """Make an invitation useless; nothing happens when it was used or revoked before."""
    open_rows = MemberInvitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None)
    if open_rows.update(revoked_at=at):
        audit.record("membership.invitation_revoked", invitation, actor=actor)


@transaction.atomic
def accept_invitation(
    invitation: MemberInvitation, *, actor: User, at: datetime, wall: datetime
) -> Membership:
    """Join by a link. Taking over as owner ends the part of the one who handed over; he is a clerk then.

    The link runs out by `wall`, real time; the membership begins `at`.

    Refused (`enterprises.invitation_over`, `enterprises.own_invitation`, `enterprises.not_owner_any_more`).
    """
    firm = Enterprise.objects.select_for_update(of=("self",)).order_by("pk").get(pk=invitation.enterprise_id)
    row = MemberInvitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if row.accepted_at or row.revoked_at or row.expires_at < wall:
        over = gettext_noop("这个邀请已经用过、撤回或过期，请联系邀请人重新发一个。")
        raise Refused("enterprises.invitation_over", over)
    if row.invited_by_id == actor.pk:
        raise Refused("enterprises.own_invitation", gettext_noop("这是您自己发出的邀请，请转给对方打开。"))
    owner = _owner(firm)
    if owner is None or owner.user_id != row.invited_by_id:
        gone = gettext_noop("邀请人已不是这家企业的负责人，邀请失效。")
        raise Refused("enterprises.not_owner_any_more", gone)
    if row.part == Membership.Part.OWNER:
        _end(owner, actor=owner.user, at=at)
        _join(firm, owner.user, Membership.Part.CLERK, actor=owner.user, at=at)
    joined = _join(firm, actor, row.part, actor=actor, at=at)
    row.accepted_by, row.accepted_at = actor, wall
    row.save(update_fields=["accepted_by", "accepted_at"])
    return joined


@transaction.atomic
def end_membership(membership: Membership, *, actor: User, at: datetime) -> None:
    """A clerk leaves, or the owner ends a clerk's part. The owner hands over instead of leaving.

    Refused (`enterprises.owner_stays`) for the owner.
    """
    row = Membership.objects.select_for_update(of=("self",)).select_related("user").get(pk=membership.pk)
    if row.ended_at is not None:
        return
    if row.part == Membership.Part.OWNER:
        stays = gettext_noop("负责人不能直接退出，请先把企业移交给新的负责人。")
        raise Refused("enterprises.owner_stays", stays)
    _end(row, actor=actor, at=at)
