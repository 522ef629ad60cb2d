"""How a row of the matrix is written (tests/access.py of each app): by power and scope, not by name."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from huiqi.accounts.powers import Power
from tests.harness.cast import CAST, ROLES, Part

TOKEN = "never-issued-" + "x" * 30  # noqa: S105
SIGN_IN = 302
ADMINISTRATION = (Power.MANAGE_UNITS, Power.MANAGE_ACCESS, Power.READ_AUDIT)


@dataclass(frozen=True)
class Row:
    """What a GET answers to each person.

    `visitor` and `refused` are the answers to a visitor and to whoever `may` not come in, `status` to the
    others. `only` names the one method the address takes, if not GET; `also_posts` says it takes both.
    `make` makes the object of the page, of a firm in 浏阳, and gives the address's arguments.
    """

    may: Callable[[str, Part], bool]
    status: int = 200
    visitor: int = SIGN_IN
    refused: int = 404
    args: dict[str, Any] = field(default_factory=dict)
    make: Callable[[], dict[str, Any]] | None = None
    only: str = "GET"
    also_posts: bool = False

    def answer(self, person: str) -> int:
        """The status this person gets."""
        if person == "visitor":
            return self.visitor
        return self.status if self.may(person, CAST[person]) else self.refused

    def answers(self) -> dict[str, int]:
        """The same for everybody."""
        return {person: self.answer(person) for person in ROLES}

    def arguments(self) -> dict[str, Any]:
        """The address's arguments; makes the object if the page has one."""
        return {**self.args, **(self.make() if self.make else {})}


def everybody(status: int = 200, **more: Any) -> Row:
    """A public page: the same answer to all, visitors included."""
    return Row(lambda name, part: True, status, visitor=status, **more)


def posts(**more: Any) -> Row:
    """Public and takes only POST: a GET is told so, whoever asks."""
    return everybody(405, only="POST", **more)


def private(**more: Any) -> Row:
    """Behind a private link's token: nobody gets in by rank, and a token never issued is 404."""
    return everybody(404, args={"token": TOKEN, **more.pop("args", {})}, **more)


def signed_in(**more: Any) -> Row:
    """Everybody with an account."""
    return behind_sign_in(lambda name, part: True, **more)


def needs(*powers: Power, make: Callable[[], dict[str, Any]] | None = None, **more: Any) -> Row:
    """Whoever has one of the powers; with `make`, only those who may see that firm in 浏阳."""
    if make is None:
        return behind_sign_in(lambda name, part: part.has(*powers), **more)
    return behind_sign_in(lambda name, part: part.has(*powers) and part.sees_liuyang, make=make, **more)


def people(*names: str, **more: Any) -> Row:
    """These people of the cast alone, where neither power nor scope decides (explicit access, one's own)."""
    assert set(names) <= CAST.keys()
    return behind_sign_in(lambda name, part: name in names, **more)


def owned_by_nobody_here(**more: Any) -> Row:
    """Open to whoever started or owns the thing; the thing of the row belongs to none of the cast."""
    return people(**more)


def behind_sign_in(may: Callable[[str, Part], bool], **more: Any) -> Row:
    """A page behind sign-in; one that takes only POST answers 405 to a GET of whoever may."""
    row = Row(may, **more)
    return replace(row, status=405) if row.only == "POST" and row.status == 200 else row


def works_on_items(**more: Any) -> Row:
    """Whoever edits or publishes service items, wherever they sit."""
    return behind_sign_in(lambda name, part: part.has(Power.EDIT_ITEMS, Power.PUBLISH_ITEMS), **more)


def reads_wording(**more: Any) -> Row:
    """Whoever answers firms by approved wording, writes or approves it, wherever they sit."""
    able = (Power.READ_WORDING, Power.EDIT_ITEMS, Power.PUBLISH_ITEMS)
    return behind_sign_in(lambda name, part: part.has(*able), **more)


def takes_requests(**more: Any) -> Row:
    """Whoever fills in requests for others, wherever they sit."""
    return behind_sign_in(lambda name, part: part.has(Power.TAKE_REQUESTS), **more)


def takes_and_dispatches(**more: Any) -> Row:
    """Whoever both fills in requests for others and sits at a desk that takes them up."""
    able = (Power.TAKE_REQUESTS, Power.DISPATCH_CASES)
    return behind_sign_in(lambda name, part: all(part.has(power) for power in able), **more)


def makes_questionnaires(**more: Any) -> Row:
    """Whoever makes questionnaires, wherever they sit."""
    return behind_sign_in(lambda name, part: part.has(Power.EDIT_QUESTIONNAIRES), **more)


def of_province(**more: Any) -> Row:
    """Surveys of the province's office: its own people who run surveys."""
    return behind_sign_in(
        lambda name, part: part.has(Power.EDIT_QUESTIONNAIRES) and part.office == "province", **more
    )
