import re

from huiqi.core.ids import ALPHABET, new_public_id, new_token, token_digest


def test_public_ids_are_opaque_and_do_not_repeat():
    ids = {new_public_id() for _ in range(2000)}
    assert len(ids) == 2000
    assert all(re.fullmatch(f"[{ALPHABET}]{{16}}", public_id) for public_id in ids)


def test_letters_that_are_mistaken_for_others_are_not_used():
    assert not set("ilou") & set(ALPHABET)
    assert len(set(ALPHABET)) == 32


def test_a_token_carries_256_bits_and_fits_an_address():
    tokens = {new_token() for _ in range(500)}
    assert len(tokens) == 500
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", token) for token in tokens)


def test_the_digest_never_shows_the_token_and_is_stable():
    token = new_token()
    assert token not in token_digest(token)
    assert token_digest(token) == token_digest(token) != token_digest(token + "x")
    assert re.fullmatch(r"[0-9a-f]{64}", token_digest(token))
