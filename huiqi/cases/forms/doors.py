"""Filling in a request for somebody, on one dense page for trained staff."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from huiqi.cases.commands.intake import Filled
from huiqi.cases.forms.asking import NAME_LENGTH, TITLE_LENGTH, FilesForm, TextField, TopicForm, WhoForm
from huiqi.cases.forms.item_fields import ItemForm, PhoneField, item_form
from huiqi.cases.models import ItemEdition, SheetKind
from huiqi.cases.models.case import TEXT_LENGTH, Consent
from huiqi.cases.queries.items import session_of_edition
from huiqi.cases.workflow import Channel
from huiqi.core.ids import new_token
from huiqi.enterprises.models import Enterprise
from huiqi.questionnaires.whole import Whole
from huiqi.questionnaires.xform.snapshot import snapshot_of

# Doors at which people of the offices fill in for others.
DOORS = (Channel.WINDOW, Channel.PHONE, Channel.STATIONED)


class TakingForm(WhoForm):
    """Who asks, who agreed, and the matter. The firm's fields come from the web form."""

    consent = forms.ChoiceField(
        label=gettext_lazy("诉求人同意代填"),
        choices=[(each.value, each.label) for each in (Consent.SPOKEN, Consent.WRITTEN)],
        widget=forms.RadioSelect,
        help_text=gettext_lazy("先念给对方听再提交；书面委托的把照片一并上传"),
    )
    channel = forms.ChoiceField(label=gettext_lazy("从哪里来"))
    name = TextField(label=gettext_lazy("联系人"), max_length=NAME_LENGTH)
    phone = PhoneField(label=gettext_lazy("联系电话"))
    title = TextField(label=gettext_lazy("一句话说是什么事"), max_length=TITLE_LENGTH)
    text = TextField(
        label=gettext_lazy("详细情况"), max_length=TEXT_LENGTH, widget=forms.Textarea({"rows": 5})
    )
    # The same page sent twice is one case.
    key = forms.CharField(widget=forms.HiddenInput, max_length=60)
    field_order = (
        "consent",
        "channel",
        "name",
        "phone",
        "credit_code",
        "no_code",
        "firm_name",
        "county",
        "title",
        "text",
        "key",
    )

    def __init__(self, *args: Any, doors: tuple[Channel, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["channel"]
        field.choices = [(door.value, door.label) for door in doors]
        self.initial.setdefault("channel", doors[0].value)
        self.initial.setdefault("key", new_token())


class Taking:
    """The page's forms together: who and what, topic, the item's own questions, files."""

    def __init__(
        self,
        edition: ItemEdition,
        doors: tuple[Channel, ...],
        *,
        now: datetime,
        data: Any = None,
        files: Any = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        definition = edition.definition
        self.definition = definition
        self.who = TakingForm(data, doors=doors, initial=initial or {})
        self.topic = TopicForm(definition, data)
        self.item: ItemForm = item_form(definition, data)
        self.files = FilesForm(data, files)
        self.edition = edition
        self.whole = Whole(session_of_edition(edition, now), data) if edition.form_version else None

    def is_valid(self) -> bool:
        """Whether everything is right; each part says what is wrong with it."""
        said = [form.is_valid() for form in (self.who, self.topic, self.item, self.files)]
        said += [self.whole.is_valid()] if self.whole is not None else []
        return all(said)

    def sheets(self) -> tuple[Filled, ...]:
        """The item's questionnaire as it was filled in."""
        if self.whole is None:
            return ()
        session = self.whole.session
        return (Filled(SheetKind.FORM, snapshot_of(session), self.edition.form_version, session.answers()),)

    @property
    def known(self) -> Enterprise | None:
        """The register's firm of the code typed."""
        return self.who.known
