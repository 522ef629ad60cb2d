"""Addresses of pages without arguments, which every page asks for by the dozen."""

from functools import cache

from django.conf import settings
from django.urls import get_script_prefix, get_urlconf, reverse


def address(name: str) -> str:
    """`reverse(name)`, looked up once for each set of addresses and prefix of the site."""
    return _address(name, get_urlconf() or settings.ROOT_URLCONF, get_script_prefix())


@cache
def _address(name: str, addresses: str, prefix: str) -> str:
    return reverse(name, urlconf=addresses)
