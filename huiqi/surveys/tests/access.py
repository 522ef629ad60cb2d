"""Who may open which address of this app, one row each; how to write one: tests/harness/access_rows.py."""

from huiqi.accounts.powers import Power
from huiqi.surveys.tests.access_results import ROWS as RESULTS
from huiqi.surveys.tests.make import open_cover, survey_of_province
from huiqi.surveys.tests.make_campaign import (
    code_handed_out,
    framed_survey,
    invitation_of_province,
    wave_of_province,
)
from tests.harness.access_rows import (
    TOKEN,
    Row,
    everybody,
    needs,
    of_province,
    owned_by_nobody_here,
    posts,
    private,
)

ROWS: dict[str, Row] = {
    "surveys:surveys": needs(Power.EDIT_QUESTIONNAIRES),
    "surveys:new": needs(Power.EDIT_QUESTIONNAIRES, also_posts=True),
    "surveys:survey": of_province(make=survey_of_province),
    "surveys:change": of_province(make=survey_of_province, also_posts=True),
    "surveys:act": needs(
        Power.EDIT_QUESTIONNAIRES, args={"public_id": "0" * 16, "name": "close"}, only="POST"
    ),
    "surveys:audience": of_province(make=survey_of_province, also_posts=True),
    "surveys:frame": of_province(make=framed_survey),
    "surveys:frame_act": needs(
        Power.EDIT_QUESTIONNAIRES, args={"public_id": "0" * 16, "name": "draw"}, only="POST"
    ),
    "surveys:next_wave": of_province(make=framed_survey, also_posts=True),
    "surveys:wave": of_province(make=wave_of_province),
    "surveys:wave_change": of_province(make=wave_of_province, also_posts=True),
    "surveys:quotas": of_province(make=wave_of_province, also_posts=True),
    "surveys:outcomes": of_province(make=wave_of_province, also_posts=True),
    "surveys:board": of_province(make=wave_of_province),
    "surveys:board_export": of_province(make=wave_of_province),
    "surveys:invited": of_province(make=wave_of_province),
    "surveys:codes": needs(Power.EDIT_QUESTIONNAIRES, args={"public_id": "0" * 16, "number": 1}, only="POST"),
    "surveys:wave_act": needs(
        Power.EDIT_QUESTIONNAIRES, args={"public_id": "0" * 16, "number": 1, "name": "invite"}, only="POST"
    ),
    "surveys:invitation": of_province(make=invitation_of_province, also_posts=True),
    "surveys:invitation_act": needs(
        Power.EDIT_QUESTIONNAIRES, args={"public_id": "0" * 16, "name": "stop"}, only="POST"
    ),
    "surveys:code": everybody(also_posts=True),
    "surveys:enter": everybody(make=code_handed_out, also_posts=True),
    "surveys:stop": everybody(make=code_handed_out, also_posts=True),
    "surveys:cover": everybody(make=open_cover, also_posts=True),
    "surveys:resume": everybody(also_posts=True),
    "surveys:fill": private(),
    "surveys:page": private(args={"number": 1}),
    "surveys:save": posts(args={"token": TOKEN, "number": 1}),
    "surveys:firm": private(),
    "surveys:own_firm": posts(args={"token": TOKEN}),
    "surveys:file": private(args={"name": "nothing.jpg"}),
    "surveys:check": private(),
    "surveys:done": private(),
    "surveys:wishes": needs(Power.TAKE_REQUESTS),
    "surveys:turn_wishes": needs(Power.TAKE_REQUESTS, only="POST"),
    "surveys:wish": owned_by_nobody_here(args={"public_id": "0" * 16}),
    "surveys:reach": needs(Power.EDIT_QUESTIONNAIRES),
    "surveys:ask_for_help": posts(args={"token": TOKEN, "public_id": "0" * 16}),
    "surveys:elsewhere": private(),
    "surveys:discard": private(),
} | RESULTS
