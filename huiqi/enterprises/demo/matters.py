"""Matters that wait for somebody in the demonstration: a claim, size disputes, a firm entered twice."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from huiqi.accounts.models import User
from huiqi.enterprises.commands.disputes import Objection, raise_size_dispute
from huiqi.enterprises.commands.membership import prove_by_identity, start_claim
from huiqi.enterprises.demo.firms import public_id_of
from huiqi.enterprises.demo.story import STORY, make_twin_of
from huiqi.enterprises.models import Claim, DuplicatePair, Enterprise, SizeDispute
from huiqi.enterprises.ports import DemoLicence

MAKER, RESTAURANT, FRUIT = 1, 2, 5


def make_matters(*, seed: int, on: date) -> None:
    """Make them where they are not there yet."""
    at = timezone.make_aware(datetime.combine(on - timedelta(days=1), time(10)))
    people = {user.username: user for user in User.objects.filter(username__in=["firm2", "firm3"])}
    maker, restaurant = _firm(seed, MAKER), _firm(seed, RESTAURANT)
    if maker and "firm3" in people and not Claim.objects.filter(enterprise=maker).exists():
        # Proven, yet the firm has an owner: an officer decides.
        claim = start_claim(maker, actor=people["firm3"], proof=Claim.Proof.IDENTITY, at=at)
        prove_by_identity(claim, maker.credit_code or "", DemoLicence(), actor=people["firm3"], at=at)
    if "firm2" in people:
        grounds = "两家门店已停业，年末在岗只有9人，年报中的42人含已离职人员。"
        _dispute(restaurant, 9, grounds, people["firm2"], at)
        grounds = "年报中的38人含收果季的临时工，年末签合同的只有18人，工资表可查。"
        _dispute(_firm(seed, FRUIT), 18, grounds, people["firm2"], at)
    rows = make_twin_of(FRUIT, seed=seed, on=on)
    if rows is not None:
        first, second = sorted(rows, key=lambda row: row.pk)
        signals = ["core", "phone", "place"]
        DuplicatePair.objects.create(first=first, second=second, signals=signals, found_at=at)


def _dispute(firm: Enterprise | None, employees: int, grounds: str, owner: User, at: datetime) -> None:
    """The firm says that it is micro, having so few people, unless it has said so before."""
    if firm is None or SizeDispute.objects.filter(enterprise=firm).exists():
        return
    objection = Objection(claimed_class="micro", figures={"employees": employees}, grounds=grounds)
    raise_size_dispute(firm, objection=objection, actor=owner, at=at)


def _firm(seed: int, number: int) -> Enterprise | None:
    return Enterprise.objects.filter(public_id=public_id_of(seed, STORY + number)).first()
