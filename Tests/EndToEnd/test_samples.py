"""Every sample of events/, delivered by the deployed rules: what it leaves in the tables, and who is told."""

from dataclasses import dataclass, field

import pytest
from localcloud.deployment import ADDRESSES, REPOSITORY
from story import CONSUMER_A, CONSUMER_B, CREATOR, FUNCTIONS, ORGANIZATION, UNIT, Stage, Story

A, B, PUBLIC = f"account#{CONSUMER_A}", f"account#{CONSUMER_B}", "group#all"
MEMBERS = {f"organization#{ORGANIZATION}": "shared", f"organizational-unit#{UNIT}": "shared"}
SHARE, RUN, TEMPLATE = "modify-image-attribute-add-account", "run-instances", "create-launch-template"
CONFIGURATION = "create-launch-configuration"


@dataclass(frozen=True)
class Case:
    """What is told before, and what is to be seen after the sample: who got it, and what is in the tables.

    Resources are written with the last digit of their identifiers. What is active has a usage row, and nothing else has.
    """

    functions: tuple[str, ...]
    before: tuple[str, ...] = ()
    shares: dict[str, str] = field(default_factory=dict)
    image: str | None = None
    active: frozenset[str] = frozenset()
    released: frozenset[str] = frozenset()
    told: bool = False


def ignored(*before: str, shares: dict[str, str] | None = None) -> Case:
    """No rule takes it."""
    return Case((), before, shares or {})


# No events, but what people and schedules ask for.
REQUESTS = {"check", "check-owner-view", "guard", "measure"}

BOTH = ("deregistration-checker", "share-recorder")


def share(*before: str, shares: dict[str, str]) -> Case:
    return Case(BOTH, before, shares)


def loss(shares: dict[str, str], *before: str, image: str | None = None, active: set[str]) -> Case:
    """Consumer A loses what it uses."""
    return Case(BOTH, before, shares, image, frozenset(active), told=True)


def return_of_the_image() -> Case:
    return Case(("share-recorder",), (SHARE, "disable-image"), {A: "disabled"}, "available")


def use(*before: str, active: set[str] | frozenset[str] = frozenset(), released: set[str] | None = None) -> Case:
    return Case(("usage-tracker",), before, active=frozenset(active), released=frozenset(released or ()))


CASES = {
    "modify-image-attribute-add-account": share(shares={A: "shared"}),
    "modify-image-attribute-flat": share(shares={A: "shared", PUBLIC: "shared", **MEMBERS}),
    "modify-image-attribute-public": share(shares={PUBLIC: "shared"}),
    "modify-image-attribute-several": share(shares={A: "shared", B: "shared", PUBLIC: "removed", **MEMBERS}),
    "modify-image-attribute-remove-account": loss({A: "removed"}, SHARE, RUN, active={"i-1"}),
    "modify-image-attribute-description": share(SHARE, shares={A: "shared"}),
    "modify-image-attribute-failed": ignored(),
    "modify-image-attribute-dry-run": ignored(SHARE, shares={A: "shared"}),
    "reset-image-attribute": loss(
        dict.fromkeys((A, B, PUBLIC, *MEMBERS), "removed"), "modify-image-attribute-several", RUN, active={"i-1"}
    ),
    "disable-image": loss({A: "disabled"}, SHARE, TEMPLATE, image="disabled", active={"lt-1/1"}),
    "ami-state-change-disabled": loss({A: "disabled"}, SHARE, TEMPLATE, image="disabled", active={"lt-1/1"}),
    "enable-image": return_of_the_image(),
    "ami-state-change-available": return_of_the_image(),
    "deregister-image": loss({A: "deregistered"}, SHARE, CONFIGURATION, image="deregistered", active={"web-2026-11"}),
    "ami-state-change-deregistered": loss(
        {A: "deregistered"}, SHARE, CONFIGURATION, image="deregistered", active={"web-2026-11"}
    ),
    "run-instances": use(active={"i-1"}),
    "run-instances-several": use(active={"i-2", "i-3", "i-4"}),
    "run-instances-auto-scaling": use(active={"i-5"}),  # i-6 has an image of somebody else's
    "run-instances-failed": ignored(),
    "terminate-instances": use(RUN, released={"i-1"}),
    "terminate-instances-several": use("run-instances-several", active={"i-4"}, released={"i-2", "i-3"}),
    "instance-terminated": use(RUN, released={"i-1"}),
    "create-launch-template": use(active={"lt-1/1"}),
    "create-launch-template-resolve-ssm": use(active={"lt-2/1"}),
    "create-launch-template-version": use(active={"lt-1/2"}),
    "create-launch-template-version-resolve-ssm": use(active={"lt-1/4"}),
    "create-launch-template-version-inherited": use(),  # of a template that is gone; else see below
    "delete-launch-template-versions": use(
        TEMPLATE, "create-launch-template-version", active={"lt-1/1"}, released={"lt-1/2"}
    ),
    "delete-launch-template-versions-partly": use(
        TEMPLATE, "create-launch-template-version-resolve-ssm", active={"lt-1/1"}, released={"lt-1/3", "lt-1/4"}
    ),
    "delete-launch-template": use(
        TEMPLATE, "create-launch-template-version", released={"lt-1/1", "lt-1/2", "lt-1/*"}
    ),
    "delete-launch-template-by-name": use("create-launch-template-resolve-ssm", released={"lt-2/1", "lt-2/*"}),
    "create-launch-configuration": use(active={"web-2026-11"}),
    "create-launch-configuration-from-instance": use(active={"like-web-1"}),
    "delete-launch-configuration": use(CONFIGURATION, released={"web-2026-11"}),
    "parameter-store-change-create": use(active={"/golden"}),
    "parameter-store-change-update": use("parameter-store-change-create", active={"/golden"}),
    "parameter-store-change-delete": use(active={"/golden"}),  # which is there nevertheless; else see test_parameters.py
    "parameter-store-change-refused": ignored(),
}


