"""For the demo: messages go into a table and are read at /messages/outbox/."""

from django.conf import settings

from huiqi.core import clock
from huiqi.core.ids import new_public_id
from huiqi.messages.models import OutboxMessage
from huiqi.messages.ports import NotSent


class OutboxSms:
    """Keeps the whole text, codes too; hence it refuses to work on a site that is not a demo."""

    def send(self, phone: str, text: str) -> str:
        """The receipt is the message's public id."""
        if not settings.HUIQI_DEMO:
            raise NotSent("the outbox is for demo sites only")
        row = OutboxMessage.objects.create(
            public_id=new_public_id(), phone=phone, text=text, at=clock.wall_now()
        )
        return row.public_id


class OutboxChat(OutboxSms):
    """The same for messages of the chat 政务微信/钉钉, marked as such."""

    def send(self, phone: str, text: str) -> str:
        """The receipt is the message's public id."""
        return super().send(phone, f"〔政务微信〕{text}")
