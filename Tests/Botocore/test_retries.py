"""What is retried, and after how long, as botocore does with the retry behavior of November 2026."""

import json
import os
import random
import subprocess
import sys

import pytest

from signing_probe import SigningProbe

# botocore reads AWS_NEW_RETRIES_2026 when it is imported: it answers in a process of its own.
BOTOCORE = r"""
import json, sys
from botocore.retries import quota, standard
from botocore.configprovider import NEW_RETRIES_ENABLED
assert NEW_RETRIES_ENABLED

class Response:
    def __init__(self, status, headers):
        self.status_code, self.headers = status, headers

for line in sys.stdin:
    case = json.loads(line)
    headers = {} if case.get("retryAfter") is None else {"x-amz-retry-after": str(case["retryAfter"])}
    context = standard.RetryContext(
        attempt_number=case.get("attempt", 1),
        parsed_response={"Error": {"Code": case["code"]}} if case["code"] else {},
        http_response=Response(case["status"], headers),
    )
    throttling = standard.ThrottlingErrorDetector(standard.RetryEventAdapter())
    backoff = standard.ExponentialBackoff(
        random=lambda: case.get("random", 0), service_name=case["service"], throttling_detector=throttling
    )
    is_throttling = throttling.is_throttling_error_from_context(context)
    is_transient = standard.TransientRetryableChecker().is_retryable(context)
    print(json.dumps({
        "reason": "throttling" if is_throttling else "transient" if is_transient else "none",
        "delay": backoff.delay_amount(context),
    }), flush=True)
"""

CODES = [
    "BandwidthLimitExceeded", "EC2ThrottledException", "LimitExceededException", "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException", "RequestLimitExceeded", "RequestThrottled", "RequestThrottledException",
    "SlowDown", "ThrottledException", "Throttling", "ThrottlingException", "TooManyRequestsException",
    "TransactionInProgressException", "RequestTimeout", "RequestTimeoutException", "ValidationException",
    "AccessDenied", "InternalError", "ConditionalCheckFailedException", "TransactionCanceledException", None,
]


@pytest.fixture(scope="module")
def botocore_retries():
    process = subprocess.Popen(
        [sys.executable, "-c", BOTOCORE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"AWS_NEW_RETRIES_2026": "true"},
    )

    def ask(**case):
        process.stdin.write(json.dumps(case) + "\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    yield ask
    process.stdin.close()
    assert process.wait(timeout=10) == 0


@pytest.fixture(scope="module")
def signing():
    probe = SigningProbe()
    yield probe
    probe.close()


def test_throttling_codes_are_all_known(botocore_retries):
    from botocore.retries import standard

    known = set(standard.ThrottledRetryableChecker._THROTTLED_ERROR_CODES)
    known |= set(standard.TransientRetryableChecker._TRANSIENT_ERROR_CODES)
    assert known <= set(CODES)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("status", [200, 400, 403, 404, 500, 501, 502, 503, 504])
def test_classification(signing, botocore_retries, code, status):
    expected = botocore_retries(code=code, status=status, service="ssm")["reason"]
    assert signing.ask("reason", service="SSM", code=code, status=status)["reason"] == expected


@pytest.mark.parametrize("service,name", [("SSM", "ssm"), ("DynamoDB", "dynamodb"), ("EC2", "ec2")])
def test_delays(signing, botocore_retries, service, name):
    numbers = random.Random(service)
    for _ in range(500):
        case = {
            "code": numbers.choice(["ThrottlingException", "InternalError"]),
            "status": 500,
            "attempt": numbers.randint(1, 12),
            "random": numbers.random(),
            "retryAfter": numbers.choice([None, 0, numbers.randint(0, 10_000), numbers.randint(0, 1000)]),
        }
        expected = botocore_retries(service=name, **case)["delay"]
        actual = int(signing.ask("delay", service=service, **case)["microseconds"]) / 1e6
        assert actual == pytest.approx(expected, abs=2e-6), case
