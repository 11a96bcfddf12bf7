"""Keys that AWS makes for a service (`alias/aws/ebs`) are AWS's to manage; moto says that the customer manages them."""

from typing import TYPE_CHECKING

from moto.kms.models import KmsBackend

if TYPE_CHECKING:
    from ..cloud import Cloud


def install(cloud: "Cloud") -> None:
    generate = KmsBackend._generate_default_keys

    def _generate_default_keys(self: KmsBackend, alias_name: str) -> str | None:
        identifier = generate(self, alias_name)
        if identifier:
            self.keys[identifier].key_manager = "AWS"
        return identifier

    KmsBackend._generate_default_keys = _generate_default_keys  # type: ignore[method-assign]
