"""The e-mails that were sent, as they were sent: moto keeps only one body of a message."""

import datetime
import threading
from typing import Any

from .operations import Operation


class Mailbox:
    """Every e-mail that SES accepted, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._messages: list[dict[str, Any]] = []

    def keep(self, operation: Operation, account: str, message_id: str) -> None:
        parameters = operation.parameters
        destination = parameters.get("Destination", {})
        content = parameters.get("Content", {})
        simple = content.get("Simple", {})
        body = simple.get("Body", {})
        message = {
            "message_id": message_id,
            "time": datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "account": account,
            "region": operation.region,
            "from": parameters.get("FromEmailAddress"),
            "to": destination.get("ToAddresses", []),
            "cc": destination.get("CcAddresses", []),
            "bcc": destination.get("BccAddresses", []),
            "reply_to": parameters.get("ReplyToAddresses", []),
            "subject": simple.get("Subject", {}).get("Data"),
            "text": body.get("Text", {}).get("Data"),
            "html": body.get("Html", {}).get("Data"),
            "raw": content.get("Raw", {}).get("Data"),
            "tags": parameters.get("EmailTags", []),
        }
        with self._lock:
            self._messages.append(message)

    def all(self) -> list[dict[str, Any]]:
        with self._lock:
            return list(self._messages)
