"""moto remembers every object it ever made, for its dashboard and its reset: also those that are deleted, and the copy of each
item that a query of DynamoDB answers. Nobody looks at the dashboard of a local cloud, and it is never reset."""

from typing import TYPE_CHECKING, Any

from moto.core.common_models import BaseModel

if TYPE_CHECKING:
    from ..cloud import Cloud


def install(cloud: "Cloud") -> None:
    BaseModel.__new__ = _new  # type: ignore[method-assign]


def _new(cls: type[BaseModel], *arguments: Any, **options: Any) -> BaseModel:
    return object.__new__(cls)
