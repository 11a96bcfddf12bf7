"""EventBridge event patterns.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

import ipaddress
import operator
from typing import Any

from .conditions import wildcard

_COMPARISONS = {"<": operator.lt, "<=": operator.le, "=": operator.eq, ">": operator.gt, ">=": operator.ge}


class PatternError(Exception):
    """A pattern EventBridge would refuse."""


def matches(pattern: dict[str, Any], event: Any) -> bool:
    """Whether an event matches a pattern. An array in the event matches when any of its elements does."""
    if isinstance(event, list):
        return any(matches(pattern, element) for element in event)
    node = event if isinstance(event, dict) else {}
    return all(_member(name, expected, node) for name, expected in pattern.items())


def _member(name: str, expected: Any, node: dict[str, Any]) -> bool:
    if name == "$or" and isinstance(expected, list):
        return any(matches(alternative, node) for alternative in expected)
    if isinstance(expected, dict):
        return matches(expected, node.get(name))
    if not isinstance(expected, list) or not expected:
        raise PatternError(f"{name} must be an object or an array that is not empty")
    # `exists` looks at leaves only: an object is not one.
    present = name in node and not isinstance(node[name], dict)
    values = node[name] if present else None
    values = values if isinstance(values, list) else [values]
    return any(_alternative(alternative, present, values) for alternative in expected)


def _alternative(alternative: Any, present: bool, values: list[Any]) -> bool:
    if isinstance(alternative, dict):
        if len(alternative) != 1:
            raise PatternError("a matching rule has exactly one operator")
        (name, argument) = next(iter(alternative.items()))
        if name == "exists":
            return present is bool(argument)
        return present and any(_rule(name, argument, value) for value in values)
    return present and any(
        type(alternative) is type(value) and alternative == value or _same_number(alternative, value)
        for value in values
    )


def _same_number(left: Any, right: Any) -> bool:
    numbers = (int, float)
    both = isinstance(left, numbers) and isinstance(right, numbers)
    return both and not isinstance(left, bool) and not isinstance(right, bool) and left == right


def _rule(name: str, argument: Any, value: Any) -> bool:
    if name == "anything-but":
        if isinstance(argument, dict):
            (inner, inner_argument) = next(iter(argument.items()))
            several = inner_argument if isinstance(inner_argument, list) else [inner_argument]
            return not any(_rule(inner, item, value) for item in several)
        return value not in (argument if isinstance(argument, list) else [argument])
    if name == "numeric":
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        return all(_COMPARISONS[symbol](value, bound) for symbol, bound in zip(argument[::2], argument[1::2]))
    if not isinstance(value, str):
        return False
    if isinstance(argument, dict) and name in ("prefix", "suffix"):
        argument, value = argument["equals-ignore-case"].lower(), value.lower()
    match name:
        case "prefix":
            return value.startswith(argument)
        case "suffix":
            return value.endswith(argument)
        case "equals-ignore-case":
            return value.lower() == argument.lower()
        case "wildcard":
            return wildcard(argument.replace("?", "\0"), value.replace("?", "\0"))
        case "cidr":
            try:
                return ipaddress.ip_address(value) in ipaddress.ip_network(argument, strict=False)
            except ValueError:
                return False
    raise PatternError(f"unknown operator {name}")
