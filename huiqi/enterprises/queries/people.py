"""People of firms: whose firms, who acts for a firm, claims to be decided."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import scope_with
from huiqi.core.personal import mask_phone
from huiqi.enterprises.models import (
    Claim,
    Contact,
    Enterprise,
    FormerIdentity,
    MemberInvitation,
    Membership,
    SourceKind,
)


def registered_phone(enterprise: Enterprise) -> str | None:
    """The mobile number the register has for the firm, or None.

    Only numbers that came with the registration count: one that the firm or an officer typed later proves
    nothing about who may act for it. Landlines receive no message.
    """
    rows = Contact.objects.filter(enterprise=enterprise, source=SourceKind.REGISTER).order_by(
        "-is_main", "pk"
    )
    for contact in rows:
        phone = contact.phone
        if len(phone) == 11 and phone.startswith("1"):
            return phone
    return None


def claimable(credit_code: str) -> Enterprise | None:
    """The firm that has this code now or had it before, as something to claim."""
    firms = Enterprise.objects.present()
    found = firms.filter(credit_code=credit_code).first()
    if found is not None:
        return found
    former = FormerIdentity.objects.filter(kind=FormerIdentity.Kind.CREDIT_CODE, value=credit_code)
    return firms.filter(pk__in=former.values("enterprise")).order_by("pk").first()


@dataclass(frozen=True)
class ProofsOffered:
    """By what somebody can prove that they act for a firm; `phone` is masked."""

    phone: str
    papers: bool = True


def proofs_for(enterprise: Enterprise) -> ProofsOffered:
    """What can be offered for this firm."""
    phone = registered_phone(enterprise)
    return ProofsOffered(phone=mask_phone(phone) if phone else "")


def memberships_of(user: User) -> QuerySet[Membership]:
    """The person's current parts, with their firms."""
    rows = Membership.objects.current().filter(user=user).select_related("enterprise", "enterprise__park")
    return rows.order_by("enterprise__name", "pk")


def open_claims_of(user: User) -> QuerySet[Claim]:
    """The person's claims that are open or were decided lately, newest first."""
    return Claim.objects.filter(user=user).select_related("enterprise").order_by("-made_at", "-pk")


def membership_in(user: User, enterprise: Enterprise) -> Membership | None:
    """The person's current part in a firm, or in a row merged into it; None without."""
    firms = Q(enterprise=enterprise) | Q(enterprise__merged_into=enterprise)
    rows = Membership.objects.current().filter(firms, user=user)
    return rows.order_by("pk").first()


def members_of(enterprise: Enterprise) -> QuerySet[Membership]:
    """Who acts for the firm now, the owner first."""
    rows = Membership.objects.current().filter(enterprise=enterprise).select_related("user")
    return rows.order_by("-part", "pk")


def former_members_of(enterprise: Enterprise) -> QuerySet[Membership]:
    """Who acted for the firm before, latest first."""
    rows = Membership.objects.filter(enterprise=enterprise, ended_at__isnull=False).select_related("user")
    return rows.order_by("-ended_at", "-pk")


def open_invitations(enterprise: Enterprise, now: datetime) -> QuerySet[MemberInvitation]:
    """Invitations that can still be used."""
    rows = MemberInvitation.objects.filter(
        enterprise=enterprise, accepted_at=None, revoked_at=None, expires_at__gte=now
    )
    return rows.order_by("-made_at", "-pk")


def people_to_ask(claim: Claim) -> dict[str, User]:
    """Whom an officer rings to verify a claim: who made it, and the present owner who would be replaced."""
    asked = {"claimant": claim.user}
    owner = members_of(claim.enterprise).filter(part=Membership.Part.OWNER).first()
    if owner is not None and owner.user_id != claim.user_id:
        asked["owner"] = owner.user
    return asked


def claims_decidable_by(user: User, today: date) -> QuerySet[Claim]:
    """Claims on firms that the officer may admit people to."""
    rows = scope_with(user, Power.ADMIT_FIRM_PEOPLE, today).rows("enterprise__")
    return Claim.objects.filter(rows).select_related("enterprise", "user").order_by("made_at", "pk")


def waiting_claims(user: User, today: date) -> QuerySet[Claim]:
    """Those that wait for a decision, oldest first."""
    return claims_decidable_by(user, today).filter(state=Claim.State.WAITING)
