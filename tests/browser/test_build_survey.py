"""A questionnaire made in the browser by who never made one: every click and every box counted."""

import pytest

from huiqi.questionnaires.models import QuestionnaireVersion

# A practised hand needs about 4 s for a step, a new one three times that: 30 minutes are some 150 steps.
MOST_STEPS = 100
QUESTIONS = [
    ("one", "现在复工到什么程度？", "完全复工\n部分恢复\n停业"),
    ("longtext", "为什么没有全部复工？", ""),
    ("integer", "现有从业人员（人）", ""),
    ("money", "上月营业收入", ""),
    ("date", "哪一天复工的？", ""),
    ("many", "最希望得到哪些帮助？", "减免税费\n减免房租\n融资\n用工"),
    ("yesno", "有没有拖欠货款？", ""),
    ("text", "联系人怎么称呼？", ""),
    ("one", "账上的现金还能维持多久？", "1个月以内\n2个月\n3个月以上"),
    ("matrix", "下个月与本月相比", "好转\n不变\n变差"),
    ("longtext", "还有什么要说的？", ""),
]


class Officer:
    """Uses the page and counts what has to be done for it."""

    def __init__(self, page):
        self.page, self.steps = page, 0

    def press(self, place):
        self.steps += 1
        place.click()

    def write(self, place, text):
        self.steps += 1
        place.fill(text)

    def choose(self, place, **what):
        self.steps += 1
        place.select_option(**what)

    def add(self, kind):
        before = self.page.locator(".hq-build-card").count()
        self.press(self.page.locator(f".hq-build-palette button[value={kind}]").last)
        self.page.locator(".hq-build-card").nth(before).wait_for()
        self.page.locator("#f-label:focus").wait_for()

    def saved(self):
        """Let the autosave of the last box come back."""
        with self.page.expect_response(lambda answer: "/build/do/" in answer.url):
            self.page.locator("h1").click()


def begin(officer):
    officer.press(officer.page.get_by_role("link", name="新建问卷").first)
    officer.write(officer.page.get_by_label("问卷名称"), "复工快查")
    officer.press(officer.page.get_by_label("在网页上一题一题做"))
    officer.press(officer.page.get_by_role("button", name="下一步"))


def ask(officer, kind, label, options):
    officer.add(kind)
    officer.write(officer.page.locator("#f-label"), label)
    if options:
        officer.write(officer.page.locator("#f-options"), options)
    if kind == "matrix":
        officer.write(officer.page.locator("#f-rows"), "订单\n回款")
    officer.saved()


def test_twelve_questions_with_a_condition_are_published_within_a_hundred_steps(browse):
    desk = browse(1280, person="analyst")
    officer = Officer(desk.go("/questionnaires/"))
    begin(officer)
    desk.shoot("build-empty")
    officer.press(officer.page.locator("select[name=more]"))
    officer.choose(officer.page.locator("select[name=more]"), value="credit")
    officer.press(officer.page.get_by_role("button", name="加", exact=True))
    officer.page.locator("#f-label").wait_for()
    for kind, label, options in QUESTIONS:
        ask(officer, kind, label, options)
        if label.startswith("为什么"):
            officer.press(officer.page.locator("#f-conditions summary"))
            with officer.page.expect_response(lambda answer: "/build/do/" in answer.url):
                officer.choose(officer.page.locator("#f-c0_of"), label="2. 现在复工到什么程度？")
            officer.choose(officer.page.locator("#f-c0_how"), value="is_not")
            with officer.page.expect_response(lambda answer: "/build/do/" in answer.url):
                officer.choose(officer.page.locator("#f-c0_value"), label="完全复工")
            desk.shoot("build-condition")
    desk.assert_calm()
    desk.assert_accessible()
    desk.shoot("build-twelve")
    officer.press(officer.page.get_by_role("button", name="做好了，存成新版"))
    officer.press(officer.page.get_by_role("button", name="发布这一版"))
    version = QuestionnaireVersion.objects.get()
    assert version.is_published
    assert version.question_count == 13  # a matrix counts by its rows
    assert officer.steps <= MOST_STEPS, officer.steps


