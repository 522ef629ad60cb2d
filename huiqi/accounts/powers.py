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
    ESTIMATE_POLICIES = "estimate_policies"  # what-if scenarios of one's office, reviewed by a second person
    EDIT_QUESTIONNAIRES = "edit_questionnaires"  # upload and publish those of one's unit
    VIEW_REACH = "view_reach"  # how far reliefs of others came to firms of one's scope
    PREPARE_REACH = "prepare_reach"  # lists of entitled firms, hand-over, status files
    REVIEW_REACH = "review_reach"  # as the second person; never one's own list
    FOLLOW_REACH = "follow_reach"  # ring firms up about them
    TAKE_REQUESTS = "take_requests"  # fill in a request on somebody's behalf
    VIEW_CASES = "view_cases"  # cases of the region of one's scope
    DISPATCH_CASES = "dispatch_cases"  # the desk: accept, refuse, assign, merge
    HANDLE_CASES = "handle_cases"  # orders to one's unit: sign, send back, answer
    REVIEW_ANSWERS = "review_answers"  # approve or send back an answer, decide on more time; never one's own
    CALL_BACK = "call_back"  # ask the requester how it went
    SUPERVISE_CASES = "supervise_cases"  # the red list, letters of supervision
    EDIT_ITEMS = "edit_items"  # drafts of service items and of approved wording
    PUBLISH_ITEMS = "publish_items"  # never one's own draft
    READ_WORDING = "read_wording"  # approved wording 口径
    ANSWER_CALLS = "answer_calls"  # the hotline: during a call the caller's own cases, of every region
    VIEW_CASE_FIGURES = "view_case_figures"
    RELEASE_RANKING = "release_ranking"  # show a ranking of units to those ranked
    VIEW_GRANTS = "view_grants"  # calls of one's office, applications of the firms of one's scope
    MAKE_GRANTS = "make_grants"  # calls, completeness, checks, proposals, rounds of one's own unit
    CHECK_GRANTS = "check_grants"  # agree or send back; never one's own proposal
    PAY_GRANTS = "pay_grants"  # hand payment lists with whole account numbers to the treasury, book returns
    REVIEW_GRANTS = "review_grants"  # the expert's side
    VIEW_RUNS = "view_runs"  # 全省测算: which firms of one's scope policies fit, and what it comes to
    MAKE_RUNS = "make_runs"  # judge the register anew
    MANAGE_UNITS = "manage_units"  # units, accounts, invitations
    MANAGE_ACCESS = "manage_access"  # roles, locks, the six-monthly review
    READ_AUDIT = "read_audit"
    USE_OFFICE = "use_office"  # has a desk at all
    ACT_FOR_FIRM = "act_for_firm"  # the firm's own pages


_OFFICE = {Power.USE_OFFICE}
_READ = {Power.VIEW_REGISTER, Power.VIEW_LISTS}
_CASES = {Power.VIEW_CASES, Power.VIEW_CASE_FIGURES, Power.READ_WORDING}
_DESK = _CASES | {
    Power.TAKE_REQUESTS,
    Power.DISPATCH_CASES,
    Power.REVIEW_ANSWERS,
    Power.CALL_BACK,
}
_HANDLER = {Power.HANDLE_CASES}

