"""Entry point of `huiqi` and `manage.py`: one command line for people and machines."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run a management command with the development settings unless others are named."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
    execute_from_command_line(sys.argv)
