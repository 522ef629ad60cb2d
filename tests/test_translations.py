"""Both catalogues are whole: nothing untranslated, nothing uncompiled, nothing uncollected."""

import gettext
import re
import shutil
import subprocess
import sys
import warnings

import polib
import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from huiqi.policies.queries.english_book import EnglishBook, english_book
from huiqi.policies.queries.question_book import in_english, question_book
from huiqi.policies.tests.make import SMALL_MAKER, fields_for, make_check, start, walk
from huiqi.reference import judging
from tests.test_architecture import ROOT, tracked

HAN = re.compile(r"[\u3400-\u9fff]")
# Languages are named in their own tongue so that people find them.
OWN_NAMES = {"简体中文", "中文"}
CATALOGUE = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
# `${name}` is a sample of XLSForm in a message, which an English page names in English.
PLACEHOLDER = re.compile(r"%\(\w+\)s|(?<!\$)\{\w+\}")


@pytest.fixture(scope="module")
def english():
    return polib.pofile(str(CATALOGUE))


def test_no_message_is_untranslated_or_doubtful(english):
    assert [entry.msgid for entry in english.untranslated_entries()] == []
    assert [entry.msgid for entry in english.fuzzy_entries()] == []
    assert len(english) > 100


def test_no_translation_is_still_chinese(english):
    wrong = [entry.msgid for entry in english if HAN.search(entry.msgstr) and entry.msgid not in OWN_NAMES]
    # A glossary line may give the Chinese term in brackets.
    assert [msgid for msgid in wrong if not re.search(r"[A-Za-z]", _of(english, msgid))] == []


def _of(catalogue, msgid):
    return catalogue.find(msgid).msgstr


def test_translations_keep_their_placeholders(english):
    for entry in english:
        texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        for text in texts:
            assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(entry.msgid)), entry.msgid


def test_the_compiled_catalogue_is_that_of_the_text(english):
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for entry in english.translated_entries():
        if entry.msgid_plural:
            told = [compiled.ngettext(entry.msgid, entry.msgid_plural, number) for number in (1, 2)]
            assert told == [entry.msgstr_plural[0], entry.msgstr_plural[1]], entry.msgid
        else:
            told = (
                compiled.pgettext(entry.msgctxt, entry.msgid)
                if entry.msgctxt
                else compiled.gettext(entry.msgid)
            )
            assert told == entry.msgstr, entry.msgid
    # Django's own header and every message, nothing that the text no longer has.
    assert len({key for key in compiled._catalog if key}) >= len(english.translated_entries())


def test_every_chinese_message_is_in_the_catalogue(english, tmp_path):
    """Collect the messages anew in a copy and look for those the committed catalogue lacks."""
    if shutil.which("xgettext") is None:
        warnings.warn(
            "SKIPPED: gettext is not installed, messages were not collected", UserWarning, stacklevel=1
        )
        pytest.skip("SKIPPED: gettext is not installed (Debian: apt-get install gettext)")
    for path in tracked("huiqi", "config", "manage.py", "locale"):
        if "/tests/" not in path and path.endswith((".py", ".html", ".txt", ".po")):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, tmp_path / path)
    done = subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "--locale=en", "--no-location", "--no-obsolete"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stderr
    found = {
        entry.msgid
        for path in tmp_path.rglob("django.po")
        for entry in polib.pofile(str(path))
        if not entry.obsolete
    }
    assert len(found) > 100
    assert sorted(found - {entry.msgid for entry in english}) == []


CHINESE_TEXT_IN_TEMPLATE = re.compile(r"[\u3400-\u9fff]+")
# Said in Chinese whatever the language: the page for a fault must not depend on the translation machinery.
PLAIN_CHINESE = {"huiqi/core/templates/500.html", "huiqi/core/templates/core/gallery.html"}


def test_no_template_says_chinese_outside_a_translation():
    tags = re.compile(
        r"\{%\s*comment.*?endcomment\s*%\}"
        r"|\{%\s*blocktranslate.*?endblocktranslate\s*%\}|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|<!--.*?-->"
        r"|<(\w+)[^>]*\blang=\"zh[^>]*>.*?</\1>",
        re.DOTALL,
    )
    found = {}
    for path in tracked("*.html"):
        if path in PLAIN_CHINESE or "/templates/" not in path:
            continue
        bare = CHINESE_TEXT_IN_TEMPLATE.findall(tags.sub("", (ROOT / path).read_text(encoding="utf-8")))
        if bare:
            found[path] = bare[:5]
    assert found == {}


ENGLISH_PAGES = [
    ("core:home", {}),
    ("accounts:sign_in", {}),
    ("policies:check_start", {}),
    ("policies:catalogue", {}),
    ("policies:policy", {"policy_id": "ui-job-retention-refund"}),
    ("policies:developers", {}),
]


