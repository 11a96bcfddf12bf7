"""The whole of AMI Steward in the local cloud: the root configuration of `terraform/`, with the packaged functions."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .client import LocalCloud
from .terraform import Progress, Terraform

REPOSITORY = Path(__file__).resolve().parents[2]

SENDER = "ami-steward@example.com"
ADMINISTRATOR = "platform@example.com"
ADDRESSES = {"consumer-a": ["production@example.com", "on-call@example.com"], "consumer-b": ["development@example.com"]}

_CONSUMERS = {"production": "consumer-a", "development": "consumer-b"}


def variables(cloud: LocalCloud, packages: Path) -> dict[str, Any]:
    """The Terraform variables of a creator and two consumers, each reached by its profile."""

    def account(name: str) -> dict[str, str]:
        return {"account_id": cloud.account(name), "profile": name}

    mapping = [{"account": cloud.account(name), "emails": emails} for name, emails in ADDRESSES.items()]
    return {
        "region": cloud.region,
        "creator": account("creator"),
        "consumers": {alias: account(name) for alias, name in _CONSUMERS.items()},
        "account_email_mapping": mapping,
        "alert_sender": SENDER,
        "administrator_address": ADMINISTRATOR,
        "create_ses_identity": True,
        "deletion_protection": False,
        "package_directory": str(packages),
    }


class Deployment:
    """What was applied, with the functions' ids as logs, faults and the request log name them."""

    def __init__(self, cloud: LocalCloud, terraform: Terraform):
        self.cloud = cloud
        self.terraform = terraform

    @classmethod
    def apply(
        cls, cloud: LocalCloud, directory: Path, packages: Path | None = None,
        overrides: dict[str, Any] | None = None, progress: Progress | None = None,
    ) -> "Deployment":  # fmt: skip
        """Applies the configuration from a copy in `directory`, with the packages of `dist/`, or of `packages`."""
        terraform = cls._terraform(cloud, directory, packages, overrides)
        terraform.init()
        terraform.apply(progress)
        return cls(cloud, terraform)

    @classmethod
    def attach(
        cls, cloud: LocalCloud, directory: Path, packages: Path | None = None, overrides: dict[str, Any] | None = None
    ) -> "Deployment":  # fmt: skip
        """What was applied from a copy in `directory`, with the same arguments."""
        return cls(cloud, cls._terraform(cloud, directory, packages, overrides))

    @staticmethod
    def _terraform(
        cloud: LocalCloud, directory: Path, packages: Path | None, overrides: dict[str, Any] | None
    ) -> Terraform:  # fmt: skip
        values = {**variables(cloud, packages or REPOSITORY / "dist"), **(overrides or {})}
        return Terraform(cloud, REPOSITORY / "terraform", directory, values)

    def function(self, account: str, name: str) -> str:
        """The id of a deployed function: `function("creator", "share-recorder")`."""
        prefix = f"{self.cloud.account(account)}/{self.cloud.region}/"
        return next(found for found in self.cloud.functions() if found.startswith(prefix) and found.endswith(name))

    def table(self, account: str, name: str, containing: Sequence[str] = ()) -> list[dict[str, Any]]:
        """The items of a deployed table, by the end of its name: `table("creator", "shares")`; only those of which some text
        contains one of `containing`."""
        return next(iter(self.cloud.tables(account, ends=name, containing=containing).values()))
