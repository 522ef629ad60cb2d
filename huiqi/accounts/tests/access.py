"""Who may open which address of this app, one row each; how to write one: tests/harness/access_rows.py."""

from huiqi.accounts.powers import Power
from tests.harness.access_rows import ADMINISTRATION, Row, everybody, needs, people, posts, private, signed_in

ROWS: dict[str, Row] = {
    "accounts:sign_in": Row(lambda name, part: True, 302, visitor=200, also_posts=True),
    "account_login": Row(lambda name, part: True, 302, visitor=200, also_posts=True),
    "accounts:sign_out": posts(),
    "account_logout": posts(),
    "mfa_authenticate": everybody(302, also_posts=True),  # nobody is half-way through signing in here
    "mfa_login_webauthn": everybody(302, also_posts=True),
    "admin_login": everybody(302, also_posts=True),
    "admin_password": everybody(302, also_posts=True),
    "account_reauthenticate": signed_in(also_posts=True),
    "mfa_reauthenticate": signed_in(status=302, also_posts=True),  # has no code: on to the password
    "mfa_reauthenticate_webauthn": signed_in(status=302, also_posts=True),
    "mfa_index": signed_in(),
    "mfa_activate_totp": signed_in(also_posts=True),
    "mfa_deactivate_totp": people(also_posts=True),  # none of the cast has one
    "mfa_add_webauthn": signed_in(also_posts=True),
    "mfa_remove_webauthn": people(also_posts=True, args={"pk": 1}),
    "mfa_view_recovery_codes": people(),
    "mfa_generate_recovery_codes": signed_in(only="POST"),
    "accounts:password": signed_in(also_posts=True),
    "accounts:session_end": signed_in(only="POST", args={"public_id": "of-another"}),
    "accounts:sessions_end_others": signed_in(only="POST"),
    "accounts:sign_up": Row(lambda name, part: True, 302, visitor=200, also_posts=True),
    "accounts:join": private(also_posts=True),
    "accounts:people": needs(*ADMINISTRATION, also_posts=True),
    "accounts:people_export": needs(*ADMINISTRATION, only="POST"),
    "accounts:person": needs(*ADMINISTRATION, args={"public_id": "nobody-here"}, status=404),
    "accounts:person_role": needs(
        Power.MANAGE_ACCESS, args={"public_id": "nobody-here"}, status=404, also_posts=True
    ),
    "accounts:person_act": needs(
        *(Power.MANAGE_UNITS, Power.MANAGE_ACCESS),
        only="POST",
        args={"public_id": "nobody-here", "name": "switch-off"},
    ),
    "accounts:locks": needs(Power.MANAGE_ACCESS),
    "accounts:lock_lift": needs(Power.MANAGE_ACCESS, only="POST", args={"public_id": "none"}),
    "accounts:units": needs(Power.MANAGE_UNITS),
    "accounts:unit_add": needs(Power.MANAGE_UNITS, also_posts=True),
    "accounts:unit": needs(Power.MANAGE_UNITS, args={"public_id": "none"}, status=404, also_posts=True),
    "accounts:unit_switch": needs(Power.MANAGE_UNITS, only="POST", args={"public_id": "none"}),
    "accounts:invitations": needs(Power.MANAGE_UNITS),
    "accounts:invite": needs(Power.MANAGE_UNITS, also_posts=True),
    "accounts:invitation_revoke": needs(Power.MANAGE_UNITS, only="POST", args={"public_id": "none"}),
    "accounts:deputies": needs(Power.USE_OFFICE),
    "accounts:deputy_add": needs(Power.USE_OFFICE, also_posts=True),
    "accounts:deputy_end": signed_in(only="POST", args={"public_id": "of-another"}),
    "accounts:tokens": signed_in(),
    "accounts:token_grant": needs(Power.MANAGE_ACCESS, also_posts=True),
    "accounts:token_draw": signed_in(only="POST", args={"public_id": "of-another"}),
    "accounts:token_revoke": signed_in(only="POST", args={"public_id": "of-another"}),
    "accounts:reviews": needs(Power.MANAGE_ACCESS),
    "accounts:review_open": needs(Power.MANAGE_ACCESS, only="POST"),
    "accounts:review": needs(Power.MANAGE_ACCESS, args={"public_id": "none"}, status=404),
    "accounts:review_export": needs(Power.MANAGE_ACCESS, only="POST", args={"public_id": "none"}),
    "accounts:review_keep": needs(Power.MANAGE_ACCESS, only="POST", args={"public_id": "none"}),
    "accounts:review_sign_off": needs(Power.MANAGE_ACCESS, only="POST", args={"public_id": "none"}),
    "accounts:review_decide": needs(
        Power.MANAGE_ACCESS, only="POST", args={"public_id": "none", "line_id": 1}
    ),
    "accounts:audit": needs(Power.READ_AUDIT),
    "accounts:audit_export": needs(Power.READ_AUDIT, only="POST"),
    "accounts:audit_prove": needs(Power.READ_AUDIT, only="POST"),
}