POWERS: dict[Role, frozenset[Power]] = {role: frozenset(_OFFICE) for role in STAFF_ROLES}
POWERS |= {
    Role.OFFICER: frozenset(
        _OFFICE
        | _READ
        # In a county one officer often is desk and handler; never of the same answer (see REVIEW_ANSWERS).
        | _DESK
        | _HANDLER
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
            Power.EDIT_QUESTIONNAIRES,
            Power.VIEW_REACH,
            Power.PREPARE_REACH,
            Power.REVIEW_REACH,
            Power.FOLLOW_REACH,
            Power.VIEW_GRANTS,
            Power.VIEW_RUNS,
            Power.MAKE_RUNS,
        }
    ),
    Role.LEADER: frozenset(
        _OFFICE
        | _READ
        | _CASES
        | {Power.VIEW_REACH, Power.REVIEW_REACH, Power.VIEW_GRANTS, Power.VIEW_RUNS}
        | {Power.VIEW_KEY_MATERIALS, Power.SUPERVISE_CASES, Power.RELEASE_RANKING}
    ),
    Role.DISPATCHER: frozenset(
        _OFFICE
        | _READ
        | _DESK
        | {Power.VIEW_KEY_MATERIALS, Power.VIEW_REACH, Power.REVIEW_REACH, Power.FOLLOW_REACH}
    ),
    Role.SUPERVISOR: frozenset(
        _OFFICE
        | _READ
        | _CASES
        | {Power.VIEW_KEY_MATERIALS, Power.REVIEW_ANSWERS, Power.CALL_BACK, Power.SUPERVISE_CASES}
    ),
    Role.POLICY_EDITOR: frozenset(
        _OFFICE | {Power.EDIT_POLICIES, Power.ESTIMATE_POLICIES, Power.EDIT_ITEMS} | {Power.READ_WORDING}
    ),
    Role.POLICY_APPROVER: frozenset(
        _OFFICE | {Power.PUBLISH_ITEMS, Power.ESTIMATE_POLICIES} | {Power.READ_WORDING}
    ),
    Role.GRANT_MAKER: frozenset(_OFFICE | _READ | {Power.VIEW_GRANTS, Power.MAKE_GRANTS}),
    # Hands over what the maker made, so that no one person both draws up a payment and sends it off.
    Role.GRANT_CHECKER: frozenset(
        _OFFICE | _READ | {Power.VIEW_GRANTS, Power.CHECK_GRANTS, Power.PAY_GRANTS}
    ),
    Role.EXPERT: frozenset(_OFFICE | {Power.REVIEW_GRANTS}),
    # Sees the firms he is stationed at, through explicit access, and no others.
    Role.STATIONED_OFFICER: frozenset(
        _OFFICE
        | {
            Power.VIEW_REGISTER,
            Power.VIEW_KEY_MATERIALS,
            Power.REPORT_KEY_MATERIALS,
            Power.TAKE_REQUESTS,
            Power.READ_WORDING,
        }
    ),
    Role.WINDOW_CLERK: frozenset(
        _OFFICE | _READ | {Power.TAKE_REQUESTS, Power.READ_WORDING, Power.FOLLOW_REACH}
    ),
    # Outsourced: approved wording and the caller's own cases, never the whole file.
    Role.HOTLINE_AGENT: frozenset(
        _OFFICE | {Power.ANSWER_CALLS, Power.TAKE_REQUESTS, Power.CALL_BACK, Power.READ_WORDING}
    ),
    Role.BANK_OFFICER: frozenset(_OFFICE | _HANDLER),
    Role.GUARANTEE_OFFICER: frozenset(_OFFICE | _HANDLER),
    Role.SERVICE_STAFF: frozenset(_OFFICE | _HANDLER),
    # Reads figures, exports without contacts.
    Role.ANALYST: frozenset(
        _OFFICE
        | _READ
        | {
            Power.EXPORT_FIRMS,
            Power.VIEW_CASES,
            Power.VIEW_CASE_FIGURES,
            Power.EDIT_QUESTIONNAIRES,
            Power.VIEW_REACH,
            Power.ESTIMATE_POLICIES,
            Power.VIEW_RUNS,
            Power.MAKE_RUNS,
        }
    ),
    Role.AUTHORITY_OFFICER: frozenset(_OFFICE | _HANDLER | {Power.ANSWER_COMPARISONS}),
    Role.SYSTEM_ADMIN: frozenset(_OFFICE | {Power.MANAGE_UNITS}),
    Role.SECURITY_ADMIN: frozenset(_OFFICE | {Power.MANAGE_ACCESS}),
    Role.AUDIT_ADMIN: frozenset(_OFFICE | {Power.READ_AUDIT}),
    Role.FIRM: frozenset({Power.ACT_FOR_FIRM}),
}


def roles_with(power: Power) -> frozenset[Role]:
    """The roles that have a power."""
    return frozenset(role for role in Role if power in POWERS[role])
