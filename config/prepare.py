"""`python -m config.prepare`: bring the database, code lists, static files and demo up to date.

One process for all steps, so that a second start takes seconds; every step does nothing when nothing changed.
"""

import hashlib
import os
from io import StringIO
from pathlib import Path

import allauth
import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def main() -> None:
    """Prepare the installation named by DJANGO_SETTINGS_MODULE (development by default)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
    os.umask(0o077)
    django.setup()
    Path(settings.DATA_DIR).mkdir(parents=True, exist_ok=True)
    migrate()
    call_command("load_reference", verbosity=0, stdout=StringIO())
    call_command("services", "load", verbosity=0, stdout=StringIO())
    collect_static()
    call_command("requeue_jobs", verbosity=0, stdout=StringIO())
    if settings.HUIQI_DEMO:
        call_command("demo", verbosity=0, stdout=StringIO())


def migrate() -> None:
    """Run migrations when there are any; looking is ten times quicker than running none."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)


def collect_static() -> None:
    """Collect and hash the static files when a source changed since the last time."""
    stamp = Path(settings.STATIC_ROOT) / ".stamp"
    wanted = _fingerprint(
        Path(settings.ROOT) / "static" / "build", *Path(settings.ROOT).glob("huiqi/*/static")
    )
    if not stamp.exists() or stamp.read_text() != wanted:
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        stamp.write_text(wanted)


def _fingerprint(*folders: Path) -> str:
    digest = hashlib.sha256(f"{django.get_version()} {allauth.__version__}".encode())
    for path in sorted(path for folder in folders for path in folder.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(settings.ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    main()
