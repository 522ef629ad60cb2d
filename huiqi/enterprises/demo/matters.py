"""Matters that wait for somebody in the demonstration: a claim on a firm, a disputed size class."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from huiqi.accounts.models import User
from huiqi.enterprises.commands.disputes import Objection, raise_size_dispute
from huiqi.enterprises.commands.membership import prove_by_identity, start_claim
from huiqi.enterprises.demo.firms import public_id_of
from huiqi.enterprises.demo.story import STORY
from huiqi.enterprises.models import Claim, Enterprise, SizeDispute
from huiqi.enterprises.ports import DemoLicence

MAKER, RESTAURANT = 1, 2


def make_matters(*, seed: int, on: date) -> None:
    """Make them where they are not there yet."""
    at = timezone.make_aware(datetime.combine(on - timedelta(days=1), time(10)))
    people = {user.username: user for user in User.objects.filter(username__in=["firm2", "firm3"])}
    maker, restaurant = _firm(seed, MAKER), _firm(seed, RESTAURANT)
    if maker and "firm3" in people and not Claim.objects.filter(enterprise=maker).exists():
        # Proven, yet the firm has an owner: an officer decides.
        claim = start_claim(maker, actor=people["firm3"], proof=Claim.Proof.IDENTITY, at=at)
        prove_by_identity(claim, maker.credit_code or "", DemoLicence(), actor=people["firm3"], at=at)
    if restaurant and "firm2" in people and not SizeDispute.objects.filter(enterprise=restaurant).exists():
        objection = Objection(
            claimed_class="micro",
            figures={"employees": 9},
            grounds="两家门店已停业，年末在岗只有9人，年报中的42人含已离职人员。",
        )
        raise_size_dispute(restaurant, objection=objection, actor=people["firm2"], at=at)


def _firm(seed: int, number: int) -> Enterprise | None:
    return Enterprise.objects.filter(public_id=public_id_of(seed, STORY + number)).first()
