"""What a role may do. Which firms it may do it to is the scope's question (scope.py); both must say yes."""

from enum import StrEnum

from huiqi.accounts.roles import STAFF_ROLES, Role


class Power(StrEnum):
    """One kind of act or view. A page or command names the power it asks for, never a role."""

    VIEW_REGISTER = "view_register"  # the list of firms and the whole file of each
    IMPORT_FIRMS = "import_firms"
    EXPORT_FIRMS = "export_firms"
    CONFIRM_FACTS = "confirm_facts"  # state a fact for the office, decide a disputed size class
    MERGE_FIRMS = "merge_firms"  # decide duplicates, record mergers, splits and changed codes
    ADMIT_FIRM_PEOPLE = "admit_firm_people"  # decide a claim to act for a firm
    REVEAL_CONTACTS = "reveal_contacts"  # see a masked phone number in full, with a reason
    VIEW_LISTS = "view_lists"
    RECOMMEND_FOR_LISTS = "recommend_for_lists"
    PUBLISH_LISTS = "publish_lists"
    COMPARE_LISTS = "compare_lists"  # ask an authority about firms by credit code
    ANSWER_COMPARISONS = "answer_comparisons"  # the asked authority's side
    STATION_OFFICERS = "station_officers"
    VIEW_KEY_MATERIALS = "view_key_materials"  # the compartment: output, stock, shortage
    REPORT_KEY_MATERIALS = "report_key_materials"
    EDIT_POLICIES = "edit_policies"
    MANAGE_UNITS = "manage_units"  # units, accounts, invitations
    MANAGE_ACCESS = "manage_access"  # roles, locks, the six-monthly review
    READ_AUDIT = "read_audit"
    USE_OFFICE = "use_office"  # has a desk at all
    ACT_FOR_FIRM = "act_for_firm"  # the firm's own pages


_OFFICE = {Power.USE_OFFICE}
_READ = {Power.VIEW_REGISTER, Power.VIEW_LISTS}

POWERS: dict[Role, frozenset[Power]] = {role: frozenset(_OFFICE) for role in STAFF_ROLES}
POWERS |= {
    Role.OFFICER: frozenset(
        _OFFICE
        | _READ
        | {
            Power.IMPORT_FIRMS,
            Power.EXPORT_FIRMS,
            Power.CONFIRM_FACTS,
            Power.MERGE_FIRMS,
            Power.ADMIT_FIRM_PEOPLE,
            Power.REVEAL_CONTACTS,
            Power.RECOMMEND_FOR_LISTS,
            Power.PUBLISH_LISTS,
            Power.COMPARE_LISTS,
            Power.STATION_OFFICERS,
            Power.VIEW_KEY_MATERIALS,
        }
    ),
    Role.DISPATCHER: frozenset(_OFFICE | _READ | {Power.VIEW_KEY_MATERIALS}),
    Role.SUPERVISOR: frozenset(_OFFICE | _READ | {Power.VIEW_KEY_MATERIALS}),
    Role.POLICY_EDITOR: frozenset(_OFFICE | {Power.EDIT_POLICIES}),
    Role.GRANT_MAKER: frozenset(_OFFICE | _READ),
    Role.GRANT_CHECKER: frozenset(_OFFICE | _READ),
    # Sees the firms he is stationed at, through explicit access, and no others.
    Role.STATIONED_OFFICER: frozenset(
        _OFFICE | {Power.VIEW_REGISTER, Power.VIEW_KEY_MATERIALS, Power.REPORT_KEY_MATERIALS}
    ),
    Role.WINDOW_CLERK: frozenset(_OFFICE | _READ),
    # Reads figures, exports without contacts.
    Role.ANALYST: frozenset(_OFFICE | _READ | {Power.EXPORT_FIRMS}),
    Role.AUTHORITY_OFFICER: frozenset(_OFFICE | {Power.ANSWER_COMPARISONS}),
    Role.SYSTEM_ADMIN: frozenset(_OFFICE | {Power.MANAGE_UNITS}),
    Role.SECURITY_ADMIN: frozenset(_OFFICE | {Power.MANAGE_ACCESS}),
    Role.AUDIT_ADMIN: frozenset(_OFFICE | {Power.READ_AUDIT}),
    Role.FIRM: frozenset({Power.ACT_FOR_FIRM}),
}


def roles_with(power: Power) -> frozenset[Role]:
    """The roles that have a power."""
    return frozenset(role for role in Role if power in POWERS[role])
