"""Submissions sent over HTTP at a fixed pace: how long each takes, and whether any is lost or doubled.

Run: `.venv/bin/python scripts/with_postgres.py -- .venv/bin/python benchmarks/survey_load.py`
with `--seconds N` (20), `--rate N` (60), `--form forty|long` (forty), `--devices N` (50), `--kill`, `--json`.

The full measurements:
    … benchmarks/survey_load.py --seconds 180                          60 a second, 40 questions, 3 minutes
    … benchmarks/survey_load.py --form long --rate 50 --seconds 30     ODK Central's soak: 250 questions

Two gunicorn workers (as `python -m config.serve` starts them) and PostgreSQL stand beside the load generator
on one machine, all on the loopback address. Devices post whole submissions over OpenRosa, each in its turn
of a fixed timetable, so that a slow server meets a queue and not a gentler client; a time is counted from the
moment the submission was due. Every tenth is sent twice, half of those at the same moment by two devices.
`long` is the form ODK Central is soaked with (HUIQI_MATERIAL/xforms/250q-form.xml), else 250 text questions.

Budget: p95 within 800 ms, all of them 201, nothing lost, nothing doubled, no transaction left open, healthy
afterwards. Exit 1 when one fails. `server_cpu_ms` is the CPU of both workers for one submission.

`--kill` ends a worker the hard way twice a second, in the middle of what it does; devices send again what got
no answer, as ODK Collect does. Then times do not count, but still nothing may be lost or doubled.
"""

import argparse
import http.client
import json
import os
import signal
import sys
import tempfile
import threading
import time
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "benchmarks"))
P95_BUDGET_MS = 800
SENDERS = 24
WARM_UP = 40
TRIES = 40
BOUNDARY = "huiqi-survey-load"


def prepare(folder: str, form: str, devices: int) -> tuple[list[str], bytes]:
    """The database with one open survey and its devices; their addresses, and the submission to fill in."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    os.environ.setdefault("HUIQI_TEST_DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
    os.environ["HUIQI_DATA_DIR"] = folder
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from huiqi.fieldwork.commands.collectors import grant_collector
    from huiqi.reference.commands import load_reference

    call_command("migrate", verbosity=0)
    load_reference(province="430000")
    survey, template = _survey(form)
    made = (
        grant_collector(survey, f"设备{at}", actor=survey.made_by, at=survey.made_at) for at in range(devices)
    )
    secrets = [secret for _collector, secret in made]
    connection.close()
    return secrets, template


def _survey(form: str) -> tuple[Any, bytes]:
    from huiqi.questionnaires.commands.versions import create_questionnaire, publish_version
    from huiqi.surveys.commands.surveys import SurveyWords, create_survey, open_survey
    from huiqi.surveys.tests.make import at, make_editor

    editor = make_editor()
    questionnaire = create_questionnaire(name="压力测试", owner=editor.unit, actor=editor, at=at())
    version, template = (_forty if form == "forty" else _long)(questionnaire, editor)
    publish_version(version, actor=editor, at=at())
    days = (date(2020, 3, 1), date(2020, 3, 31))
    words = SurveyWords("压力测试", "量一量", False, *days)
    survey = create_survey(questionnaire, words, owner=editor.unit, actor=editor, at=at())
    return open_survey(survey, actor=editor, today=days[0]), template


def _forty(questionnaire: Any, editor: Any) -> tuple[Any, bytes]:
    """The forty questions of benchmarks/questionnaire.py and the firm's code, answered in full."""
    from questionnaire import forty, leaves

    from huiqi.questionnaires.commands.versions import upload_version
    from huiqi.questionnaires.queries.versions import form_of
    from huiqi.questionnaires.tests.make import make_xlsform
    from huiqi.questionnaires.xform.session import open_session
    from huiqi.surveys.tests.make import at

    rows, choices = forty()
    rows.append({"type": "text", "name": "uscc", "label": "统一社会信用代码"})
    settings = [{"form_title": "量", "form_id": "bench", "version": "1"}]
    original = make_xlsform(rows, choices, settings).getvalue()
    version = upload_version(questionnaire, original, actor=editor, at=at()).version
    assert version is not None  # noqa: S101
    session = open_session(form_of(version), today=date(2020, 3, 1), now=at())
    session.answer_all({"/data/has": "y", "/data/city": "c3", "/data/n": "3"})
    session.answer_all(dict.fromkeys(leaves(session), "7"))
    session.answer_all(
        {"/data/village": "v3", "/data/w": "复工缺人，口罩生产线停了两条。", "/data/d": "2020-02-09"}
    )
    session.answer("/data/uscc", "{{code}}")
    return version, session.submission_xml("uuid:{{uuid}}").encode()


