"""A half-filled request as forms: which steps it has, what is still missing, what is sent in the end."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property
from django.utils.translation import get_language

from huiqi.accounts.models import User
from huiqi.cases.commands.intake import Asked, Filled
from huiqi.cases.forms.asking import OTHER_FIRM, ContactForm, StepForm, TopicForm, WhoForm, WordsForm
from huiqi.cases.forms.item_fields import ItemForm, item_form
from huiqi.cases.items.definition import ItemDefinition
from huiqi.cases.models import Draft, ItemEdition, SheetKind
from huiqi.cases.queries.drafts import Typed, typed_in
from huiqi.cases.queries.items import session_of_edition
from huiqi.cases.workflow import Channel
from huiqi.core.personal import plain_phone
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.queries.people import memberships_of
from huiqi.questionnaires.xform.session import Session
from huiqi.questionnaires.xform.snapshot import snapshot_of

CONTACT, WHO, MATTER, FORM, WORDS, FILES = "contact", "who", "matter", "form", "words", "files"
# Steps that hold typed text; the files have a page of their own.
TEXT_STEPS = (CONTACT, WHO, MATTER, WORDS)
_NOT_TYPED = frozenset({"csrfmiddlewaretoken", "do", "key", "file", "then", "proof"})


def typed_of(data: Any) -> dict[str, list[str]]:
    """What a posted step typed, by field, without what the page put in itself."""
    return {name: [str(each) for each in data.getlist(name)] for name in data if name not in _NOT_TYPED}


def firms_of(user: Any) -> list[Enterprise]:
    """The firms somebody signed in acts for."""
    return [row.enterprise for row in memberships_of(user)] if user.is_authenticated else []


@dataclass
class Sheet:
    """The draft with its item and its filler."""

    draft: Draft
    edition: ItemEdition
    user: Any
    now: datetime

    @property
    def definition(self) -> ItemDefinition:
        """The item as its edition has it."""
        return self.edition.definition

    @cached_property
    def typed(self) -> Typed:
        """What was typed so far, by step."""
        return typed_in(self.draft)

    @cached_property
    def firms(self) -> list[Enterprise]:
        """The filler's own firms."""
        return firms_of(self.user)

    @cached_property
    def firm(self) -> Enterprise | None:
        """The own firm it is asked for."""
        chosen = self.typed.get(CONTACT, {}).get("firm", [""])[0]
        return next((firm for firm in self.firms if firm.public_id == chosen), None)

    @property
    def steps(self) -> list[str]:
        """The steps in order; who asks for an own firm need not say which."""
        left_out = {WHO} if self.firm is not None else set()
        left_out |= {FORM} if self.edition.form_version_id is None else set()
        return [step for step in (CONTACT, WHO, MATTER, FORM, WORDS, FILES) if step not in left_out]

    @cached_property
    def session(self) -> Session | None:
        """The questionnaire of the item with what is answered so far; None when it has none."""
        if self.edition.form_version is None:
            return None
        answers = json.loads(self.draft.form_answers or "{}")
        return session_of_edition(self.edition, self.now, answers, get_language() or "zh-hans")

    def after(self, step: str) -> str:
        """The next step, "" after the last."""
        steps = self.steps
        place = steps.index(step) + 1 if step in steps else len(steps)
        return steps[place] if place < len(steps) else ""

    def before(self, step: str) -> str:
        """The step before, "" at the first."""
        steps = self.steps
        place = steps.index(step) if step in steps else 0
        return steps[place - 1] if place else ""

    def forms(self, step: str, data: Any = None) -> list[forms.Form]:
        """The forms of a step: bound to `data`, else to what was typed, else with what the account knows."""
        kept = self.typed.get(step)
        bound: Any = data if data is not None else (_data(kept) if kept is not None else None)
        if step == CONTACT:
            return [ContactForm(bound, firms=self.firms, initial=contact_initial(self.user, self.firms))]
        if step == WHO:
            return [WhoForm(bound)]
        if step == MATTER:
            return [TopicForm(self.definition, bound), item_form(self.definition, bound)]
        return [WordsForm(bound)] if step == WORDS else []

    def first_gap(self) -> str:
        """The first step that is missing or wrong, "" when it can be sent."""
        for step in self.steps:
            if step == FORM and not self.form_is_right:
                return FORM
            found = self.forms(step)
            if found and not are_valid(found):
                return step
        return ""

    @property
    def form_is_right(self) -> bool:
        """Whether nothing is missing or wrong in the item's questionnaire."""
        return self.session is None or all(one.is_overwritten for one in self.session.problems())

    def asked(self) -> Asked:
        """What is sent; only when `first_gap` says "". The register's firm is named only for its own people:
        a code that anybody may type makes nobody one of the firm."""
        contact, words = self._cleaned(CONTACT), self._cleaned(WORDS)
        topic, item = self.forms(MATTER)
        assert isinstance(item, ItemForm) and topic.is_valid() and item.is_valid()  # noqa: S101
        who: Mapping[str, Any] = {} if self.firm else self._cleaned(WHO)
        return Asked(
            item=self.definition.id,
            topic=topic.cleaned_data["topic"],
            title=words["title"],
            text=words["text"],
            channel=Channel(self.draft.channel or Channel.WEB),
            source_ref=self.draft.source_ref,
            name=contact["name"],
            phone=contact["phone"],
            firm_name=who.get("firm_name", ""),
            credit_code=who.get("credit_code", ""),
            has_no_code=bool(who.get("no_code")),
            prefecture=who.get("county", ""),
            enterprise=self.firm,
            requester=self.user if isinstance(self.user, User) else None,
            answers=item.answers(),
            private_answers=item.private_json(),
            edition=self.edition,
            sheets=tuple(self._sheets()),
        )

    def _sheets(self) -> Iterator[Filled]:
        if self.draft.origin:
            yield Filled(SheetKind.SURVEY, json.loads(self.draft.origin))
        if self.session is not None:
            kept = self.session.answers()
            yield Filled(SheetKind.FORM, snapshot_of(self.session), self.edition.form_version, kept)

    def _cleaned(self, step: str) -> dict[str, Any]:
        form = self.forms(step)[0]
        form.is_valid()
        return form.cleaned_data


def contact_initial(user: Any, firms: list[Enterprise]) -> dict[str, Any]:
    """What a form starts with for somebody signed in."""
    if not user.is_authenticated:
        return {}
    firm = str(firms[0].public_id) if len(firms) == 1 else ""
    return {"name": user.name, "phone": user.phone, "firm": firm or (None if firms else OTHER_FIRM)}


def phone_of(typed: Mapping[str, list[str]]) -> str:
    """The number typed on the contact step, when it is one."""
    form = ContactForm(_data({**typed, "name": ["x"]}))
    return plain_phone(form.cleaned_data["phone"]) if form.is_valid() else ""


def are_valid(found: list[forms.Form]) -> bool:
    """Whether all are right; each is asked, so that each says what is wrong with it."""
    said = [form.is_valid() for form in found]
    return all(said)


def show_quietly(found: list[forms.Form]) -> None:
    """Show what was typed on these forms without judging it."""
    for form in found:
        if form.is_bound:
            StepForm.show_quietly(form)  # type: ignore[arg-type]


def _data(typed: Mapping[str, list[str]]) -> "MultiValueDict[str, str]":
    return MultiValueDict({name: list(values) for name, values in typed.items()})
