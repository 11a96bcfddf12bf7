"""What is retried, and after how long, as botocore does with the retry behavior of November 2026."""

import json
import os
import random
import subprocess
import sys

import pytest

from inputs import INPUTS
from models import model
from signing_probe import SigningProbe

# botocore reads AWS_NEW_RETRIES_2026 when it is imported: it answers in a process of its own.
BOTOCORE = r"""
import json, sys
import botocore.session
from botocore.retries import quota, standard
from botocore.configprovider import NEW_RETRIES_ENABLED
assert NEW_RETRIES_ENABLED
session = botocore.session.get_session()

class Response:
    def __init__(self, status, headers):
        self.status_code, self.headers = status, headers

throttling = standard.ThrottlingErrorDetector(standard.RetryEventAdapter())

# What the quota holds after each attempt, as long as another follows.
def quotas(requests):
    bucket = quota.RetryQuota()
    checker = standard.RetryQuotaChecker(bucket, throttling)
    for statuses in requests:
        request_context = {}
        for status in statuses:
            response = Response(status, {})
            if status < 300:
                checker.release_retry_quota(request_context, response)
            context = standard.RetryContext(
                attempt_number=1, parsed_response={}, http_response=response, request_context=request_context
            )
            goes_on = status >= 300 and checker.acquire_retry_quota(context)
            yield bucket.available_capacity
            if not goes_on:
                break

for line in sys.stdin:
    case = json.loads(line)
    if "requests" in case:
        print(json.dumps(list(quotas(case["requests"]))), flush=True)
        continue
    headers = {} if case.get("retryAfter") is None else {"x-amz-retry-after": str(case["retryAfter"])}
    context = standard.RetryContext(
        attempt_number=case.get("attempt", 1),
        parsed_response={"Error": {"Code": case["code"]}} if case["code"] else {},
        http_response=Response(case["status"], headers),
    )
    if "operation" in case:
        context.operation_model = session.get_service_model(case["service"]).operation_model(case["operation"])
    backoff = standard.ExponentialBackoff(
        random=lambda: case.get("random", 0), service_name=case["service"], throttling_detector=throttling
    )
    is_throttling = throttling.is_throttling_error_from_context(context)
    is_transient = standard.TransientRetryableChecker().is_retryable(context)
    is_transient = is_transient or standard.ModeledRetryableChecker().is_retryable(context)
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
@pytest.mark.parametrize("status", [200, 400, 403, 404, 429, 500, 501, 502, 503, 504])
def test_classification(signing, botocore_retries, code, status):
    expected = botocore_retries(code=code, status=status, service="ssm")["reason"]
    assert signing.ask("reason", service="SSM", code=code, status=status)["reason"] == expected


def retryable_errors():
    """The errors that the models mark as retryable, of the operations the functions use: (service, operation, code)."""
    for service, operation in (name.split(".") for name in INPUTS):
        for shape in model(service).operation_model(operation).error_shapes:
            if "retryable" in shape.metadata:
                yield service, operation, shape.metadata.get("error", {}).get("code", shape.name)


def test_errors_that_models_mark_as_retryable(signing, botocore_retries):
    found = set(retryable_errors())
    assert {code for _, _, code in found} >= {"ReplicatedWriteConflictException"}
    for service, operation, code in sorted(found):
        case = {"code": code, "status": 400}
        expected = botocore_retries(service=service, operation=operation, **case)["reason"]
        assert expected != "none", (service, operation, code)
        actual = signing.ask("reason", service=model(service).service_id, **case)["reason"]
        assert actual == expected, (service, operation, code)


@pytest.mark.parametrize("seed", range(20))
def test_quota(signing, botocore_retries, seed):
    """What retries take from the quota and successes put back, and that an empty one ends retries."""
    numbers = random.Random(seed)
    statuses = [429, 500, 503, 200] if seed % 2 else [429, 500, 500, 503, 503, 503, 503, 200]
    requests = [[numbers.choice(statuses) for _ in range(numbers.randint(1, 6))] for _ in range(100)]
    # Nothing follows a success.
    requests = [answers[: answers.index(200) + 1] if 200 in answers else answers for answers in requests]
    expected = botocore_retries(requests=requests)
    assert min(expected) < 14
    actual = signing.ask("quota", service="SSM", requests=requests)["available"]
    assert [int(number) for number in actual.split()] == expected


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
