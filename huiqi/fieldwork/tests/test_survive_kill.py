"""A server whose workers are ended in the middle of their work loses no submission and doubles none."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

pytestmark = [pytest.mark.slow, pytest.mark.once]


def test_workers_killed_while_they_write_lose_and_double_nothing():
    command = [
        sys.executable,
        "benchmarks/survey_load.py",
        "--kill",
        "--seconds",
        "6",
        "--rate",
        "15",
        "--json",
    ]
    # A file of its own: the tests' database stays as it is.
    own = {name: value for name, value in os.environ.items() if name != "HUIQI_TEST_DATABASE_URL"}
    done = subprocess.run(command, cwd=settings.ROOT, env=own, capture_output=True, text=True, timeout=600)
    assert done.stdout.strip(), done.stderr[-3000:]
    found = json.loads(done.stdout.strip().splitlines()[-1])
    assert found["workers_killed"] > 3
    assert (found["lost"], found["doubled"], found["held"], found["faults"]) == (0, 0, 0, [])
    assert found["healthy_after"]
    assert done.returncode == 0
