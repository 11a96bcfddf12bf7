"""EventBridge patterns, by table."""

import pytest
from localcloud.events import target_input
from localcloud.patterns import PatternError, matches

EVENT = {
    "source": "aws.ec2",
    "detail": {
        "eventName": "RunInstances",
        "count": 3,
        "dryRun": False,
        "nothing": None,
        "tags": ["a", "b"],
        "address": "10.1.2.3",
        "items": [{"id": "i-1", "state": "running"}, {"id": "i-2", "state": "stopped"}],
    },
}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({"source": ["aws.ec2"]}, True),
        ({"source": ["aws.s3", "aws.ec2"]}, True),
        ({"source": ["aws.s3"]}, False),
        ({"missing": ["x"]}, False),
        ({"source": ["aws.ec2"], "detail": {"eventName": ["TerminateInstances"]}}, False),
        ({"detail": {"errorCode": [{"exists": False}]}}, True),
        ({"detail": {"eventName": [{"exists": False}]}}, False),
        ({"detail": {"eventName": [{"exists": True}]}}, True),
        ({"other": {"errorCode": [{"exists": False}]}}, True),
        ({"detail": {"nothing": [None]}}, True),
        ({"detail": {"nothing": [{"exists": True}]}}, True),
        ({"detail": {"count": [3]}}, True),
        ({"detail": {"count": ["3"]}}, False),
        ({"detail": {"count": [{"numeric": [">", 1, "<=", 3]}]}}, True),
        ({"detail": {"count": [{"numeric": ["<", 3]}]}}, False),
        ({"detail": {"dryRun": [False]}}, True),
        ({"detail": {"dryRun": [0]}}, False),
        ({"detail": {"tags": ["b", "c"]}}, True),
        ({"detail": {"tags": ["c"]}}, False),
        ({"detail": {"items": {"state": ["stopped"]}}}, True),
        ({"detail": {"items": {"state": ["pending"]}}}, False),
        ({"detail": {"eventName": [{"prefix": "Run"}]}}, True),
        ({"detail": {"eventName": [{"prefix": {"equals-ignore-case": "run"}}]}}, True),
        ({"detail": {"eventName": [{"suffix": "Instances"}]}}, True),
        ({"detail": {"eventName": [{"wildcard": "*In*"}]}}, True),
        ({"detail": {"eventName": [{"equals-ignore-case": "runinstances"}]}}, True),
        ({"detail": {"eventName": [{"anything-but": ["RunInstances", "x"]}]}}, False),
        ({"detail": {"eventName": [{"anything-but": "x"}]}}, True),
        ({"detail": {"eventName": [{"anything-but": {"prefix": "Run"}}]}}, False),
        ({"detail": {"missing": [{"anything-but": "x"}]}}, False),
        ({"detail": {"address": [{"cidr": "10.0.0.0/8"}]}}, True),
        ({"$or": [{"source": ["x"]}, {"detail": {"count": [3]}}]}, True),
        ({"source": ["aws.ec2"], "$or": [{"source": ["x"]}, {"detail": {"count": [4]}}]}, False),
    ],
)
def test_patterns(pattern: dict, expected: bool) -> None:
    assert matches(pattern, EVENT) is expected


@pytest.mark.parametrize(
    "pattern", [{"source": []}, {"source": "aws.ec2"}, {"source": [{"sounds-like": "x"}]}, {"source": [{}]}]
)
def test_patterns_that_are_none(pattern: dict) -> None:
    with pytest.raises(PatternError):
        matches(pattern, EVENT)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({"Input": '{"a": 1}'}, '{"a": 1}'),
        ({"InputPath": "$.detail.items[1].id"}, '"i-2"'),
        (
            {
                "InputTransformer": {
                    "InputPathsMap": {"n": "$.detail.eventName", "c": "$.detail.count"},
                    "InputTemplate": '{"name": "<n>", "count": <c>, "text": "ran <n> times <c>"}',
                }
            },
            '{"name": "RunInstances", "count": 3, "text": "ran RunInstances times 3"}',
        ),
    ],
)
def test_inputs(target: dict, expected: str) -> None:
    assert target_input(target, {**EVENT, "time": "now"}, "arn:aws:events:r:1:rule/x") == expected
