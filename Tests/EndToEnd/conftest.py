import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import pytest
from amictl import PROGRAM
from localcloud.client import LocalCloud
from localcloud.deployment import REPOSITORY, Deployment
from localcloud.testing import kept_clouds, running_cloud, without_faults, worker
from registry import Registry
from story import CONSUMER_B, CREATOR, FUNCTIONS, TIMEOUT, TRACKER_TIMEOUT, Stage, Story
from world import World


MODULES = pytest.StashKey[list[str]]()

# The files that come first: one that has a cloud of its own, while the deployment is applied; then those that take long, for
# what is begun last should be short, so that processes side by side end together.
FIRST = [
    "test_terraform.py", "test_sweep_faults.py", "test_sweep.py", "test_roles.py", "test_interruptions.py",
    "test_image_distribution.py",
]  # fmt: skip


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Puts the files in order; what is asked of the whole run comes last. AFTERWARDS says which part of a run this is: `apart`
    leaves out what is asked of the whole run, `only` leaves out everything else; without it there is one part."""
    config.stash[MODULES] = sorted({item.path.name for item in items})
    part = os.environ.get("AFTERWARDS")
    left_out = {item for item in items if part and is_afterwards(item) == (part == "apart")}
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
    items[:] = sorted((item for item in items if item not in left_out), key=place)


def place(item: pytest.Item) -> tuple[bool, int]:
    return is_afterwards(item), FIRST.index(item.path.name) if item.path.name in FIRST else len(FIRST)


def is_afterwards(item: pytest.Item) -> bool:
    return item.get_closest_marker("afterwards") is not None


def needs_deployment(item: pytest.Item) -> bool:
    return "stage" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def applying(running_cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Future[Deployment]]:
    """The packaged functions and the real Terraform, applied once for all tests of a process. The creator uses its own images,
    too."""
    overrides = {"timeout": TIMEOUT, "tracker_timeout": TRACKER_TIMEOUT, "consumer": True, "guard": "tagged"}
    kept = kept_clouds()
    directory = kept / f"{worker()}-terraform" if kept else tmp_path_factory.mktemp("terraform")
    make = Deployment.attach if (directory / "terraform.tfstate").exists() else Deployment.apply
    with ThreadPoolExecutor(1) as executor:
        yield executor.submit(make, running_cloud, directory, overrides=overrides)


@pytest.fixture(scope="session", autouse=True)
def applied_early(request: pytest.FixtureRequest) -> Future[Deployment] | None:
    if any(needs_deployment(item) for item in request.session.items):
        return request.getfixturevalue("applying")
    return None


@pytest.fixture(scope="session")
def cloud(running_cloud: LocalCloud, applied_early: Future[Deployment] | None) -> LocalCloud:
    """One local cloud for all tests of a process. Nothing else is under way there, which a test's faults would strike."""
    if applied_early:
        wait([applied_early])
    return running_cloud


@pytest.fixture(scope="session")
def deployment(applying: Future[Deployment]) -> Deployment:
    missing = [name for name in FUNCTIONS if not (REPOSITORY / "dist" / f"{name}.zip").exists()]
    if missing:
        pytest.fail(f"dist/ lacks {', '.join(missing)}; run scripts/package first")
    return applying.result()


@pytest.fixture(scope="session")
def clouds(cloud: LocalCloud) -> list[LocalCloud]:
    """Every local cloud of the run: each process has its own."""
    kept = kept_clouds()
    others = sorted(kept.glob("gw*/state.json")) if kept else []
    return [LocalCloud.attach(state.parent) for state in others] or [cloud]


@pytest.fixture(scope="session")
def stage(cloud: LocalCloud, deployment: Deployment, request: pytest.FixtureRequest) -> Stage:
    """The deployment with a subscriber of the alert topic."""
    sqs, name = cloud.client("sqs", CREATOR), "subscriber"
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    topic = deployment.terraform.outputs()["creator"]["alert_topic_arn"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    cloud.client("sns", CREATOR).subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return Stage(cloud, deployment, queue, request.config.stash[MODULES])


@pytest.fixture
def story(stage: Stage) -> Story:
    return stage.story()


@pytest.fixture(scope="module")
def emptied_account(stage: Stage) -> Iterator[World]:
    """An account in which nothing is but what a test makes."""
    world = World(stage, CONSUMER_B)
    world.empty()
    yield world
    world.empty()


@pytest.fixture
def world(emptied_account: World) -> Iterator[World]:
    """The account, empty and never swept."""
    emptied_account.forget()
    yield emptied_account
    emptied_account.empty()


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
