"""The API's documentation page: another project's script under our strict policy."""


def test_the_documentation_works_and_nothing_is_blocked(browse):
    watched = browse(1280)
    watched.go("/api/v1/docs")
    watched.page.wait_for_selector(".opblock")
    watched.page.click("#operations-政策-policies_judge .opblock-summary-control")
    watched.page.click(".try-out__btn")
    watched.page.fill(".body-param__text", '{"facts": {}, "on": "2020-03-01", "policies": ["si-defer"]}')
    watched.page.click(".execute")
    watched.page.wait_for_selector(".live-responses-table")
    assert "si-defer" in watched.page.inner_text(".live-responses-table")
    watched.assert_calm()
