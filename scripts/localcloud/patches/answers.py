"""moto's answers, made faster: what is the same for every value of a kind is found out once. What is answered stays the same.

Without this most of the local cloud's time goes into the names under which a value might be found, which moto makes up anew
for every member of every item.
"""

import functools
from typing import TYPE_CHECKING, Any

from botocore.model import Shape
from moto import backends
from moto.core import responses
from moto.core.serialize import (
    AttributePicker,
    AttributePickerContext,
    BaseJSONSerializer,
    ResponseSerializer,
    XFormedAttributePicker,
)
from moto.core.utils import MISSING, get_value

if TYPE_CHECKING:
    from ..cloud import Cloud

# Attribute values of DynamoDB that are answered as they are kept. Binary ones are encoded, lists and maps have members.
_PLAIN = frozenset({"S", "N", "BOOL", "NULL", "SS", "NS"})


def install(cloud: "Cloud") -> None:
    if ResponseSerializer.get_value is not _get_value:
        BaseJSONSerializer._serialize_type_structure = _with_plain_attribute_values(  # type: ignore[method-assign]
            BaseJSONSerializer._serialize_type_structure
        )
        ResponseSerializer.get_value = _get_value  # type: ignore[method-assign]
        # Asked for with each request: which services there are, from a directory, and which operations one has.
        services = tuple(backends.list_of_moto_modules())
        backends.list_of_moto_modules = lambda: services
        responses.method_names_from_class = functools.cache(responses.method_names_from_class)


_slow_get_value = ResponseSerializer.get_value


def _get_value(self: ResponseSerializer, value: Any, key: str, shape: Shape) -> Any:
    picker: Any = self._value_picker
    if type(picker) not in (AttributePicker, XFormedAttributePicker) or picker.response_transformers:
        return _slow_get_value(self, value, key, shape)
    # A shape is a member of one structure; of the object only its class matters.
    known = shape.__dict__.setdefault("_possible_keys", {})
    by = (key, type(value), type(picker), tuple(picker.alias_providers))
    keys = known.get(by)
    if keys is None:
        context = AttributePickerContext(value, key, shape, self.operation_model, self.operation_model.service_model)
        keys = known[by] = tuple(dict.fromkeys(picker.get_possible_keys(context)))
    if type(value) is dict:
        for each in keys:
            if each in value:
                return value[each]
            if "." in each and (found := get_value(value, each, MISSING)) is not MISSING:
                return found
        return None
    for each in keys:
        if (found := get_value(value, each, MISSING)) is not MISSING:
            return found
    return None


def _with_plain_attribute_values(original: Any) -> Any:
    def serialize(self: BaseJSONSerializer, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if shape.name == "AttributeValue" and key and type(value) is dict and len(value) == 1 and _PLAIN.issuperset(value):
            self._default_serialize(serialized, value, shape, key)
        else:
            original(self, serialized, value, shape, key)

    return serialize
