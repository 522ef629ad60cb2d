"""A whole questionnaire on one dense page for trained staff: every page's questions, judged together.

Without script a question that an answer opens appears when the page is sent: then it is missing, and said so.
A group that may be answered several times is answered once here.
"""

from typing import Any

from huiqi.questionnaires.page_form import Drawn, PageForm
from huiqi.questionnaires.xform.session import Session

# An answer opens a question whose answer opens another: deeper than any form in use goes.
_MOST_ROUNDS = 6


class Whole:
    """The pages of a session as forms; `is_valid` after data were given."""

    def __init__(self, session: Session, data: Any = None) -> None:
        self.session = session
        if data is not None:
            self._take(data)
        self.forms = [PageForm(page, data) for page in session.review()]

    def _take(self, data: Any) -> None:
        """Answer until nothing more is opened by what was answered."""
        for _round in range(_MOST_ROUNDS):
            before = self.session.answers()
            for page in self.session.review():
                values = PageForm(page, data).values()
                relevant = {path: text for path, text in values.items() if self.session.is_relevant(path)}
                self.session.answer_all(relevant)
            if self.session.answers() == before:
                return

    def is_valid(self) -> bool:
        """Whether nothing is missing or wrong; what is, is said at its field."""
        problems = [one for one in self.session.problems() if not one.is_overwritten]
        for form in self.forms:
            if form.is_bound:
                form.show_problems(
                    [one for one in problems if any(one.path == view.path for view in form.asked.values())]
                )
        return not problems

    def sections(self) -> list[tuple[str, list[Drawn]]]:
        """For drawing: the title of every page and its entries with their bound fields."""
        return [(form.page.titles[-1] if form.page.titles else "", form.entries()) for form in self.forms]
