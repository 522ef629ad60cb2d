"""三员分立 and which role belongs into which kind of unit. Pure.

System, security and audit administrators are separate persons: one makes accounts, one gives rights, one
reads what all did (GB/T 22239-2019 8.1.4.2 and 8.1.5).
"""

from collections.abc import Iterable

from huiqi.accounts.roles import ADMINISTRATORS, Role

_OFFICES = frozenset({"province_office", "city_office", "county_office"})
_ANY = frozenset({*_OFFICES, "park", "authority", "bank", "guarantee", "service"})
_KINDS: dict[Role, frozenset[str]] = {
    Role.AUTHORITY_OFFICER: frozenset({"authority"}),
    Role.BANK_OFFICER: frozenset({"bank"}),
    Role.GUARANTEE_OFFICER: frozenset({"guarantee"}),
    Role.SERVICE_STAFF: frozenset({"service"}),
    # The hotline is run by a contractor; experts come from anywhere.
    Role.HOTLINE_AGENT: _OFFICES | {"service"},
    Role.EXPERT: _ANY,
    Role.FIRM: frozenset(),
    **dict.fromkeys(ADMINISTRATORS, _OFFICES),
}


def unit_kinds_for(role: Role) -> frozenset[str]:
    """The kinds of unit (UnitKind values) in which the role makes sense."""
    return _KINDS.get(role, _OFFICES | {"park"})


# People whose role keeps them out of firms' files, or who work for somebody else than the office: a post of
# theirs is filled by the same role alone, and they fill no other's. Otherwise naming a deputy would be the
# way by which an administrator or the hotline's contractor comes to read the register.
_APART = ADMINISTRATORS | {
    Role.HOTLINE_AGENT,
    Role.EXPERT,
    Role.BANK_OFFICER,
    Role.GUARANTEE_OFFICER,
    Role.SERVICE_STAFF,
    Role.AUTHORITY_OFFICER,
}


def may_fill(deputy: Role, absent: Role) -> bool:
    """Whether somebody of one role may deputise for one of another."""
    return deputy == absent or not {deputy, absent} & _APART


def roles_for(absent: Role) -> frozenset[Role]:
    """The roles from which a deputy may be named."""
    return frozenset(role for role in Role if role != Role.FIRM and may_fill(role, absent))


def holds_two(roles: Iterable[Role]) -> bool:
    """Whether these posts, own and deputised, put two administrators into one person."""
    return len(ADMINISTRATORS & set(roles)) > 1
