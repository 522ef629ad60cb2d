"""What a phone downloads to see a public page for the first time: bytes as sent, gzip, against 90 kB.

Run from the repository after `make setup`: .venv/bin/python benchmarks/first_load.py
"""

import gzip
import os
import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.development"
FOLDER = tempfile.TemporaryDirectory()  # kept until the end of the process
os.environ["HUIQI_DATA_DIR"] = FOLDER.name

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402

from huiqi.core import clock  # noqa: E402
from huiqi.policies import commands  # noqa: E402
from huiqi.reference.commands import load_reference  # noqa: E402

BUDGET = 90_000
ASSET = re.compile(r'(?:href|src)="(/static/[^"#]+)')
FIRM = {"gb4754": "2770", "org_type": "enterprise", "employees": 45, "revenue": 10**9}


def asset_bytes(address: str) -> int:
    """Bytes of one static file as WhiteNoise sends it: the compressed copy where there is one."""
    path = ROOT / "static" / "collected" / address.removeprefix("/static/")
    packed = path.with_name(path.name + ".gz")
    return (packed if packed.exists() else path).stat().st_size


def main() -> int:
    call_command("migrate", verbosity=0)
    load_reference(province="430000")
    check, token = commands.start_check(credit_code="", at=clock.wall_now())
    commands.save_answer(check, stored=FIRM, private={}, step=None, at=clock.wall_now())
    client = Client(headers={"accept-encoding": "gzip"}, SERVER_NAME="localhost")
    worst = 0
    for address in ("/", "/check/", f"/check/{token}/q/size/", f"/check/{token}/", "/policies/",
                    "/policies/ui-job-retention-refund/", "/developers/"):  # fmt: skip
        answer = client.get(address)
        page = gzip.decompress(answer.content) if answer.get("Content-Encoding") == "gzip" else answer.content
        assets = sorted(set(ASSET.findall(page.decode())))
        total = len(answer.content) + sum(map(asset_bytes, assets))
        worst = max(worst, total)
        shown = address.replace(token, "…")
        print(f"{shown:<40} {total:>7,} bytes   {total / BUDGET:5.2f} × budget   ({len(assets)} files)")
    return 0 if worst <= BUDGET else 1


if __name__ == "__main__":
    sys.exit(main())
