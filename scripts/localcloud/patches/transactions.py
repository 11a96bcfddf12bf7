"""DynamoDB's transactions in time: before each of its writes, moto copies the whole table with every item in it, so a
hundred writes to a table of a thousand items take seconds. Here a transaction copies a table once, and of its items only
what the transaction may change in place.
"""

import copy
import threading
import types
from typing import TYPE_CHECKING, Any

from moto.dynamodb import models
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table

if TYPE_CHECKING:
    from ..cloud import Cloud

_current = threading.local()


def install(cloud: "Cloud") -> None:
    original = DynamoDBBackend.transact_write_items

    def transact_write_items(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
        _current.snapshots = {}
        # An update changes an item in place; a put makes a new one.
        _current.changes_items = any("Update" in item for item in transact_items)
        try:
            original(self, transact_items)
        finally:
            del _current.snapshots

    DynamoDBBackend.transact_write_items = transact_write_items  # type: ignore[method-assign]
    models.copy = types.SimpleNamespace(copy=copy.copy, deepcopy=_deepcopy)  # type: ignore[attr-defined]


def _deepcopy(value: Any) -> Any:
    snapshots = getattr(_current, "snapshots", None)
    if snapshots is None or not isinstance(value, Table):
        return copy.deepcopy(value)
    if id(value) not in snapshots:
        snapshots[id(value)] = _snapshot(value, _current.changes_items)
    return snapshots[id(value)]


def _snapshot(table: Table, changes_items: bool) -> Table:
    snapshot = copy.copy(table)
    snapshot.items = table.items.copy()
    for key, found in table.items.items():
        if changes_items:
            snapshot.items[key] = copy.deepcopy(found)
        elif isinstance(found, dict):
            snapshot.items[key] = dict(found)
    if table.stream_shard is not None:
        snapshot.stream_shard = copy.copy(table.stream_shard)
        snapshot.stream_shard.items = list(table.stream_shard.items)
        snapshot.stream_shard.table = snapshot
    return snapshot
