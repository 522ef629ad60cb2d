"""Rows of people, units, sign-ins, invitations and access reviews."""

from huiqi.accounts.models.invitations import Invitation
from huiqi.accounts.models.people import Deputyship, Unit, UnitKind, User
from huiqi.accounts.models.reviews import AccessReview, Decision, ReviewLine
from huiqi.accounts.models.sign_in import AccessNote, PastPassword, SignIn, SignInLock, SignInTry
from huiqi.accounts.models.tokens import ApiScope, ApiToken

__all__ = [
    "AccessNote",
    "AccessReview",
    "ApiScope",
    "ApiToken",
    "Decision",
    "Deputyship",
    "Invitation",
    "PastPassword",
    "ReviewLine",
    "SignIn",
    "SignInLock",
    "SignInTry",
    "Unit",
    "UnitKind",
    "User",
]
