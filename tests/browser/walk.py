"""A protective-equipment maker of Liuyang goes through the check, by mouse or by keyboard."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page

# What the firm states, by the name of the control. What is not here is left open or "unknown".
TEXTS = {
    "gb4754": "1789",
    "employees": "45",
    "revenue": "1280",
    "assets": "960",
    "vacancies": "20",
    "cash_balance": "50",
    "payroll_payable": "30",
    "si_payable": "10",
}
CHOICES = {
    "org_type": "enterprise",
    "vat_status": "small_scale",
    "electricity_class": "一般工商业及其他",
    "cargo_type": "other",
    "dispute_type": "none",
    "entrant_type": "none",
    "gate": "no",
    "rest": "none",
}
# What the firm adds where the result asks for it, in 万元.
BESIDE_THE_RESULT = {
    "pension_base": "24",
    "ui_base": "24",
    "injury_base": "24",
    "electricity_bill": "18",
    "tolls_in_window": "1.2",
    "taxable_sales": "96",
}
TICKS = {"affected_by_epidemic", "liquidity_trouble", "on_cloud"}
COUNTY = ("430181", "浏阳市")
MOST_PAGES = 12
QUESTION = re.compile(r"/check/[^/]+/q/([^/]+)/")


def walk_the_check(page: Page, base: str, on_page: Callable[[str], Any] = lambda name: None) -> list[str]:
    """From the start page to the result; `on_page` is called on each page with its name.

    Returns the ids of the questions asked. Works with and without script in the page.
    """
    page.goto(f"{base}/check/")
    on_page("check-start")
    page.locator("main form button").last.click()
    asked: list[str] = []
    for _ in range(MOST_PAGES):
        question = QUESTION.search(page.url)
        if question is None:
            break
        asked.append(question[1])
        fill_question(page)
        on_page(f"check-question-{len(asked)}")
        page.locator('button[name="do"][value="next"]').click()
        if page.url.endswith(f"/q/{question[1]}/"):
            # Something here could not be told; a person in doubt skips.
            page.locator('button[name="do"][value="skip"]').click()
    on_page("check-answers")
    page.locator("main .hq-actions a.hq-btn-primary").click()
    page.wait_for_url(re.compile(r"/check/[^/]+/$"))
    on_page("check-result")
    return asked


def add_figures(page: Page) -> int:
    """On the result, fill in each figure asked for that the firm knows; how many forms were sent."""
    sent = 0
    for name in BESIDE_THE_RESULT:
        forms = page.locator('main form[action$="/facts/"]').filter(has=page.locator(f'input[name="{name}"]'))
        if not forms.count():
            continue
        form = forms.first
        for fold in form.locator("xpath=ancestor::details[not(@open)]").all():
            fold.locator("> summary").click()
        for each, figure in BESIDE_THE_RESULT.items():
            if form.locator(f'input[name="{each}"]').count():
                form.locator(f'input[name="{each}"]').fill(figure)
                form.locator(f'select[name="{each}_unit"]').select_option("wan")
        with page.expect_response(lambda answer: answer.url.endswith("/facts/")):
            form.locator("button").first.click()
        page.locator(".htmx-request, .htmx-swapping, .htmx-settling").first.wait_for(state="detached")
        sent += 1
    return sent


def fill_question(page: Page) -> None:
    """Answer what is known of the question on the page."""
    for name, text in TEXTS.items():
        box = page.locator(f'main input[name="{name}"]')
        if box.count():
            box.fill(text)
        unit = page.locator(f'main select[name="{name}_unit"]')
        if unit.count():
            unit.select_option("wan")
    for control in page.locator('main input[type="radio"]').all():
        if control.get_attribute("value") == CHOICES.get(control.get_attribute("name") or "", "unknown"):
            choose(control)
    for control in page.locator('main input[name="ticks"]').all():
        if control.get_attribute("value") in TICKS:
            choose(control)
    _choose_county(page)


def choose(control: Locator) -> None:
    """Tick a box or a circle by its label, as people do; one that script has hidden is not asked."""
    if control.is_visible():
        control.check()


def _choose_county(page: Page) -> None:
    county = page.locator('main select[name="province"]')
    if not county.count():
        return
    box = page.locator('main input[role="combobox"]#f_province')
    if box.count():
        box.fill(COUNTY[1])
        page.locator('[role="option"]', has_text=COUNTY[1]).first.click()
    else:
        county.select_option(COUNTY[0])


def tab_to(page: Page, wanted: str, *, most: int = 120) -> Locator:
    """Press Tab until the focus is on `wanted`; every stop on the way must be visible to the eye."""
    for _ in range(most):
        page.keyboard.press("Tab")
        focus = page.locator("*:focus")
        if focus.count():
            assert is_focus_visible(page), f"no visible focus on {focus.evaluate('e => e.outerHTML')[:200]}"
            if focus.evaluate("(element, wanted) => element.matches(wanted)", wanted):
                return focus
    raise AssertionError(f"the keyboard never reaches {wanted} on {page.url}")


def is_focus_visible(page: Page) -> bool:
    """Whether the focused element, or the label around it, shows an outline or a shadow."""
    return bool(
        page.evaluate(
            """() => {
              const shows = e => {
                const style = getComputedStyle(e);
                return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0)
                  || style.boxShadow !== 'none';
              };
              const focused = document.activeElement;
              if (focused === document.body) return true;
              const around = [focused, focused.closest('label'), focused.nextElementSibling];
              return around.some(e => e && shows(e));
            }"""
        )
    )
