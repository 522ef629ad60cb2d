"""What apps above cases are told and asked. Subscriptions are made in config/wiring.py and nowhere else."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from huiqi.accounts.models import User
from huiqi.cases.models import Case
from huiqi.core.messages import Message

# Called inside the transaction that registers a case.
ON_OPENED: list[Callable[[Case, User | None, datetime], None]] = []
# Called inside the transaction that accepts a case, so a subscriber only writes rows.
ON_ACCEPTED: list[Callable[[Case, User | None, datetime], None]] = []
# Whether an app above holds proof for a case (a bank slip of its claim), beside files of the case itself.
HOLDS_PROOF: list[Callable[[Case], bool]] = []
# What is still missing before a case of this kind of item may end so, None: nothing. Where an app above rules
# this, files of the case itself prove nothing.
PROOF_RULES: dict[tuple[str, str], Callable[[Case], Message | None]] = {}
# What the law says against a handling of this kind of item that ends on such an instant, None: nothing.
LAWFUL_ENDS: dict[str, Callable[[Case, datetime], Message | None]] = {}
# What is wrong with the answers to a form of this kind of item, taken together: the field and what to say.
FORM_FAULTS: dict[str, Callable[[Mapping[str, Any]], Mapping[str, Message]]] = {}
