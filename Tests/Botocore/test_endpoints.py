"""Endpoints are those of the rule sets in botocore's service models, for every region of every partition."""

import itertools
import re

import botocore.session
import pytest
from botocore.endpoint_provider import EndpointProvider

from probe import REPOSITORY
from signing_probe import SigningProbe

# Names of botocore's models, by service id.
SERVICES = {
    "Auto Scaling": "autoscaling",
    "CloudFormation": "cloudformation",
    "CloudWatch": "cloudwatch",
    "DynamoDB": "dynamodb",
    "EC2": "ec2",
    "EKS": "eks",
    "IAM": "iam",
    "imagebuilder": "imagebuilder",
    "KMS": "kms",
    "Lambda": "lambda",
    "Organizations": "organizations",
    "S3": "s3",
    "SESv2": "sesv2",
    "SNS": "sns",
    "SSM": "ssm",
    "STS": "sts",
}
LOADER = botocore.session.get_session().get_component("data_loader")
PARTITIONS = LOADER.load_data("partitions")
REGIONS = [
    region for partition in PARTITIONS["partitions"] for region in partition["regions"] if not region.endswith("-global")
]


@pytest.fixture(scope="module")
def signing():
    probe = SigningProbe()
    yield probe
    probe.close()


def test_every_service_is_compared():
    """The services above are those that AWSService has a constant for, by their service ids."""
    source = (REPOSITORY / "Sources/AWSClient/Client/AWSService.swift").read_text()
    constants = re.findall(r"static let \w+ = AWSService\(", source)
    ids = re.findall(r'static let \w+ = AWSService\(\s*sdkID: "([^"]+)"', source)
    assert len(ids) == len(constants)
    assert sorted(ids) == sorted(SERVICES)


@pytest.mark.parametrize("service", SERVICES)
def test_every_region_and_variant(signing, service):
    rules = EndpointProvider(LOADER.load_service_model(SERVICES[service], "endpoint-rule-set-1"), PARTITIONS)
    # A region of tomorrow, too.
    for region, fips, dual in itertools.product(REGIONS + ["eu-central-9"], [False, True], [False, True]):
        answer = signing.ask("endpoint", service=service, region=region, usesFIPS=fips, usesDualStack=dual)
        try:
            expected = rules.resolve_endpoint(Region=region, UseFIPS=fips, UseDualStack=dual)
        except Exception as error:
            assert "error" in answer, (region, fips, dual, error)
            continue
        assert answer.get("url") == expected.url, (region, fips, dual)
        scheme = (expected.properties.get("authSchemes") or [{}])[0]
        assert answer["signingRegion"] == scheme.get("signingRegion", region), (region, fips, dual)


@pytest.mark.parametrize("service", SERVICES)
def test_signing_names(signing, service):
    metadata = LOADER.load_service_model(SERVICES[service], "service-2")["metadata"]
    answer = signing.ask("endpoint", service=service, region="eu-west-1")
    assert answer["signingName"] == metadata.get("signingName", metadata["endpointPrefix"])
    assert metadata["serviceId"] == service


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("fips,dual", [(True, False), (False, True), (True, True)])
def test_variants_conflict_with_another_endpoint(signing, service, fips, dual):
    url = "https://endpoint.example.com"
    rules = EndpointProvider(LOADER.load_service_model(SERVICES[service], "endpoint-rule-set-1"), PARTITIONS)
    try:
        rules.resolve_endpoint(Region="eu-west-1", UseFIPS=fips, UseDualStack=dual, Endpoint=url)
        refused = False
    except Exception:
        refused = True
    answer = signing.ask("endpoint", service=service, region="eu-west-1", usesFIPS=fips, usesDualStack=dual, url=url)
    assert refused and "error" in answer
