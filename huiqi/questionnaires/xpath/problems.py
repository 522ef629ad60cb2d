"""What is wrong with an expression: where in its text, in Chinese, and what to do. Pure."""

from huiqi.core.messages import Message

NO_ADVICE = Message("")


class XPathError(Exception):
    """An expression that is refused; `at` counts characters of its text from 0, -1 when unknown."""

    def __init__(self, said: Message, advice: Message = NO_ADVICE, at: int = -1) -> None:
        super().__init__(f"{said}{advice}")
        self.said = said
        self.advice = advice
        self.at = at


def refuse(said: str, advice: str = "", /, *, at: int = -1, **values: object) -> XPathError:
    """The error of two msgids that share `values`."""
    return XPathError(Message(said, values), Message(advice, values) if advice else NO_ADVICE, at)
