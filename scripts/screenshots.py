"""Make the pictures of the documentation anew: `make screenshots`.

Starts the demo on a spare port with a data folder of its own, answers the check as a protective-equipment
maker of Liuyang would, and writes docs/images/*.png. Needs Chromium.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
MAX_BYTES = 300_000
DESKTOP, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}


def _spare_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def demo() -> Iterator[str]:
    """The address of a demo started for the pictures alone."""
    with tempfile.TemporaryDirectory(prefix="huiqi-shots-") as data:
        port = _spare_port()
        env = {**os.environ, "HUIQI_DATA_DIR": data, "PORT": str(port)}
        subprocess.run([sys.executable, "-m", "config.prepare"], cwd=ROOT, env=env, check=True)
        server = subprocess.Popen(
            [
                Path(sys.executable).with_name("gunicorn"),
                "config.wsgi:application",
                "--bind",
                f"127.0.0.1:{port}",
            ],
            cwd=ROOT,
            env={**env, "DJANGO_SETTINGS_MODULE": "config.settings.development"},
            stderr=subprocess.DEVNULL,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(f"{url}/healthz", server)
            yield url
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if server.poll() is not None:
            raise SystemExit("the demo server ended before it answered")
        try:
            with urlopen(url, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise SystemExit("the demo server did not answer within a minute")


def _page(browser: Browser, size: dict[str, int]) -> Page:
    context = browser.new_context(viewport=size, locale="zh-CN", reduced_motion="reduce")  # type: ignore[arg-type]
    context.set_default_timeout(15_000)
    return context.new_page()


def _keep(page: Page, name: str) -> None:
    path = IMAGES / f"{name}.png"
    page.screenshot(path=str(path))
    size = path.stat().st_size
    print(f"{path.relative_to(ROOT)}  {size // 1000} kB")
    if size > MAX_BYTES:
        raise SystemExit(f"{path.name} is larger than {MAX_BYTES // 1000} kB; show less of the page")


def main() -> None:
    """Write every picture of the documentation."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        raise SystemExit(
            "Chromium is not installed (Debian and Ubuntu: apt-get install chromium fonts-noto-cjk)"
        )
    IMAGES.mkdir(parents=True, exist_ok=True)
    # Imported late: the script works from the folder of the project, wherever it is started.
    sys.path.insert(0, str(ROOT))
    from huiqi.accounts.demo import DEMO_PASSWORD  # noqa: PLC0415
    from tests.browser.walk import add_figures, walk_the_check  # noqa: PLC0415

    with demo() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        for suffix, size in (("", DESKTOP), ("-phone", PHONE)):
            page = _page(browser, size)
            walk_the_check(page, url)
            add_figures(page)
            page.goto(page.url.partition("#")[0])
            page.evaluate("() => window.scrollTo(0, 0)")
            _keep(page, f"check-result{suffix}")
        page = _page(browser, DESKTOP)
        for name, address in (("catalogue", "/policies/"), ("policy", "/policies/ui-job-retention-refund/")):
            page.goto(url + address)
            _keep(page, name)
        page = _page(browser, DESKTOP)
        _sign_in(page, url, "county", DEMO_PASSWORD)
        _keep(page, "desk")
        page.goto(url + "/firms/?q=%E6%A5%9A%E5%BA%B7%E9%98%B2%E6%8A%A4")  # 楚康防护
        page.get_by_role("link", name="浏阳楚康防护用品有限公司").first.click()
        _keep(page, "firm")
        browser.close()


def _sign_in(page: Page, url: str, account: str, password: str) -> None:
    page.goto(f"{url}/accounts/sign-in/?as={account}")
    page.fill("input[name=password]", password)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/desk/")


if __name__ == "__main__":
    main()
