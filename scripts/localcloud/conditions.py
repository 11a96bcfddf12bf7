"""Condition blocks of IAM policies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import datetime
import functools
import ipaddress
import re
from collections.abc import Callable, Mapping

Context = Mapping[str, list[str]]


class PolicyError(Exception):
    """A policy that AWS would refuse, or that uses something this evaluation does not know."""


def wildcard(pattern: str, value: str, ignore_case: bool = False) -> bool:
    """Whether `value` matches `pattern`, in which `*` stands for any text and `?` for any one character."""
    return _expression(pattern, ignore_case).fullmatch(value) is not None


@functools.lru_cache(10_000)
def _expression(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    translated = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.compile(translated, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def arn_matches(pattern: str, value: str) -> bool:
    """Whether an ARN matches a pattern; a wildcard stays within its colon-separated part, the last part taken whole."""
    if pattern == "*":
        return True
    patterns, values = pattern.split(":", 5), value.split(":", 5)
    return len(patterns) == len(values) and all(map(wildcard, patterns, values))


def as_list(value: object) -> list[str]:
    """A policy's element, which may be one value or several, as strings."""
    values = value if isinstance(value, list) else [value]
    return [str(item).lower() if isinstance(item, bool) else str(item) for item in values]


def _number(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def matches(value: str, expected: str) -> bool:
        try:
            return compare(float(value), float(expected))
        except ValueError:
            return False

    return matches


def _time(text: str) -> float:
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    parsed = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=datetime.UTC)).timestamp()


def _date(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def matches(value: str, expected: str) -> bool:
        try:
            return compare(_time(value), _time(expected))
        except ValueError:
            return False

    return matches


def _in_network(value: str, expected: str) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(expected, strict=False)
    except ValueError:
        return False


_POSITIVE: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda value, expected: value == expected,
    "StringEqualsIgnoreCase": lambda value, expected: value.lower() == expected.lower(),
    "StringLike": lambda value, expected: wildcard(expected, value),
    "NumericEquals": _number(lambda a, b: a == b),
    "NumericLessThan": _number(lambda a, b: a < b),
    "NumericLessThanEquals": _number(lambda a, b: a <= b),
    "NumericGreaterThan": _number(lambda a, b: a > b),
    "NumericGreaterThanEquals": _number(lambda a, b: a >= b),
    "DateEquals": _date(lambda a, b: a == b),
    "DateLessThan": _date(lambda a, b: a < b),
    "DateLessThanEquals": _date(lambda a, b: a <= b),
    "DateGreaterThan": _date(lambda a, b: a > b),
    "DateGreaterThanEquals": _date(lambda a, b: a >= b),
    "Bool": lambda value, expected: value.lower() == expected.lower(),
    "BinaryEquals": lambda value, expected: value == expected,
    "IpAddress": _in_network,
    "ArnEquals": lambda value, expected: arn_matches(expected, value),
    "ArnLike": lambda value, expected: arn_matches(expected, value),
}

_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}


def substitute(text: str, context: Context) -> str | None:
    """Replaces policy variables (`${aws:PrincipalAccount}`); None when a variable has no value, so that nothing
    matches."""
    missing = False

    def value(match: re.Match[str]) -> str:
        nonlocal missing
        name, _, default = match[1].partition(",")
        if name in ("*", "?", "$"):
            return name
        values = lookup(context, name.strip())
        if values:
            return values[0]
        if default:
            return default.strip().strip("'")
        missing = True
        return ""

    replaced = re.sub(r"\$\{([^}]*)\}", value, text)
    return None if missing else replaced


def lookup(context: Context, key: str) -> list[str] | None:
    """The values of a context key; keys are not case-sensitive."""
    for name, values in context.items():
        if name.lower() == key.lower():
            return values
    return None


def holds(block: Mapping[str, Mapping[str, object]], context: Context) -> bool:
    """Whether every condition of a statement's Condition block holds."""
    return all(
        _condition(operator, key, as_list(expected), context)
        for operator, keys in block.items()
        for key, expected in keys.items()
    )


def _condition(operator: str, key: str, expected: list[str], context: Context) -> bool:
    quantifier, name = None, operator
    if ":" in name:
        quantifier, name = name.split(":", 1)
        if quantifier not in ("ForAllValues", "ForAnyValue"):
            raise PolicyError(f"unknown set operator {quantifier}")
    values = lookup(context, key)
    if name == "Null":
        return any((not values) == (wanted.lower() == "true") for wanted in expected)
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    negated = name in _NEGATED
    compare = _POSITIVE.get(_NEGATED.get(name, name))
    if compare is None:
        raise PolicyError(f"unknown condition operator {operator}")
    if not values:
        return if_exists or quantifier == "ForAllValues" or (negated and quantifier is None)
    wanted = [text for text in (substitute(item, context) for item in expected) if text is not None]

    def matches(value: str) -> bool:
        return any(compare(value, item) for item in wanted) != negated

    return (
        all(map(matches, values))
        if quantifier == "ForAllValues" or (negated and quantifier is None)
        else any(map(matches, values))
    )
