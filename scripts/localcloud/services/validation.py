"""Inputs checked against a service's own model, as botocore has it: types, required members, lengths, patterns, choices."""

import functools
import re
from typing import Any

import botocore.session
from botocore.model import Shape, ShapeResolver, StructureShape


class Refusal(Exception):
    """An error that a service answers with."""

    def __init__(self, code: str, message: str, status: int = 400):
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


@functools.cache
def _model(service: str) -> dict[str, Any]:
    return botocore.session.get_session().get_component("data_loader").load_service_model(service, "service-2")


def input_shape(service: str, operation: str) -> StructureShape | None:
    """The shape of an operation's input; None for an operation that the service does not have."""
    found = _model(service)["operations"].get(operation)
    return ShapeResolver(_model(service)["shapes"]).resolve_shape_ref(found["input"]) if found else None


def error_status(service: str, code: str) -> int:
    """The HTTP status of a modelled error."""
    return _model(service)["shapes"][code].get("error", {}).get("httpStatusCode", 400)


def accepted(shape: Shape, value: Any, path: str = "") -> Any:
    """`value` without members that the shape does not have, which services pass over.

    A wrong JSON type is a SerializationException; whatever else is not as modelled an InvalidParameterValueException that
    names the parameter as Image Builder does (`distributions[0].amiDistributionConfiguration.name`).
    """
    match shape.type_name:
        case "structure":
            return _structure(shape, value, path)
        case "list":
            _expect(value, list, path)
            _check_length(shape, len(value), path)
            return [accepted(shape.member, element, f"{path}[{index}]") for index, element in enumerate(value)]
        case "map":
            _expect(value, dict, path)
            _check_length(shape, len(value), path)
            return {accepted(shape.key, key, path): accepted(shape.value, item, f"{path}.{key}") for key, item in value.items()}
        case "string":
            _expect(value, str, path)
            _check_string(shape, value, path)
        case "boolean":
            _expect(value, bool, path)
        case "integer" | "long":
            _expect(None if isinstance(value, bool) else value, int, path)
            low, high = shape.metadata.get("min"), shape.metadata.get("max")
            if (low is not None and value < low) or (high is not None and value > high):
                raise _invalid(path, f"It must be from {low} to {high}.")
    return value


def _structure(shape: Shape, value: Any, path: str) -> dict[str, Any]:
    _expect(value, dict, path)
    for name in shape.required_members:
        if value.get(name) is None:
            raise Refusal("InvalidParameterException", f"Missing required parameter '{_join(path, name)}'.")
    return {
        name: accepted(member, value[name], _join(path, name))
        for name, member in shape.members.items()
        if value.get(name) is not None
    }


def _expect(value: Any, kind: type, path: str) -> None:
    if not isinstance(value, kind):
        raise Refusal("SerializationException", f"{path or 'The request'} has a JSON type that cannot be converted.")


def _check_string(shape: Shape, value: str, path: str) -> None:
    _check_length(shape, len(value), path)
    choices = shape.metadata.get("enum")
    if choices and value not in choices:
        raise _invalid(path, f"It must be one of {', '.join(choices)}.")
    # Patterns are the model's, anchored as they say; Java's `find` and Python's `search` agree on them.
    pattern = _pattern(shape)
    if pattern and not re.search(pattern, value):
        raise _invalid(path, f"It does not match {pattern}.")


def _pattern(shape: Shape) -> str | None:
    # botocore drops `pattern` from a shape's metadata.
    return shape._shape_model.get("pattern")


def _check_length(shape: Shape, length: int, path: str) -> None:
    low, high = shape.metadata.get("min", 0), shape.metadata.get("max")
    if length < low or (high is not None and length > high):
        raise _invalid(path, f"Its length is {length}; it must be from {low} to {'any' if high is None else high}.")


def _invalid(path: str, why: str) -> Refusal:
    return Refusal("InvalidParameterValueException", f"The value supplied for parameter '{path}' is not valid. {why}")


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
