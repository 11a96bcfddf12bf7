"""Services that moto does not play, or not with what is needed here: small stateful stand-ins of our own.

Each answers the operations of one service, checked against botocore's model of it.
"""

import threading

from ..http_server import Response
from ..operations import Operation
from .imagebuilder import ImageBuilder
from .validation import Refusal


class Services:
    def __init__(self, moto_lock: "threading.RLock") -> None:
        self.imagebuilder = ImageBuilder(moto_lock)
        self._by_name = {"imagebuilder": self.imagebuilder.answer}

    def answer(self, operation: Operation, account: str) -> Response | None:
        """The answer to a request of a principal of `account`; None for services that are not played here."""
        play = self._by_name.get(operation.service)
        return play(operation, account) if play else None


__all__ = ["ImageBuilder", "Refusal", "Services"]
