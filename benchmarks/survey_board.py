"""The live board and the draw: 100,000 firms into strata, 20,000 drawn and invited, the board of all of them.

    .venv/bin/python benchmarks/survey_board.py [--firms N] [--invited N]

Budget: the board within 80 ms of CPU at 20,000 invitations, a draw from 100,000 firms within some seconds.
A database of its own in a temporary folder.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

COUNTIES = [f"43{city:02d}{county:02d}" for city in range(1, 14) for county in range(2, 11)]
INDUSTRIES = ["1310", "2770", "3311", "4710", "5211", "5430", "6110", "6210", "7010", "7211"]
SIZES = ["large", "medium", "small", "micro", "micro", "micro", "small"]
OUTCOMES = ["answered", "pending", "pending", "pending", "opened", "refused", "unreachable", "closed"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, default=100_000)
    parser.add_argument("--invited", type=int, default=20_000)
    asked = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HUIQI_DATA_DIR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
        os.environ["HUIQI_TEST_DATABASE_URL"] = f"sqlite:///{folder}/board.sqlite3"
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("load_reference", verbosity=0)
        _measure(asked.firms, asked.invited)


def _measure(firms: int, invited: int) -> None:
    from django.test import Client
    from django.urls import reverse

    from huiqi.accounts import middleware  # noqa: F401  stamps sessions
    from huiqi.accounts.models import User
    from huiqi.surveys.models import Invitation, Wave
    from huiqi.surveys.tests.make import make_survey
    from huiqi.surveys.tests.make_campaign import draw, make_frame

    _make(firms)
    survey = make_survey(is_open=False)
    frame = make_frame(survey, method="sample", sample_size=invited)
    _told(f"draw {invited:,} of {firms:,} firms and invite them", lambda: draw(frame))
    keys = list(Invitation.objects.order_by("pk").values_list("pk", flat=True))
    for number, outcome in enumerate(OUTCOMES):
        for at in range(number, len(keys), len(OUTCOMES) * 400):
            few = keys[at : at + 400]
            Invitation.objects.filter(pk__in=few).update(outcome=outcome)
    client = Client()
    client.force_login(User.objects.get(pk=survey.made_by_id))
    wave = Wave.objects.get(survey=survey)
    url = reverse("surveys:board", args=[survey.public_id, wave.number])
    for query in ("rows=city&columns=size", "rows=county&columns=size", "rows=county&columns=section"):
        client.get(f"{url}?{query}", HTTP_HX_REQUEST="true")
        _told(
            f"board {query}",
            lambda query=query: [client.get(f"{url}?{query}", HTTP_HX_REQUEST="true") for _ in range(10)],  # type: ignore[misc]
            per=10,
        )


def _make(count: int) -> None:
    from huiqi.enterprises.models import Enterprise
    from huiqi.enterprises.tests.make import make_code

    rows = (
        Enterprise(
            name=f"基准企业{number}",
            initials="jzqy",
            credit_code=make_code(number),
            prefecture=COUNTIES[number * 7 % len(COUNTIES)],
            gb4754=INDUSTRIES[number * 3 % len(INDUSTRIES)],
            size_class=SIZES[number % len(SIZES)],
        )
        for number in range(count)
    )
    Enterprise.objects.bulk_create(rows, batch_size=2_000)


def _told(what: str, act: Callable[[], Any], per: int = 1) -> None:
    began = time.process_time()
    act()
    print(f"{what}: {(time.process_time() - began) / per * 1000:,.1f} ms CPU")


if __name__ == "__main__":
    main()
