"""Policy evaluation, by table."""

import pytest
from localcloud.conditions import PolicyError, arn_matches, holds
from localcloud.policies import Caller, Effect, Need, identity_effect, resource_effect

ROLE = "arn:aws:iam::111111111111:role/tracker"


def document(**statement: object) -> dict:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}


@pytest.mark.parametrize(
    ("pattern", "arn", "expected"),
    [
        ("*", "arn:aws:s3:::b", True),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b/a/c", True),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b", False),
        ("arn:aws:dynamodb:*:111111111111:table/t", "arn:aws:dynamodb:eu-central-1:111111111111:table/t", True),
        ("arn:aws:dynamodb:*:table/t", "arn:aws:dynamodb:eu-central-1:111111111111:table/t", False),
        ("arn:aws:iam::*:role/a?", "arn:aws:iam::1:role/ab", True),
        ("arn:aws:iam::*:role/a?", "arn:aws:iam::1:role/a", False),
        ("arn:aws:s3:::B", "arn:aws:s3:::b", False),
    ],
)
def test_arn_patterns(pattern: str, arn: str, expected: bool) -> None:
    assert arn_matches(pattern, arn) is expected


@pytest.mark.parametrize(
    ("statement", "action", "resource", "expected"),
    [
        ({"Action": "dynamodb:GetItem", "Resource": "*"}, "dynamodb:GetItem", "r", Effect.ALLOW),
        ({"Action": "dynamodb:get*", "Resource": "*"}, "dynamodb:GetItem", "r", Effect.ALLOW),
        ({"Action": ["ec2:*", "s3:*"], "Resource": "*"}, "dynamodb:GetItem", "r", Effect.NONE),
        ({"NotAction": "ec2:*", "Resource": "*"}, "dynamodb:GetItem", "r", Effect.ALLOW),
        ({"NotAction": "dynamodb:*", "Resource": "*"}, "dynamodb:GetItem", "r", Effect.NONE),
        ({"Action": "*", "Resource": "arn:aws:a:::b"}, "a:B", "*", Effect.NONE),
        ({"Action": "*", "NotResource": "arn:aws:a:::b"}, "a:B", "arn:aws:a:::b", Effect.NONE),
        ({"Action": "*", "NotResource": "arn:aws:a:::b"}, "a:B", "arn:aws:a:::c", Effect.ALLOW),
        (
            {"Action": "*", "Resource": "arn:aws:a:::${aws:PrincipalAccount}/*"},
            "a:B",
            "arn:aws:a:::111111111111/x",
            Effect.ALLOW,
        ),
        ({"Action": "*", "Resource": "arn:aws:a:::${aws:username}/*"}, "a:B", "arn:aws:a:::/x", Effect.NONE),
    ],
)
def test_statements(statement: dict, action: str, resource: str, expected: Effect) -> None:
    context = {"aws:PrincipalAccount": ["111111111111"]}
    assert identity_effect([document(**statement)], Need(action, resource), context) is expected


def test_an_explicit_deny_wins_whatever_the_order() -> None:
    allow, deny = document(Action="*", Resource="*"), document(Effect="Deny", Action="ec2:*", Resource="*")
    for documents in ([allow, deny], [deny, allow]):
        assert identity_effect(documents, Need("ec2:RunInstances", "*"), {}) is Effect.DENY
        assert identity_effect(documents, Need("s3:GetObject", "*"), {}) is Effect.ALLOW


