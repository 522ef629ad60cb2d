"""The rulebook in memory and the judge for a date: what every page, command and API call judges with."""

import hashlib
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from huiqi.rules.catalogue import Facts
from huiqi.rules.explain import Explanation
from huiqi.rules.judge import Judge
from huiqi.rules.rulebook import Rulebook, load_rulebook


@lru_cache(maxsize=4)
def _load(path: Path) -> Rulebook:
    return load_rulebook(path)


def rulebook() -> Rulebook:
    """The site's rulebook; read once per process, as law changes only with a new release of the content."""
    return _load(settings.RULEBOOK_DIR)


@lru_cache(maxsize=4)
def _fingerprint(path: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(path.rglob("*.yaml")):
        digest.update(str(file.relative_to(path)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def rulebook_fingerprint() -> str:
    """SHA-256 over the rulebook's files: names exactly the content by which was judged."""
    return _fingerprint(settings.RULEBOOK_DIR)


@lru_cache(maxsize=64)
def _judge(path: Path, on: date, known_on: date) -> Judge:
    return Judge(_load(path), on=on, known_on=known_on)


def judge(on: date, known_on: date | None = None) -> Judge:
    """The judge for `on`, with the law as known on `known_on` (default: the same day)."""
    return _judge(settings.RULEBOOK_DIR, on, known_on or on)


def parse_facts(values: Mapping[str, Any], *, standing: str = "claimed") -> Facts:
    """Typed facts from raw values, or FactsError naming every bad one."""
    return rulebook().catalogue.parse(values, standing=standing)


def explain_all(facts: Facts, on: date, known_on: date | None = None) -> list[Explanation]:
    """Every policy's verdict with its reasons, in the rulebook's order."""
    return judge(on, known_on).explain_all(facts)
