"""Sweeps: what was there before, and what events did not tell."""

from builder_images import output_image, shared_builder_image
from measures import values
from story import CREATOR, Stage, Story
from world import World, event_now, long_ago


# MARK: What was there before


def test_an_account_that_existed_before_the_installation(story: Story, world: World) -> None:
    """Everything that uses the image is found by the first tick of the rule, and nothing else."""
    story.share(world.account)
    expected = world.one_of_everything(story.image)
    assert world.used() == set() and world.coverage() == {}
    world.tick()
    assert world.used(story.image) == expected
    assert world.used() == expected
    for row in world.rows():
        assert (row["source"], row["region"]) == ("sweep", story.cloud.region)
        assert row["first_seen"] <= row["last_seen"]
    names = {row["resource_name"] for row in world.rows() if row["kind"] == "launch-template"}
    assert all(name.startswith("web-") for name in names)
    coverage = world.coverage()
    assert coverage["image_id"] == "coverage" and "skipped" not in coverage
    assert coverage["last_sweep_started"] <= coverage["last_sweep_completed"]
    assert coverage["resources"] == str(len(expected))

    # Until a day has passed, a tick only looks whether a sweep is due.
    before = story.cloud.count("requests")
    world.tick()
    assert [request["action"] for request in story.cloud.requests(before, function=world.tracker)] == ["dynamodb:BatchGetItem"]
    assert world.coverage() == coverage


def test_the_next_sweep(story: Story, world: World) -> None:
    """Due after a day: what is there is refreshed, what is gone is released, what came is added."""
    story.share(world.account)
    template = world.template(story.image)
    gone, stays = world.instance(story.image), world.instance(story.image)
    configuration, parameter, recipe = world.configuration(story.image), world.parameter(story.image), world.image_recipe(story.image)
    world.tick()
    first = {row["resource"]: row for row in world.rows()}
    assert len(first) == 6

    world.ec2.terminate_instances(InstanceIds=[gone.split()[1]])
    world.ec2.delete_launch_template(LaunchTemplateId=template)
    world.autoscaling.delete_launch_configuration(LaunchConfigurationName=configuration.split()[1])
    world.builder.delete_image_recipe(imageRecipeArn=recipe.split()[1])
    moved = world.foreign_image()
    world.ssm.put_parameter(Name=parameter.split()[1], Value=moved, Type="String", DataType="aws:ec2:image", Overwrite=True)
    came = world.container_recipe(story.image)
    world.backdate(hours=25)
    world.tick()
    assert world.used() == {stays, came}
    (row,) = [row for row in world.rows() if row["kind"] == "instance"]
    assert row["first_seen"] < first[row["resource"]]["first_seen"]  # what is noted was put back by a day
    assert row["last_seen"] > first[row["resource"]]["last_seen"]

    # A parameter may name the image again.
    world.ssm.put_parameter(Name=parameter.split()[1], Value=story.image, Type="String", DataType="aws:ec2:image", Overwrite=True)
    world.sweep()
    assert world.used() == {stays, came, parameter}


def test_the_creators_own_account(stage: Stage) -> None:
    """Without any share: an owner may launch what it owns."""
    story = stage.story()
    world = World(stage, CREATOR)
    used = world.instance(story.image)
    assert world.sweep()["sweep"] == "completed"
    assert world.used(story.image) == {used}
    world.ec2.terminate_instances(InstanceIds=[used.split()[1]])
    world.sweep()
    assert world.used(story.image) == set()


def test_recipes_that_start_from_the_creators_image_builder_images(story: Story, world: World) -> None:
    """The image that such an image gave is what the recipe uses, once the creator shares both."""
    built = shared_builder_image(story, world.account)
    using = world.image_recipe(built)
    assert world.sweep()["sweep"] == "completed"
    assert world.used(output_image(story, built)) == {using}


# MARK: Events that are lost, late and doubled


