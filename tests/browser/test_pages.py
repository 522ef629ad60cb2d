"""Every page type, at two widths: calm, accessible, nothing sticking out, and a picture to look at."""

import pytest

from tests.browser.conftest import WIDTHS

# name of the picture → (address, status, person)
PAGES = {
    "home": ("/", 200, "visitor"),
    "gallery": ("/gallery/", 200, "visitor"),
    "sign-in": ("/accounts/sign-in/", 200, "visitor"),
    "not-found": ("/nowhere/", 404, "visitor"),
    "check-start": ("/check/", 200, "visitor"),
    "catalogue": ("/policies/", 200, "visitor"),
    "catalogue-search": ("/policies/?q=wgfh", 200, "visitor"),
    "catalogue-empty": ("/policies/?q=zzzzzzzz", 200, "visitor"),
    "policy": ("/policies/ui-job-retention-refund/", 200, "visitor"),
    "survey-code": ("/i/", 200, "visitor"),
    "survey-code-wrong": ("/i/abcdefgh0123/", 404, "visitor"),
    "developers": ("/developers/", 200, "visitor"),
    "rulebook": ("/desk/rulebook/", 200, "editor"),
}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_calm_accessible_and_fits(browse, name, width):
    path, status, person = PAGES[name]
    watched = browse(width, person=person)
    watched.go(path, status=status)
    watched.shoot(name)
    watched.assert_calm()
    watched.assert_accessible()


@pytest.mark.parametrize("name", ["home", "catalogue", "policy", "check-start"])
def test_a_page_in_english_is_calm_and_fits_a_phone(browse, name):
    watched = browse(390)
    watched.page.context.add_cookies([{"name": "django_language", "value": "en", "url": watched.base}])
    watched.go(PAGES[name][0])
    watched.shoot(f"{name}-en")
    watched.assert_calm()
    watched.assert_accessible()


@pytest.mark.parametrize("name", ["home", "catalogue", "policy", "check-start"])
def test_a_page_enlarged_to_400_percent_needs_no_sideways_scroll(browse, name):
    """WCAG 1.4.10: 1280 wide at 400 % is 320 CSS pixels."""
    watched = browse(320, viewport={"width": 320, "height": 256}, device_scale_factor=4)
    watched.go(PAGES[name][0])
    watched.assert_calm()


@pytest.mark.parametrize("name", ["home", "catalogue", "policy", "check-start"])
def test_a_page_with_larger_type_still_fits_a_phone(browse, name):
    watched = browse(390)
    watched.page.context.add_cookies([{"name": "hq_large", "value": "1", "url": watched.base}])
    watched.go(PAGES[name][0])
    watched.shoot(f"{name}-large")
    watched.assert_calm()
    watched.assert_accessible()


def test_the_first_stop_of_the_keyboard_leads_to_the_text(browse):
    watched = browse(1280)
    page = watched.go("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"


def test_an_inline_script_would_be_refused(browse):
    """The watch itself works: what the policy blocks is a complaint."""
    watched = browse(1280)
    page = watched.go("/")
    with page.expect_console_message():
        page.evaluate(
            """() => {
              const script = document.createElement('script');
              script.textContent = 'window.bad = 1';
              document.body.append(script);
            }"""
        )
    assert page.evaluate("window.bad") is None
    assert any("Content Security Policy" in complaint for complaint in watched.complaints)
