"""Two regions of the same accounts: each has its own images, tables, trackers and answers."""

from collections.abc import Iterator

import pytest
from localcloud.client import LocalCloud
from localcloud.deployment import Deployment
from story import CONSUMER_A, CREATOR, TIMEOUT, TRACKER_TIMEOUT, Stage
from world import World

OTHER = "eu-central-1"


@pytest.fixture(scope="module")
def elsewhere(stage: Stage, cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The same configuration applied once more, for another region of the same accounts."""
    other = LocalCloud.attach(cloud.directory)
    other.region = OTHER
    overrides = {"timeout": TIMEOUT, "tracker_timeout": TRACKER_TIMEOUT}
    deployment = Deployment.apply(other, tmp_path_factory.mktemp("terraform-elsewhere"), overrides=overrides)
    yield Stage(other, deployment, stage.queue, stage.modules)


def test_each_region_is_swept_by_itself(stage: Stage, elsewhere: Stage) -> None:
    worlds = {each: World(each, CONSUMER_A) for each in (stage, elsewhere)}
    stories = {each: each.story() for each in worlds}
    for each, world in worlds.items():
        world.empty()
        stories[each].tell(stories[each].share(CONSUMER_A))
    used = {each: {world.instance(stories[each].image), world.parameter(stories[each].image)} for each, world in worlds.items()}

    assert worlds[stage].sweep()["sweep"] == "completed"
    assert worlds[stage].used() == used[stage]
    assert worlds[elsewhere].used() == set() and worlds[elsewhere].coverage() == {}
    assert worlds[stage].coverage()["region"] == stage.cloud.region

    worlds[elsewhere].tick()
    assert worlds[elsewhere].used() == used[elsewhere]
    assert worlds[elsewhere].coverage()["region"] == OTHER
    assert {row["region"] for row in worlds[elsewhere].rows()} == {OTHER}
    assert worlds[stage].used() == used[stage]

    # Each region's checker knows its own images.
    for here, there in ((stage, elsewhere), (elsewhere, stage)):
        answer, failed = here.invoke("deregistration-checker", {"check": stories[here].image})
        assert not failed and answer["verdict"] == "in-use" and answer["resource_count"] == 2
        answer, failed = here.invoke("deregistration-checker", {"check": stories[there].image})
        assert not failed and answer["verdict"] == "unknown" and answer["resource_count"] == 0
    for world in worlds.values():
        world.empty()


def test_a_role_of_one_region_is_no_use_in_the_other(elsewhere: Stage) -> None:
    """Roles are global: each tracker may write the tables of its own region alone."""
    iam = elsewhere.cloud.client("iam", CREATOR)
    number = elsewhere.cloud.account(CONSUMER_A)
    for region in ("us-east-1", OTHER):
        document = iam.get_role_policy(RoleName=f"ami-steward-usage-{region}-{number}", PolicyName="usage")["PolicyDocument"]
        tables = {statement["Resource"].split(":")[3] for statement in document["Statement"]}
        assert tables == {region}
