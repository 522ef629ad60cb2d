"""A phone for the tests: sets up the second factor and reads its codes."""

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value

PERIOD = 30


def set_up_app(user):
    """A phone app for this person; its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def set_up_codes(user):
    """Recovery codes for this person."""
    RecoveryCodes.activate(user)
    row = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES)
    return row.wrap().get_unused_codes()


def code_of(secret, steps=0):
    """What the phone shows now, or so many half minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD + steps))