def prepare(story: Story) -> None:
    """What the samples suppose to be there: the image shared, a parameter with it, a launch configuration of it."""
    story.share(CONSUMER_A)
    ssm = story.cloud.client("ssm", CONSUMER_A)
    for value in ("ami-00000000000000001", "ami-00000000000000002", story.image):
        ssm.put_parameter(Name=story.parameter, Value=value, Type="String", DataType="aws:ec2:image", Overwrite=True)
    story.cloud.client("autoscaling", CONSUMER_A).create_launch_configuration(
        LaunchConfigurationName=story.named("like-web-1"), ImageId=story.image, InstanceType="t3.micro"
    )


def short(story: Story, text: str) -> str:
    """As the cases write resources and accounts."""
    for account in (CONSUMER_A, CONSUMER_B):
        text = text.replace(story.cloud.account(account), account)
    for prefix in ("launch-configuration#", "parameter#"):
        text = text.removeprefix(prefix)
    text = text.removesuffix(" -").removesuffix(f" {story.image}").replace(" ", "/").replace(story.parameter, "/golden")
    return text.replace(f"{story.identifiers}000", "").replace(f"-{story.identifiers}", "")


def seen(story: Story, functions: tuple[str, ...], before: tuple[str, ...]) -> tuple[Case, set[str]]:
    """What is to be seen, as a case; and what has a usage row."""
    image = story.principals().get("image", {})
    mappings = {short(story, key): row["state"] for key, row in story.mappings().items()}
    states = {state: frozenset(n for n, s in mappings.items() if s == state) for state in ("active", "released")}
    shares = {short(story, principal): status for principal, status in story.statuses().items()}
    status = image.get("status") if "event_name" in image else None
    case = Case(functions, before, shares, status, **states, told=story.mailed() == [ADDRESSES[CONSUMER_A]])
    assert story.mailed() in ([], [ADDRESSES[CONSUMER_A]])
    return case, {short(story, row["resource_id"]) for row in story.usage()}


def test_every_sample_has_its_case() -> None:
    assert {path.stem for path in (REPOSITORY / "events").glob("*.json")} == REQUESTS | {*CASES}


@pytest.mark.parametrize("name", CASES)
def test_a_sample_leaves_what_it_says(story: Story, name: str) -> None:
    case = CASES[name]
    prepare(story)
    story.tell(*(story.sample(sample) for sample in case.before))
    (delivery,) = story.deliver(story.sample(name))
    assert delivery.errors == []
    functions = tuple(function.removeprefix("ami-steward-") for function in delivery.functions)
    assert seen(story, functions, case.before) == (case, case.active)
    assert len(story.messages()) == case.told


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.functions])
def test_a_call_that_failed_changes_nothing_even_where_a_function_is_given_it(
    stage: Stage, story: Story, name: str
) -> None:
    prepare(story)
    story.tell(story.sample(SHARE), story.sample(RUN))
    before = story.state()
    for function in FUNCTIONS:
        assert stage.invoke(function, story.sample(name)) == (None, False)
    assert story.state() == before
    assert story.mail() == []


def test_a_version_that_inherits_its_image(story: Story) -> None:
    prepare(story)
    ec2 = story.cloud.client("ec2", CONSUMER_A)
    template = ec2.create_launch_template(
        LaunchTemplateName=story.named("web"), LaunchTemplateData={"ImageId": story.image, "InstanceType": "t3.micro"}
    )["LaunchTemplate"]["LaunchTemplateId"]
    for source in ("1", "2"):
        ec2.create_launch_template_version(
            LaunchTemplateId=template, SourceVersion=source, LaunchTemplateData={"InstanceType": "t3.large"}
        )
    created = story.sample("create-launch-template-version-inherited")
    answer = created["detail"]["responseElements"]["CreateLaunchTemplateVersionResponse"]
    answer["launchTemplateVersion"]["launchTemplateId"] = template
    story.tell(created)
    assert story.used_by() == [f"launch-template {template}/3"]


def test_an_image_that_can_no_longer_be_described_counts_where_it_was_shared(story: Story) -> None:
    """The image is taken away before the events of its use arrive."""
    story.tell(story.share(CONSUMER_A))
    running = story.run(CONSUMER_A)
    story.cloud.client("ec2", CREATOR).deregister_image(ImageId=story.image)
    story.tell(story.sample("run-instances"), running)
    assert len(story.used_by()) == 2


def test_an_image_that_nobody_knows_is_not_tracked(story: Story) -> None:
    story.tell(story.run_event([story.instance(1)], image="ami-00000000000000009"))
    assert story.usage() == []
    assert story.mappings() == {}