def _long(questionnaire: Any, editor: Any) -> tuple[Any, bytes]:
    """ODK's form of 250 questions where there is one; it is an XForm, so it is kept as a version by hand."""
    import hashlib

    from huiqi.questionnaires.models import Questionnaire, QuestionnaireVersion
    from huiqi.questionnaires.tests.make import material
    from huiqi.questionnaires.xform.reading import read_form
    from huiqi.questionnaires.xform.stamping import stamped
    from huiqi.surveys.tests.make import at

    found = {path.name: path for path in material("xforms")}
    if "250q-form.xml" not in found:
        raise SystemExit("HUIQI_MATERIAL/xforms/250q-form.xml is not here")
    form_id = read_form(found["250q-form.xml"].read_bytes()).id
    # Uploaded forms get a version of ours; this one comes without.
    xform = stamped(found["250q-form.xml"].read_text(encoding="utf-8"), form_id=form_id, version="1")
    form = read_form(xform)
    Questionnaire.objects.filter(pk=questionnaire.pk).update(form_id=form.id)
    questionnaire.form_id = form.id
    made = QuestionnaireVersion(
        questionnaire=questionnaire,
        number=1,
        version=form.version,
        title=form.title or "250",
        xform=xform,
        digest=hashlib.sha256(xform.encode()).hexdigest(),
        original_digest="0" * 64,
        question_count=250,
        made_by=editor,
        made_at=at(),
    )
    made.save()
    template = found["250q-submission.template.xml"].read_bytes()
    template = template.replace(b"{{randInt}}", b"17").replace(b"<data ", b'<data version="1" ', 1)
    return made, template


def body_of(template: bytes, number: int) -> bytes:
    """The posted body of a submission; its instanceID and its firm's code say which."""
    xml = template.replace(b"{{uuid}}", str(UUID(int=number + 1)).encode())
    xml = xml.replace(b"{{code}}", f"TEST{number:014d}".encode())
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="xml_submission_file"; '
        'filename="submission.xml"\r\nContent-Type: text/xml\r\n\r\n'
    )
    return head.encode() + xml + f"\r\n--{BOUNDARY}--\r\n".encode()


