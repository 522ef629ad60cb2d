"""What apps above cases are told and asked. Subscriptions are made in config/wiring.py and nowhere else."""

from collections.abc import Callable
from datetime import datetime

from huiqi.accounts.models import User
from huiqi.cases.models import Case

# Called inside the transaction that accepts a case, so a subscriber only writes rows.
ON_ACCEPTED: list[Callable[[Case, User | None, datetime], None]] = []
# Whether an app above holds proof for a case (a bank slip of its claim), beside files of the case itself.
HOLDS_PROOF: list[Callable[[Case], bool]] = []
