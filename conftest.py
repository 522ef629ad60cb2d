"""Fixtures for every test; see tests/harness for what stands behind them."""

import os

from hypothesis import settings

pytest_plugins = ["tests.harness.plugin"]

# At a desk each run tries new examples; in CI the same commit gives the same answer.
settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")