class Timetable:
    """Sends submissions when they are due; keeps the time each took and what was no 201."""

    def __init__(self, port: int, secrets: list[str], template: bytes, numbers: range, rate: float) -> None:
        self.milliseconds: list[float] = []
        self.faults: list[str] = []
        self.broken = 0
        self._lock = threading.Lock()
        self._jobs = iter(list(self._due(numbers, rate)))
        self._port, self._secrets, self._template = port, secrets, template
        self.started = time.perf_counter()
        threads = [threading.Thread(target=self._work) for _ in range(SENDERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.wall = time.perf_counter() - self.started

    @staticmethod
    def _due(numbers: range, rate: float) -> Any:
        """(seconds from the start, number, device): repeats are on top of the rate."""
        for place, number in enumerate(numbers):
            yield place / rate, number, number
            if number % 20 == 0:
                yield place / rate, number, number + 1  # at the same moment from another device
            if number % 20 == 10:
                yield (place + 5) / rate, number, number

    def _work(self) -> None:
        link = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        while True:
            with self._lock:
                job = next(self._jobs, None)
            if job is None:
                return
            due, number, device = job
            wait = self.started + due - time.perf_counter()
            if wait > 0:
                time.sleep(wait)
            self._send(link, number, self._secrets[device % len(self._secrets)])
            with self._lock:
                self.milliseconds.append((time.perf_counter() - self.started - due) * 1000)

    def _send(self, link: http.client.HTTPConnection, number: int, secret: str) -> None:
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "X-OpenRosa-Version": "1.0"}
        path = f"/collect/key/{secret}/submission"
        for tried in range(TRIES):
            try:
                link.request("POST", path, body=body_of(self._template, number), headers=headers)
                answer = link.getresponse()
                status, said = answer.status, answer.read()
                break
            except (OSError, http.client.HTTPException) as error:
                status, said = 0, type(error).__name__.encode()
                link.close()
                with self._lock:
                    self.broken += 1
                time.sleep(0.05 * tried)
        if status != 201:
            with self._lock:
                self.faults.append(f"{number}: {status} {said.decode(errors='replace')[:300]}")


class Killer(threading.Thread):
    """Ends one worker of the server after the other, without a word, until told to stop."""

    def __init__(self, master: int) -> None:
        super().__init__(daemon=True)
        self.master, self.killed, self.stop = master, 0, threading.Event()

    def run(self) -> None:
        """Twice a second, the youngest worker last."""
        while not self.stop.wait(0.5):
            workers = sorted(_children(self.master))
            if len(workers) > 1:
                os.kill(workers[self.killed % 2], signal.SIGKILL)
                self.killed += 1


def _children(master: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(status.read_text().rpartition(")")[2].split()[1]) == master:
                found.append(int(status.parent.name))
        except OSError:
            continue
    return found


def main() -> int:
    """Prepare, warm up, send by the timetable, count."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rate", type=float, default=60)
    parser.add_argument("--form", choices=("forty", "long"), default="forty")
    parser.add_argument("--devices", type=int, default=50)
    parser.add_argument("--kill", action="store_true", help="end workers in the middle of their work")
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="huiqi-load-") as folder:
        secrets, template = prepare(folder, wanted.form, wanted.devices)
        found = measure(folder, secrets, template, wanted)
    lines = "\n".join(f"{name:24} {value}" for name, value in found.items())
    print(json.dumps(found, ensure_ascii=False) if wanted.json else lines)
    is_whole = not any(found[name] for name in ("lost", "doubled", "held", "fault_count", "left_open"))
    is_quick = wanted.kill or found["p95_ms"] <= P95_BUDGET_MS
    return 0 if is_whole and found["healthy_after"] and is_quick else 1


def measure(folder: str, secrets: list[str], template: bytes, wanted: argparse.Namespace) -> dict[str, Any]:
    """Send to a fresh server and look afterwards."""
    from case_intake import _left_open, serve, server_cpu
    from django.db import connection

    from huiqi.surveys.models import Response

    os.environ["HUIQI_API_CALLS_PER_MINUTE"] = "1000000"  # the server's limit is not what is measured
    count = int(wanted.rate * wanted.seconds)
    web, port = serve(folder)
    try:
        Timetable(port, secrets, template, range(10_000_000, 10_000_000 + WARM_UP), 40)
        before = Response.objects.sent().count()
        connection.close()
        busy, own = server_cpu(web.pid), time.process_time()
        killer = Killer(web.pid)
        if wanted.kill:
            killer.start()
        sent = Timetable(port, secrets, template, range(count), wanted.rate)
        own, busy = time.process_time() - own, server_cpu(web.pid) - busy
        killer.stop.set()
        load = round(os.getloadavg()[0], 1)
        after = Timetable(port, secrets, template, range(20_000_000, 20_000_003), 10)
        left_open = _left_open()
    finally:
        web.terminate()
        web.wait(30)
    times = sorted(sent.milliseconds)
    kept = Response.objects.sent().count() - before - 3
    found = {
        "database": connection.vendor,
        "form": wanted.form,
        "submissions": count,
        "posts": len(times),
        "rate_per_second": wanted.rate,
        "wall_seconds": round(sent.wall, 1),
        "p50_ms": round(times[len(times) // 2], 1),
        "p95_ms": round(times[int(len(times) * 0.95)], 1),
        "max_ms": round(times[-1], 1),
        "server_cpu_ms": round(busy * 1000 / count, 2),
        "generator_cpu_seconds": round(own, 1),
        **_kept(count, kept),
        "healthy_after": not after.faults,
        "left_open": left_open,
        "workers_killed": killer.killed,
        "sent_again": sent.broken,
        "fault_count": len(sent.faults),
        "faults": sent.faults[:5],
        "load": load,
    }
    connection.close()
    return found


def _kept(count: int, kept: int) -> dict[str, int]:
    """Submissions without their row, rows beyond them, and those that wait for an officer."""
    from huiqi.fieldwork.models import Delivery
    from huiqi.surveys.models import Response

    wanted = {f"uuid:{UUID(int=number + 1)}" for number in range(count)}
    rows = set(Response.objects.sent().order_by("pk").values_list("instance_id", flat=True))
    taken = set(Delivery.objects.filter(state="taken").order_by("pk").values_list("instance_id", flat=True))
    held = Delivery.objects.exclude(state="taken").count()
    return {"lost": len(wanted - (rows & taken)), "doubled": max(kept - count, 0), "held": held}


if __name__ == "__main__":
    sys.exit(main())