@pytest.mark.parametrize("width", [1280, 390])
def test_the_builder_is_calm_and_accessible(browse, width):
    desk = browse(width, person="analyst")
    page = desk.go("/questionnaires/new/")
    desk.shoot("build-new")
    desk.assert_accessible()
    page.get_by_label("问卷名称").fill("影响调查")
    page.get_by_text("中小企业受疫情影响情况调查").click()
    page.get_by_role("button", name="下一步").click()
    desk.shoot("build-impact")
    desk.assert_calm()
    page.get_by_role("link", name="没有全部复工的原因").click()
    page.locator("#f-label").wait_for()
    desk.shoot("build-open")
    desk.assert_calm()
    desk.assert_accessible()
    desk.go(page.url.removeprefix(desk.base).partition("?")[0] + "preview/?wide=1")
    desk.shoot("build-preview")
    desk.assert_calm()
    desk.assert_accessible()


def test_it_works_without_script(browse):
    page = browse(1280, person="analyst", scripts=False).go("/questionnaires/new/")
    page.get_by_label("问卷名称").fill("没有脚本")
    page.get_by_label("在网页上一题一题做").check()
    page.get_by_role("button", name="下一步").click()
    page.locator("button[value=yesno]").click()
    page.locator("#f-label").fill("复工了吗？")
    page.locator("button[value=save]").click()
    page.locator("button[value=text]").click()
    page.locator("#f-label").fill("为什么没有？")
    page.locator("#f-conditions summary").click()
    page.locator("#f-c0_of").select_option(index=1)
    page.locator("button[value=save]").click()
    page.locator("#f-c0_value").select_option(label="否")
    page.locator("button[value=save]").click()
    page.get_by_role("button", name="做好了，存成新版").click()
    assert QuestionnaireVersion.objects.get().question_count == 2


def test_one_presses_keys_only(browse):
    page = browse(1280, person="analyst").go("/questionnaires/new/")
    page.get_by_label("问卷名称").fill("键盘")
    page.get_by_label("在网页上一题一题做").check()
    page.keyboard.press("Enter")
    page.locator("button[value=text]").wait_for()
    for label in ("甲", "乙"):
        page.locator("button[value=text]").last.focus()
        page.keyboard.press("Enter")
        page.locator("#f-label:focus").wait_for()
        page.keyboard.type(label)
        with page.expect_response(lambda answer: "/build/do/" in answer.url):
            page.keyboard.press("Tab")
    up = page.locator(".hq-build-card").last.locator("button[value=up]")
    up.focus()
    with page.expect_response(lambda answer: "/build/?" in answer.url):
        page.keyboard.press("Enter")
    page.locator(".hq-build-card").first.get_by_role("heading", name="乙").wait_for()
    assert page.evaluate("document.activeElement.id") in {"up-q2", "f-label"}


@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_of_a_questionnaire_are_calm_and_accessible(browse, width):
    desk = browse(width, person="analyst")
    page = desk.go("/questionnaires/new/")
    page.get_by_label("问卷名称").fill("影响调查")
    page.get_by_text("中小企业复工情况快速调查").click()
    page.get_by_role("button", name="下一步").click()
    for _again in range(2):
        page.get_by_role("button", name="做好了，存成新版").click()
        if page.get_by_role("button", name="发布这一版").count():
            page.get_by_role("button", name="发布这一版").click()
        if not _again:
            page.get_by_role("button", name="在网页上改").click()
            page.get_by_role("link", name="所在的县").click()
            page.locator("#f-label").fill("企业在哪个县（市、区）？")
            page.get_by_role("button", name="保存", exact=True).click()
    desk.shoot("questionnaire")
    desk.assert_calm()
    desk.assert_accessible()
    page.locator("#versions + ul a").first.click()
    page.get_by_role("heading", name="与第1版相比").wait_for()
    desk.shoot("questionnaire-version")
    desk.assert_calm()
    desk.assert_accessible()
    desk.go("/questionnaires/")
    desk.shoot("questionnaires")
    desk.assert_calm()
    desk.assert_accessible()