@pytest.mark.parametrize(
    ("operator", "expected", "values", "result"),
    [
        ("StringEquals", "a", ["a"], True),
        ("StringEquals", ["a", "b"], ["b"], True),
        ("StringEquals", "a", ["A"], False),
        ("StringEqualsIgnoreCase", "a", ["A"], True),
        ("StringEquals", "a", None, False),
        ("StringEqualsIfExists", "a", None, True),
        ("StringEqualsIfExists", "a", ["b"], False),
        ("StringNotEquals", "a", ["b"], True),
        ("StringNotEquals", ["a", "b"], ["b"], False),
        ("StringNotEquals", "a", None, True),
        ("StringLike", "alert-*@example.com", ["alert-1@example.com"], True),
        ("StringNotLike", "a*", ["ab"], False),
        ("NumericLessThan", "10", ["9"], True),
        ("NumericLessThan", "10", ["x"], False),
        ("NumericGreaterThanEquals", 10, ["10"], True),
        ("DateGreaterThan", "2026-01-01T00:00:00Z", ["2026-11-20T08:00:00Z"], True),
        ("Bool", True, ["true"], True),
        ("Bool", "false", ["true"], False),
        ("IpAddress", "10.0.0.0/8", ["10.1.2.3"], True),
        ("NotIpAddress", "10.0.0.0/8", ["10.1.2.3"], False),
        ("ArnEquals", ROLE, [ROLE], True),
        ("ArnLike", "arn:aws:iam::*:role/t*", [ROLE], True),
        ("ArnNotLike", "arn:aws:iam::*:role/t*", [ROLE], False),
        ("Null", "true", None, True),
        ("Null", "false", None, False),
        ("Null", "false", ["a"], True),
        ("ForAllValues:StringEquals", ["a", "b"], ["a", "b"], True),
        ("ForAllValues:StringEquals", ["a", "b"], ["a", "c"], False),
        ("ForAllValues:StringEquals", ["a"], None, True),
        ("ForAnyValue:StringEquals", ["a"], ["c", "a"], True),
        ("ForAnyValue:StringEquals", ["a"], ["c"], False),
        ("ForAnyValue:StringEquals", ["a"], None, False),
    ],
)
def test_conditions(operator: str, expected: object, values: list[str] | None, result: bool) -> None:
    context = {} if values is None else {"Some:Key": values}
    assert holds({operator: {"some:key": expected}}, context) is result


def test_every_condition_must_hold() -> None:
    block = {"StringEquals": {"a": "1", "b": "2"}, "Bool": {"c": "true"}}
    assert holds(block, {"a": ["1"], "b": ["2"], "c": ["true"]})
    assert not holds(block, {"a": ["1"], "b": ["2"], "c": ["false"]})
    assert not holds(block, {"a": ["1"], "b": ["3"], "c": ["true"]})


def test_unknown_operators_are_errors() -> None:
    with pytest.raises(PolicyError):
        holds({"StringEqual": {"a": "1"}}, {"a": ["1"]})
    with pytest.raises(PolicyError):
        holds({"ForSomeValues:StringEquals": {"a": "1"}}, {"a": ["1"]})


CALLER = Caller("111111111111", ROLE, "arn:aws:sts::111111111111:assumed-role/tracker/s")


@pytest.mark.parametrize(
    ("principal", "caller", "effect", "direct"),
    [
        ({"AWS": ROLE}, CALLER, Effect.ALLOW, True),
        ({"AWS": [ROLE + "2"]}, CALLER, Effect.NONE, False),
        ({"AWS": CALLER.session_arn}, CALLER, Effect.ALLOW, True),
        ({"AWS": "111111111111"}, CALLER, Effect.ALLOW, False),
        ({"AWS": "arn:aws:iam::111111111111:root"}, CALLER, Effect.ALLOW, False),
        ({"AWS": "arn:aws:iam::222222222222:root"}, CALLER, Effect.NONE, False),
        ({"AWS": "*"}, CALLER, Effect.ALLOW, True),
        ("*", CALLER, Effect.ALLOW, True),
        ({"Service": "lambda.amazonaws.com"}, CALLER, Effect.NONE, False),
        (
            {"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]},
            Caller(service="lambda.amazonaws.com"),
            Effect.ALLOW,
            True,
        ),
        ({"AWS": "arn:aws:iam::111111111111:root"}, Caller(service="lambda.amazonaws.com"), Effect.NONE, False),
    ],
)
def test_principals(principal: object, caller: Caller, effect: Effect, direct: bool) -> None:
    found = resource_effect(
        document(Action="sts:AssumeRole", Principal=principal), Need("sts:AssumeRole", ROLE), {}, caller
    )
    assert (found.effect, found.names_caller) == (effect, direct)
