"""Fixtures for every test; see tests/harness for what stands behind them."""

pytest_plugins = ["tests.harness.plugin"]