def chinese_left(html):
    """The Chinese texts of a page outside elements marked as Chinese."""
    soup = BeautifulSoup(html, "lxml")
    for element in soup.select("[lang^=zh], script, style"):
        if element.name != "html":
            element.decompose()
    texts = {text.strip() for text in soup.stripped_strings}
    for attribute in ("aria-label", "title", "placeholder", "alt"):
        texts |= {element[attribute] for element in soup.select(f"[{attribute}]")}
    return sorted(text for text in texts if HAN.search(text) and text not in OWN_NAMES)


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "args"), ENGLISH_PAGES)
def test_the_english_page_says_nothing_in_chinese_but_the_law(visitor, name, args):
    visitor.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    response = visitor.get(reverse(name, kwargs=args))
    assert response.status_code == 200
    assert chinese_left(response.content.decode()) == []


# --- the check --------------------------------------------------------------------------------------------
@pytest.fixture
def reader(visitor):
    """A visitor who chose English."""
    visitor.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return visitor


def chinese_of(client, name, *args, **query):
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return chinese_left(response.content.decode())


def test_every_question_and_every_fact_is_said_in_english():
    chinese, english = question_book(), english_book()
    facts = judging.rulebook().catalogue.facts
    for question in chinese.questions:
        texts = english.questions[question.id]
        assert {"title", "why"} <= texts.keys() and ("gate" in texts) == bool(question.gate), question.id
    for name, prompt in chinese.prompts.items():
        given = {
            "prompt",
            *(["hint"] if prompt.hint else []),
            *(["placeholder"] if prompt.placeholder else []),
        }
        assert english.inputs[name].keys() == given, name
    assert english.labels.keys() == facts.keys()
    for fact in facts.values():
        assert english.values.get(fact.id, {}).keys() == fact.values.keys(), fact.id
    said = [*english.questions.values(), *english.inputs.values(), *english.values.values(), english.labels]
    assert [text for texts in said for text in texts.values() if HAN.search(text)] == []


def test_a_text_nobody_translated_is_shown_in_chinese_and_marked():
    chinese = question_book()
    with translation.override("en"):
        book = in_english(chinese, EnglishBook())
    assert book.questions[0].title == f'<span lang="zh-CN">{chinese.questions[0].title}</span>'
    assert book.prompts["employees"].label.startswith('<span lang="zh-CN">')


@pytest.mark.django_db
@pytest.mark.parametrize("question", [question.id for question in question_book().questions])
def test_every_question_is_asked_in_english(reader, question):
    _check, token = make_check(insured_jan=42)
    url = reverse("policies:check_question", args=[token, question])
    assert chinese_left(reader.get(url).content.decode()) == []
    asked = reader.get(url).context["form"]
    wrong = dict.fromkeys(fields_for(asked, {}), "x" * 3)
    refused = reader.post(url, {"do": "next", **wrong, "gate": "yes"})
    assert refused.status_code == 422
    assert chinese_left(refused.content.decode()) == []


@pytest.mark.django_db
def test_the_whole_check_reads_in_english(reader):
    token = start(reader)
    walk(reader, token, SMALL_MAKER)
    for name in ("check_answers", "check_result", "check_print", "check_objection", "check_delete"):
        assert chinese_of(reader, f"policies:{name}", token) == [], name
    for policy in judging.rulebook().policies:
        assert chinese_of(reader, "policies:check_policy", token, policy) == [], policy


@pytest.mark.django_db
def test_slips_are_asked_about_in_english(reader):
    _check, token = make_check(revenue=128_000_000)
    url = reverse("policies:check_question", args=[token, "size"])
    figures = {"employees": "45", "revenue": "1280000000", "revenue_unit": "yuan", "assets": "9"}
    refused = reader.post(url, {"do": "next", **figures, "revenue": "1280000", "revenue_unit": "wan"})
    assert refused.status_code == 422
    assert "10,000 times apart" in refused.content.decode()
    assert chinese_left(refused.content.decode()) == []


@pytest.mark.django_db
@pytest.mark.parametrize("policy", list(judging.rulebook().policies))
def test_every_policy_page_says_nothing_in_chinese_but_the_law(reader, policy):
    assert chinese_of(reader, "policies:policy", policy) == []
    url = reverse("policies:policy", args=[policy])
    judged = reader.post(url, {"employees": "35", "org_type": "enterprise", "apply_date": "2020-03-01"})
    assert chinese_left(judged.content.decode()) == []


def test_an_english_table_has_english_heads(reader):
    head = reader.get(reverse("policies:catalogue_export")).content.decode().splitlines()[0]
    assert not HAN.search(head)
    assert "Deciding authority" in head


@pytest.mark.django_db
def test_the_editor_s_desk_and_a_run_of_the_cases_read_in_english(editor, django_capture_on_commit_callbacks):
    editor.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    with django_capture_on_commit_callbacks(execute=True):
        address = editor.post(reverse("policies:rulebook"))["Location"]
    run = editor.get(address).content.decode()
    assert "Cases: " in run
    assert chinese_left(run) == []
    assert chinese_of(editor, "policies:rulebook") == []
