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
    here, there = World(stage, CONSUMER_A), World(elsewhere, CONSUMER_A)
    used = {}
    for world in (here, there):
        world.empty()
        story = world.stage.story()
        story.tell(story.share(CONSUMER_A))
        used[world] = (story, {world.instance(story.image), world.parameter(story.image)})

    assert here.sweep()["sweep"] == "completed"
    assert here.used() == used[here][1]
    assert there.used() == set() and there.coverage() == {}
    assert here.coverage()["region"] == stage.cloud.region

    there.tick()
    assert there.used() == used[there][1]
    assert there.coverage()["region"] == OTHER
    assert {row["region"] for row in there.rows()} == {OTHER}
    assert here.used() == used[here][1]

    # Each region's checker knows its own images.
    for world, other in ((here, there), (there, here)):
        answer, failed = world.stage.invoke("deregistration-checker", {"check": used[world][0].image})
        assert not failed and (answer["verdict"], answer["resource_count"]) == ("in-use", 2)
        answer, failed = world.stage.invoke("deregistration-checker", {"check": used[other][0].image})
        assert not failed and (answer["verdict"], answer["resource_count"]) == ("unknown", 0)
    for world in (here, there):
        world.empty()


def test_a_role_of_one_region_is_no_use_in_the_other(elsewhere: Stage) -> None:
    """Roles are global: each tracker may write the tables of its own region alone."""
    iam = elsewhere.cloud.client("iam", CREATOR)
    number = elsewhere.cloud.account(CONSUMER_A)
    for region in ("us-east-1", OTHER):
        document = iam.get_role_policy(RoleName=f"ami-steward-usage-{region}-{number}", PolicyName="usage")["PolicyDocument"]
        tables = {statement["Resource"].split(":")[3] for statement in document["Statement"]}
        assert tables == {region}
