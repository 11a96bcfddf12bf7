import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from amictl import PROGRAM
from localcloud.client import LocalCloud
from localcloud.deployment import REPOSITORY, Deployment
from localcloud.testing import cloud, without_faults
from registry import Registry
from story import CREATOR, FUNCTIONS, TIMEOUT, TRACKER_TIMEOUT, Stage, Story


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is asked of the whole run comes last, what takes the deployment down last of all."""
    items.sort(key=lambda item: item.get_closest_marker("afterwards") is not None)


@pytest.fixture(scope="session")
def deployment(cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The packaged functions and the real Terraform, applied once for all tests. The creator uses its own images,
    too."""
    missing = [name for name in FUNCTIONS if not (REPOSITORY / "dist" / f"{name}.zip").exists()]
    if missing:
        pytest.fail(f"dist/ lacks {', '.join(missing)}; run scripts/package first")
    overrides = {"timeout": TIMEOUT, "tracker_timeout": TRACKER_TIMEOUT, "consumer": True, "guard": "tagged"}
    yield Deployment.apply(cloud, tmp_path_factory.mktemp("terraform"), overrides=overrides)


@pytest.fixture(scope="session")
def stage(cloud: LocalCloud, deployment: Deployment, request: pytest.FixtureRequest) -> Stage:
    """The deployment with a subscriber of the alert topic."""
    sqs, name = cloud.client("sqs", CREATOR), "subscriber"
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    topic = deployment.terraform.outputs()["creator"]["alert_topic_arn"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    cloud.client("sns", CREATOR).subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return Stage(cloud, deployment, queue, sorted({item.path.name for item in request.session.items}))


@pytest.fixture
def story(stage: Stage) -> Story:
    return stage.story()


@pytest.fixture(scope="session")
def standing_registry(cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """Accounts for tests that leave nothing behind that another would see."""
    return registry_in(cloud, tmp_path_factory.mktemp("registry"))


@pytest.fixture
def registry(cloud: LocalCloud, tmp_path: Path) -> Registry:
    """Accounts of its own for each test that shares images."""
    return registry_in(cloud, tmp_path)


def registry_in(cloud: LocalCloud, directory: Path) -> Registry:
    if not PROGRAM.exists():
        pytest.fail(f"{PROGRAM} is missing; run scripts/package first")
    return Registry(cloud, directory)