def test_lost_events(story: Story, world: World) -> None:
    """Neither the launch of one instance nor the end of another was told."""
    story.tell(story.share(world.account))
    ended, lost = world.instance(story.image), world.instance(story.image)
    told = event_now(story, "run-instances", ago=3600)
    told["account"] = world.number
    told["detail"]["responseElements"]["instancesSet"]["items"][0] |= {"instanceId": ended.split()[1], "imageId": story.image}
    story.tell(told)
    assert world.used() == {ended}
    world.ec2.terminate_instances(InstanceIds=[ended.split()[1]])
    world.sweep()
    assert world.used() == {lost}

    # The launch told once more, and late: what a sweep found to be gone does not come back.
    story.tell(told)
    story.tell(told | {"id": story.identifiers})
    assert world.used() == {lost}


def test_an_event_after_the_sweep_that_saw_the_same(story: Story, world: World) -> None:
    story.tell(story.share(world.account))
    used = world.instance(story.image)
    world.sweep()
    late = event_now(story, "run-instances", ago=7200)
    late["account"] = world.number
    late["detail"]["responseElements"]["instancesSet"]["items"][0] |= {"instanceId": used.split()[1], "imageId": story.image}
    story.tell(late, late)
    assert world.used() == {used}
    ended = event_now(story, "instance-terminated")
    ended |= {"account": world.number}
    ended["detail"]["instance-id"] = used.split()[1]
    story.tell(ended)
    assert world.used() == set()


def test_a_sweep_never_undoes_a_newer_event(story: Story, world: World) -> None:
    """EC2's lists are eventually consistent: what an event told just now may be missing there."""
    story.tell(story.share(world.account))
    just_now, earlier = event_now(story, "run-instances"), long_ago(story, "run-instances")
    for number, event in enumerate((just_now, earlier)):
        event["account"] = world.number
        event["detail"]["responseElements"]["instancesSet"]["items"][0] |= {"instanceId": story.instance(number), "imageId": story.image}
    story.tell(just_now, earlier)
    assert world.used() == {f"instance {story.instance(number)}" for number in range(2)}
    world.sweep(later=False)
    assert world.used() == {f"instance {story.instance(0)}"}


def test_an_event_that_was_wrong(story: Story, world: World) -> None:
    """An instance is told to be terminated, and runs: a sweep that sees it, and asks for it, has it in use again."""
    story.tell(story.share(world.account))
    used = world.instance(story.image)
    world.sweep()
    wrong = long_ago(story, "instance-terminated") | {"account": world.number}
    wrong["detail"]["instance-id"] = used.split()[1]
    story.tell(wrong)
    assert world.used() == set()
    before = len(world.metrics())
    assert world.sweep()["revived"] == 1
    assert world.used() == {used}
    assert values(world.metrics()[before])["SweepRevived"] == 1
    # Told once more, it changes nothing.
    story.tell(wrong | {"id": story.identifiers})
    assert world.used() == {used}


def test_the_last_event_is_recorded(story: Story, world: World) -> None:
    story.tell(story.share(world.account))
    story.cloud.set(recycle=world.tracker)  # a warm function has written it a moment ago
    event = event_now(story, "run-instances")
    event["account"] = world.number
    story.tell(event)
    coverage = world.coverage()
    assert coverage["last_event"].startswith(event["detail"]["eventTime"].removesuffix("Z"))
    assert "last_sweep_completed" not in coverage


# MARK: What a sweep tells


def test_metrics_and_answer(stage: Stage, story: Story, world: World) -> None:
    story.tell(story.share(world.account))
    gone = long_ago(story, "run-instances") | {"account": world.number}
    gone["detail"]["responseElements"]["instancesSet"]["items"][0] |= {"instanceId": story.instance(9), "imageId": story.image}
    story.tell(gone)
    used = {world.instance(story.image), world.parameter(story.image)}
    before = len(world.metrics())
    answer = world.sweep()
    assert world.used() == used
    assert (answer["sweep"], answer["resources"], answer["released"]) == ("completed", 2, 1)
    (line,) = world.metrics()[before:]
    found = values(line)
    assert (found["SweepResources"], found["SweepReleased"], found["SweepSkippedSections"]) == (2, 1, 0)
    assert 0 <= found["SweepDuration"] < 60
    assert line["FunctionName"] == "ami-steward-usage-tracker"


def test_a_sweep_logs_no_credentials(stage: Stage, world: World) -> None:
    world.sweep()
    log = stage.cloud.logs(world.tracker)
    assert stage.cloud.secret not in log and "ASIA" not in log
