"""DynamoDB's tables in time: moto sorts a whole table for each query, and copies items with a machinery that is made for
anything. Here a query reads the items of its own partition, and an item is copied as what it is. What is answered stays the
same."""

import inspect
import threading
from typing import TYPE_CHECKING, Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table

if TYPE_CHECKING:
    from ..cloud import Cloud

_current = threading.local()


def install(cloud: "Cloud") -> None:
    if Item.__deepcopy__ is not _copy_of_item:
        Table.query, Table.all_items = _within_partition(Table.query, Table.all_items)  # type: ignore[method-assign]
        Item.__deepcopy__ = _copy_of_item  # type: ignore[method-assign]


def _within_partition(original_query: Any, original_all_items: Any) -> tuple[Any, Any]:
    signature = inspect.signature(original_query)

    def query(self: Table, *arguments: Any, **options: Any) -> Any:
        given = signature.bind(self, *arguments, **options).arguments
        _current.partition = None if given.get("index_name") else given["hash_key"]
        try:
            return original_query(self, *arguments, **options)
        finally:
            del _current.partition

    def all_items(self: Table) -> list[Item]:
        """Of a query: without an order, which it makes itself."""
        if not hasattr(_current, "partition"):
            return original_all_items(self)
        if _current.partition is None:
            found = list(self.items.values())
        else:
            found = [self.items[_current.partition]] if _current.partition in self.items else []
        if self.range_key_attr is None:
            return found
        return [item for items in found for item in items.values()]

    return query, all_items


def _copy_of_item(self: Item, memo: dict[int, Any]) -> Item:
    copied: Item = object.__new__(type(self))
    attributes: dict[str, DynamoType] = LimitedSizeDict.__new__(LimitedSizeDict)
    for name, value in self.attrs.items():
        dict.__setitem__(attributes, name, _copy_of_value(value))
    copied.hash_key, copied.attrs = _copy_of_value(self.hash_key), attributes
    copied.range_key = None if self.range_key is None else _copy_of_value(self.range_key)
    return copied


def _copy_of_value(value: DynamoType) -> DynamoType:
    copied: DynamoType = object.__new__(DynamoType)
    content = value.value
    if isinstance(content, list):
        content = [_copy_of_value(each) if isinstance(each, DynamoType) else each for each in content]
    elif isinstance(content, dict):
        content = {name: _copy_of_value(each) for name, each in content.items()}
    copied.type, copied.value = value.type, content
    return copied
