"""Asks the SigningProbe executable."""

from probe import Probe


class SigningProbe(Probe):
    def __init__(self):
        super().__init__("SigningProbe")

    def ask(self, question, **members):
        return super().ask(ask=question, **members)
