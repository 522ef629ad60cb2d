"""The code that, with a case's number, opens its public progress page. Pure but for the key ring."""

from django.utils.crypto import constant_time_compare

from huiqi.core.crypto import blind_index, blind_indexes

_PURPOSE = "case-query-code"
# Compared when there is no case, so that the time taken tells nothing.
_NOBODY = "-" * 64


def code_digest(case_id: str, code: str) -> str:
    """What is stored of a code: keyed, because six digits alone are guessed in a second from a plain digest.

    `case_id` is the case's public id, so that two cases with one code have nothing in common.
    """
    return blind_index(f"{case_id}:{code}", _PURPOSE) if code else ""


def is_code_of(case_id: str, known: str, code: str) -> bool:
    """Whether `code` is the one of which `known` was stored, under any key of the ring."""
    digests = blind_indexes(f"{case_id}:{code}", _PURPOSE)
    return any(constant_time_compare(known or _NOBODY, digest) for digest in digests)
