"""How far an answer can be relied upon: coverage, EC2's own word, what is measured."""

import datetime
import time
from collections.abc import Iterator
from typing import Any

import pytest
from amictl import OK, amictl
from measures import metrics, values
from story import CONSUMER_A, CONSUMER_B, CREATOR, ORGANIZATION, Stage, Story
from world import World

STRANGER = "999988887777"
"""An account without a usage tracker."""


@pytest.fixture(scope="module")
def accounts(stage: Stage) -> Iterator[dict[str, World]]:
    """Two accounts that use images."""
    worlds = {name: World(stage, name) for name in (CONSUMER_A, CONSUMER_B)}
    for world in worlds.values():
        world.empty()
    yield worlds
    for world in worlds.values():
        world.empty()


@pytest.fixture
def worlds(accounts: dict[str, World], story: Story) -> dict[str, World]:
    """What their owner itself uses is known: it is swept after the story's image was made."""
    for world in accounts.values():
        world.forget()
    World(story.stage, CREATOR).sweep()
    return accounts


@pytest.fixture
def patient(stage: Stage) -> Iterator[None]:
    """The checker has time to wait for EC2's report, as it has where nothing says otherwise."""
    function = stage.function("deregistration-checker")
    client, name = stage.cloud.client("lambda", CREATOR), function.rpartition("/")[2]
    before = client.get_function_configuration(FunctionName=name)["Timeout"]
    client.update_function_configuration(FunctionName=name, Timeout=60)
    yield
    client.update_function_configuration(FunctionName=name, Timeout=before)


def check(story: Story, **question: Any) -> dict[str, Any]:
    answer, failed = story.stage.invoke("deregistration-checker", {"check": story.image, **question})
    assert not failed, answer
    return answer


def statuses(answer: dict[str, Any]) -> dict[str, str]:
    return {each["account_id"]: each["status"] for each in answer["coverage"]}


def test_unknown_then_clear_then_in_use(story: Story, worlds: dict[str, World]) -> None:
    a, b = worlds[CONSUMER_A], worlds[CONSUMER_B]
    story.tell(story.share(CONSUMER_A, CONSUMER_B))
    answer = check(story)
    assert (answer["verdict"], answer["in_use"]) == ("unknown", False)
    assert {statuses(answer)[each.number] for each in (a, b)} == {"no-tracker"}

    assert a.sweep()["sweep"] == "completed"
    answer = check(story)
    assert (answer["verdict"], statuses(answer)[a.number]) == ("unknown", "swept")
    assert any(b.number in reason for reason in answer["reasons"])
    assert not any(a.number in reason for reason in answer["reasons"])
    assert check(story, accounts=[a.number])["verdict"] == "clear"

    b.sweep()
    answer = check(story)
    assert (answer["verdict"], answer["reasons"], answer["in_use"]) == ("clear", [], False)
    assert all(each["last_sweep_completed"] for each in answer["coverage"] if each["status"] == "swept")

    used = a.instance(story.image)
    a.sweep()
    answer = check(story)
    assert (answer["verdict"], answer["in_use"]) == ("in-use", True)
    assert [each["account_id"] for each in answer["accounts"]] == [a.number]
    a.ec2.terminate_instances(InstanceIds=[used.split()[1]])
    a.sweep()
    assert check(story)["verdict"] == "clear"


def test_an_account_with_a_share_and_no_tracker(story: Story, worlds: dict[str, World]) -> None:
    story.tell(story.permit(add=[{"UserId": STRANGER}, {"UserId": worlds[CONSUMER_A].number}]))
    worlds[CONSUMER_A].sweep()
    answer = check(story)
    assert answer["verdict"] == "unknown"
    assert statuses(answer)[STRANGER] == "no-tracker"
    assert [STRANGER in reason for reason in answer["reasons"]] == [True]


def test_a_tracker_that_has_not_swept_yet(story: Story, worlds: dict[str, World]) -> None:
    """Its first tick makes it known, before it has listed anything."""
    world = worlds[CONSUMER_A]
    story.tell(story.share(CONSUMER_A))
    assert statuses(check(story))[world.number] == "no-tracker"
    story.cloud.fault("kill-before", function=world.tracker, action="ec2:DescribeInstances", times=None)
    story.cloud.fire_schedule(CONSUMER_A, "ami-steward-usage-tracker-sweep")
    story.cloud.clear_faults()
    answer = check(story)
    assert (answer["verdict"], statuses(answer)[world.number]) == ("unknown", "never")
    assert f"account {world.number} has never been swept completely" in answer["reasons"]
    world.release_lease()


def test_the_owner_has_its_images_as_well(story: Story, worlds: dict[str, World]) -> None:
    owner = World(story.stage, CREATOR)
    owner.forget()
    answer = check(story)
    assert (answer["verdict"], statuses(answer)) == ("unknown", {owner.number: "no-tracker"})
    assert answer["reasons"] == [f"account {owner.number} has no usage tracker"]
    # EC2's report is one of other accounts.
    assert check(story, owner_view=True)["verdict"] == "unknown"
    owner.sweep()
    assert check(story)["verdict"] == "clear"


def test_a_share_that_is_newer_than_the_sweep(story: Story, worlds: dict[str, World]) -> None:
    worlds[CONSUMER_A].sweep()
    worlds[CONSUMER_A].backdate(hours=1)
    event = story.share(CONSUMER_A)
    story.tell(event | {"detail": event["detail"] | {"eventTime": now()}})
    assert check(story)["verdict"] == "unknown"
    worlds[CONSUMER_A].sweep()
    assert check(story)["verdict"] == "clear"


def at(event: dict[str, Any], days: float) -> dict[str, Any]:
    """The event as one of so many days ago."""
    moment = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days)
    text = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return event | {"time": text, "detail": event["detail"] | {"eventTime": text}}


def now() -> str:
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_sweep_that_is_too_old(story: Story, worlds: dict[str, World]) -> None:
    story.tell(story.share(CONSUMER_A))
    worlds[CONSUMER_A].sweep()
    assert check(story)["verdict"] == "clear"
    worlds[CONSUMER_A].backdate(hours=49)
    answer = check(story)
    assert (answer["verdict"], statuses(answer)[worlds[CONSUMER_A].number]) == ("unknown", "stale")


def test_a_section_that_was_left_out(story: Story, worlds: dict[str, World]) -> None:
    story.tell(story.share(CONSUMER_A))
    story.cloud.fault(
        "error", function=worlds[CONSUMER_A].tracker, action="ec2:DescribeInstances", status=403, code="UnauthorizedOperation",
        times=None,
    )  # fmt: skip
    worlds[CONSUMER_A].sweep()
    story.cloud.clear_faults()
    answer = check(story)
    assert answer["verdict"] == "unknown"
    assert any("instances" in reason for reason in answer["reasons"])


@pytest.mark.parametrize("days", [2, 4])
def test_ec2s_report_settles_an_organization_that_lost_the_image(
    story: Story, worlds: dict[str, World], patient: None, days: int
) -> None:
    """It lags behind: neither while the organization has the image, nor in the first days after."""
    organization = [{"OrganizationArn": ORGANIZATION}]
    story.tell(at(story.permit(add=organization), days=10))
    for world in worlds.values():
        world.sweep()
    assert check(story)["verdict"] == "unknown"
    answer = check(story, owner_view=True)
    assert (answer["verdict"], answer["owner_view"]["status"], answer["gaps"]) == ("unknown", "available", [])
    assert "may lack what its accounts began" in answer["reasons"][0]
    assert check(story, accounts=[worlds[CONSUMER_A].number])["verdict"] == "clear"

    story.tell(at(story.permit(remove=organization), days=days))
    assert check(story)["verdict"] == "unknown"
    answer = check(story, owner_view=True)
    assert answer["verdict"] == ("clear" if days == 4 else "unknown"), answer["reasons"]
    assert len(answer["notes"]) == (2 if days == 4 else 0)


def test_an_account_that_lost_the_image_may_still_run_it(story: Story, worlds: dict[str, World], patient: None) -> None:
    stranger = [{"UserId": STRANGER}]
    story.tell(at(story.permit(add=stranger), days=10), at(story.permit(remove=stranger), days=4))
    answer = check(story)
    assert (answer["verdict"], statuses(answer)[STRANGER]) == ("unknown", "no-tracker")
    assert answer["reasons"][0].startswith(f"account {STRANGER} has no usage tracker; it had the image until ")
    assert check(story, owner_view=True)["verdict"] == "clear"


def test_alerts_say_what_is_not_known(story: Story, worlds: dict[str, World]) -> None:
    """Whoever is told learns when its account was swept last."""
    story.tell(story.share(CONSUMER_A, CONSUMER_B), story.run(CONSUMER_A))
    worlds[CONSUMER_A].sweep()
    story.tell(story.unshare(CONSUMER_A))
    (message,) = story.messages()
    assert message["coverage"]["status"] == "swept"
    assert message["coverage"]["last_sweep_completed"]


# MARK: The owner's view


def test_what_ec2_counts_and_the_tables_do_not(story: Story, worlds: dict[str, World], patient: None) -> None:
    """The launch was never told, and the account not swept since: the gap is named, and the image in use."""
    world = worlds[CONSUMER_A]
    story.tell(story.share(CONSUMER_A))
    world.sweep()
    used = world.instance(story.image)
    world.template(story.image)
    assert check(story)["verdict"] == "clear"
    function = story.stage.function("deregistration-checker")
    answer = check(story, owner_view=True)
    assert (answer["verdict"], {gap["explained"] for gap in answer["gaps"]}) == ("in-use", {True})
    assert values(metrics(story.cloud.logs(function))[-1])["Gaps"] == 0
    # As long ago, the report's delay is no explanation.
    world.backdate(hours=80)
    answer = check(story, owner_view=True)
    assert answer["verdict"] == "in-use"
    assert {(gap["account_id"], gap["kind"], gap["table"], gap["ec2"]) for gap in answer["gaps"]} == {
        (world.number, "instance", 0, 1), (world.number, "launch-template", 0, 1),
    }  # fmt: skip
    assert values(metrics(story.cloud.logs(function))[-1])["Gaps"] == 2

    # No report is left behind.
    assert story.cloud.client("ec2", CREATOR).describe_image_usage_reports(ImageIds=[story.image])["ImageUsageReports"] == []
    world.sweep()
    assert check(story, owner_view=True)["gaps"] == []
    world.ec2.terminate_instances(InstanceIds=[used.split()[1]])
    world.empty()


def test_a_report_that_takes_too_long_or_is_refused(story: Story, worlds: dict[str, World]) -> None:
    """The answer comes without EC2's view, and says so."""
    story.tell(story.share(CONSUMER_A))
    worlds[CONSUMER_A].sweep()
    story.cloud.set(report_seconds=600)
    answer = check(story, owner_view=True)
    assert answer["owner_view"]["status"] == "pending" and answer["verdict"] == "clear"
    story.cloud.set(report_seconds=0.1)
    time.sleep(0.2)
    assert check(story, owner_view=True)["owner_view"]["status"] == "available"
    story.cloud.fault(
        "error", function=story.stage.function("deregistration-checker"), action="ec2:CreateImageUsageReport", status=403,
        code="UnauthorizedOperation",
    )  # fmt: skip
    answer = check(story, owner_view=True)
    assert answer["owner_view"]["status"] == "not-available" and "UnauthorizedOperation" in answer["owner_view"]["reason"]
    assert story.cloud.client("ec2", CREATOR).describe_image_usage_reports(ImageIds=[story.image])["ImageUsageReports"] == []


# MARK: Shares that no event told of


def found(story: Story) -> dict[str, Any]:
    """The shares that are recorded as found with EC2."""
    return {name: row for name, row in story.principals().items() if row.get("event_name") == "DescribeImageAttribute"}


def test_a_share_of_before_the_installation(story: Story, worlds: dict[str, World]) -> None:
    """To ask about the image records it; the next sweep of the account settles it."""
    a, b = worlds[CONSUMER_A], worlds[CONSUMER_B]
    share = story.share(CONSUMER_A, CONSUMER_B)
    used = a.instance(story.image)
    for world in (a, b):
        world.sweep()
    answer = check(story)
    assert (answer["verdict"], story.used_by(CONSUMER_A)) == ("in-use", [used])
    record = found(story)[f"account#{b.number}"]
    assert (record["status"], record["first_shared"]) == ("shared", record["event_time"])
    assert story.principals()["image"]["image_name"] == story.image_name

    answer = check(story, accounts=[b.number])
    assert (answer["verdict"], statuses(answer)[b.number]) == ("unknown", "stale")
    (reason,) = answer["reasons"]
    assert "before the account was found to have the image" in reason
    b.sweep()
    assert check(story, accounts=[b.number])["verdict"] == "clear"

    a.ec2.terminate_instances(InstanceIds=[used.split()[1]])
    a.sweep()
    assert check(story)["verdict"] == "clear"
    # The event comes after all, hours late, and so does that of its end.
    story.tell(at(share, days=0.2))
    assert check(story)["verdict"] == "clear"
    story.tell(at(story.unshare(CONSUMER_A, CONSUMER_B), days=0))
    assert set(story.statuses().values()) == {"removed"}
    assert check(story)["shared_with"] == []


def test_who_lists_shares_sees_which_were_found(story: Story) -> None:
    story.share(CONSUMER_A)
    check(story)
    number = story.cloud.account(CREATOR)
    listed = amictl(story.cloud, number, "shares", story.image, "--output", "json").expect(OK).json
    assert [share["event_name"] for share in listed["shares"]] == ["DescribeImageAttribute"]
    assert "found: no event told of it" in amictl(story.cloud, number, "shares", story.image).expect(OK).out


def test_the_guard_records_what_it_finds(story: Story, worlds: dict[str, World]) -> None:
    world = worlds[CONSUMER_A]
    ec2 = story.cloud.client("ec2", CREATOR)
    tag = [{"Key": "ami-steward-guard", "Value": "true"}]
    ec2.create_tags(Resources=[story.image], Tags=tag)
    story.share(CONSUMER_A)
    used = world.instance(story.image)
    world.sweep()

    def protection() -> str:
        answer, failed = story.stage.invoke("deregistration-checker", {"guard": {}})
        assert not failed, answer
        return ec2.describe_images(ImageIds=[story.image])["Images"][0]["DeregistrationProtection"]

    assert protection() == "enabled-without-cooldown"
    assert found(story) == {}  # the table's own rows were enough
    world.ec2.terminate_instances(InstanceIds=[used.split()[1]])
    world.sweep()
    assert protection() == "enabled-without-cooldown"
    assert set(found(story)) == {f"account#{world.number}"}
    world.sweep()
    assert protection() == "disabled"
    ec2.delete_tags(Resources=[story.image], Tags=tag)


def test_shares_are_looked_for_each_day(story: Story, worlds: dict[str, World]) -> None:
    """Nobody asks about the image: it is recorded all the same, and measured, however often the search is cut off."""
    world = worlds[CONSUMER_A]
    story.share(CONSUMER_A)
    world.sweep()
    search_from(story)
    function = story.stage.function("deregistration-checker")
    story.cloud.fault("kill-after", function=function, action="ec2:DescribeImageAttribute", times=1)
    assert story.stage.invoke("deregistration-checker", {"measure": {}})[1]
    story.cloud.clear_faults()
    answer = story.stage.measure()
    share = {"image_id": story.image, "principal": f"account#{world.number}"}
    assert share in answer["share_search"]["found"]
    assert set(found(story)) == {share["principal"]}
    assert world.number in answer["accounts_awaiting_sweep"]
    assert world.number not in answer["unknown_accounts"]
    story.stage.search_all()
    world.sweep()
    # A round a day.
    answer = story.stage.measure()
    assert "share_search" not in answer
    assert world.number not in answer["unknown_accounts"] + answer["accounts_awaiting_sweep"]
    assert check(story)["verdict"] == "clear"


def test_the_end_of_a_share_that_no_event_told_of(story: Story, worlds: dict[str, World]) -> None:
    """Once EC2 has not listed it on two days, whoever uses the image is told, once."""
    world = worlds[CONSUMER_A]
    story.tell(at(story.share(CONSUMER_A), days=3))
    world.instance(story.image)
    world.sweep()
    story.unshare(CONSUMER_A)
    principal = f"account#{world.number}"

    def search() -> list[dict[str, str]]:
        search_from(story)
        answer = story.stage.measure()
        return [each for each in answer["share_search"]["ended"] if each["image_id"] == story.image]

    assert search() == []
    assert story.principals()[principal]["status"] == "shared"
    assert story.mail() == []
    yesterday = missed_yesterday(story, principal)
    function = story.stage.function("deregistration-checker")
    # Cut off before anybody is told, it is told by the next run.
    story.cloud.fault("kill-before", function=function, action="ses:SendEmail", times=1)
    search_from(story)
    assert story.stage.invoke("deregistration-checker", {"measure": {}})[1]
    story.cloud.clear_faults()
    assert (story.principals()[principal]["status"], story.mail()) == ("removed", [])
    time.sleep(7)  # the claim of whoever was cut off ends with its time
    assert search() == [{"image_id": story.image, "principal": principal}]
    search()
    (mail,) = story.mail()
    assert "no event told of it" in mail["text"]
    assert f"it had happened by {yesterday:%Y-%m-%d %H:%M:%S} UTC" in " ".join(mail["text"].split())
    (message,) = story.messages()
    assert message["event_name"] == "DescribeImageAttribute"
    assert check(story)["verdict"] == "in-use"


@pytest.mark.parametrize(
    ("status", "what", "who"),
    [
        ("deregistered", "it was deregistered", "EC2 was found not to have the image any more"),
        ("disabled", "it was disabled", "EC2 was found to have the image disabled"),
    ],
)
def test_the_end_of_an_image_that_no_event_told_of(
    story: Story, worlds: dict[str, World], status: str, what: str, who: str
) -> None:
    """Neither the call's event comes nor that of the state change: whoever uses the image is told a day later, once."""
    world, ec2 = worlds[CONSUMER_A], story.cloud.client("ec2", CREATOR)
    story.tell(at(story.share(CONSUMER_A), days=3))
    world.instance(story.image)
    world.sweep()
    ec2.deregister_image(ImageId=story.image) if status == "deregistered" else ec2.disable_image(ImageId=story.image)

    def search() -> list[str]:
        search_table(story)
        statuses = []
        for _ in range(20):
            answer = story.stage.measure()["share_search"]
            statuses += [each["status"] for each in answer["lost"] if each["image_id"] == story.image]
            if answer["complete"]:
                return statuses
        raise AssertionError("the search does not come to an end")

    assert search() == []
    principals = story.principals()
    assert (principals[f"account#{world.number}"]["status"], story.mail()) == ("shared", [])
    assert principals["image"]["unlisted_since"]
    assert check(story)["verdict"] == "in-use"
    yesterday = missed_yesterday(story, "image")
    # Cut off before anybody is told, it is told by the next search.
    function = story.stage.function("deregistration-checker")
    story.cloud.fault("kill-before", function=function, action="ses:SendEmail", times=1)
    search_table(story)
    # Other tests' images may come before it.
    assert any(story.stage.invoke("deregistration-checker", {"measure": {}})[1] for _ in range(20))
    story.cloud.clear_faults()
    assert (story.principals()[f"account#{world.number}"]["status"], story.mail()) == (status, [])
    time.sleep(7)  # the claim of whoever was cut off ends with its time
    assert search() == [status]
    search()
    (mail,) = story.mail()
    text = " ".join(mail["text"].split())
    assert what in text and f"no event told of it; {who}" in text
    assert f"EC2 no longer listed the image on {yesterday:%Y-%m-%d %H:%M:%S} UTC" in text
    (message,) = story.messages()
    assert (message["event_name"], message.get("actor")) == ("DescribeImages", None)
    # Its events come after all.
    for sample in ("deregister-image", "ami-state-change-deregistered") if status == "deregistered" else ("disable-image",):
        story.tell(at(story.event(sample), days=1.5))
    assert (len(story.mail()), len(story.messages())) == (1, 1)
    assert story.statuses() == {f"account#{world.number}": status}


def missed_yesterday(story: Story, item: str) -> datetime.datetime:
    """What was just missed for the first time was missed so a day ago: the moment."""
    yesterday = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=25)
    story.cloud.client("dynamodb", CREATOR).update_item(
        TableName=story.stage.deployment.terraform.outputs()["creator"]["shares_table"],
        Key={"image_id": {"S": story.image}, "principal": {"S": item}},
        UpdateExpression="SET unlisted_since = :t",
        ExpressionAttributeValues={":t": {"S": yesterday.strftime("%Y-%m-%dT%H:%M:%S.000Z")}},
    )
    return yesterday


def search_from(story: Story) -> None:
    """The daily search is under way, and comes to the story's image next."""
    images = story.cloud.client("ec2", CREATOR).describe_images(Owners=["self"])["Images"]
    under_way(story, max((image["ImageId"] for image in images if image["ImageId"] < story.image), default="ami-00000000"))


def search_table(story: Story) -> None:
    """The daily search is under way, and has looked at every image that EC2 lists."""
    images = story.cloud.client("ec2", CREATOR).describe_images(Owners=["self"])["Images"]
    under_way(story, max((image["ImageId"] for image in images), default="ami-00000000"))


def under_way(story: Story, last: str) -> None:
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    item = {
        "image_id": "share-search", "principal": "share-search", "round_started": now, "round_state": "open",
        "last_image_id": last,
    }  # fmt: skip
    table = story.stage.deployment.terraform.outputs()["creator"]["shares_table"]
    story.cloud.client("dynamodb", CREATOR).put_item(TableName=table, Item={name: {"S": text} for name, text in item.items()})


# MARK: What is measured


def test_measured_each_hour(story: Story, worlds: dict[str, World]) -> None:
    story.tell(story.permit(add=[{"UserId": STRANGER}]))
    worlds[CONSUMER_A].sweep()
    worlds[CONSUMER_A].backdate(hours=30)
    function = story.stage.function("deregistration-checker")
    before = len(metrics(story.cloud.logs(function)))
    story.cloud.fire_schedule(CREATOR, "ami-steward-deregistration-checker-measure")
    # Losses of other tests that are followed up may be told after it.
    (line,) = (line for line in metrics(story.cloud.logs(function))[before:] if "UnknownAccounts" in line)
    found = values(line)
    # A stranger has no tracker, and no sweep to await.
    assert found["UnknownAccounts"] >= 1
    assert found["AccountsAwaitingSweep"] >= 0
    assert found["UsageRows"] >= 0
    assert 29.9 < found["SweepAge"] < 30.5
    assert line["FunctionName"] == "ami-steward-deregistration-checker"
    assert STRANGER not in {value for value in line.values() if isinstance(value, str)}


def test_what_is_measured_is_what_a_check_doubts(story: Story, worlds: dict[str, World]) -> None:
    """A share that is newer than the sweep makes the account unknown for the check, and await a sweep for the measures."""
    world = worlds[CONSUMER_A]

    def measured() -> list[str]:
        answer = story.stage.measure()
        return [name for name in ("unknown_accounts", "accounts_awaiting_sweep") if world.number in answer[name]]

    # What other tests have shared is found first, and then forgotten: what is measured is of all images.
    story.stage.search_all()
    table = story.stage.deployment.terraform.outputs()["creator"]["shares_table"]
    for row in story.stage.deployment.table("creator", "shares"):
        if row["image_id"] != "share-search":
            key = {name: {"S": row[name]} for name in ("image_id", "principal")}
            story.cloud.client("dynamodb", CREATOR).delete_item(TableName=table, Key=key)
    world.sweep()
    assert measured() == []
    # The times of events are whole seconds.
    story.tell(at(story.share(CONSUMER_A), days=-2 / 86_400))
    assert measured() == ["accounts_awaiting_sweep"]
    assert check(story)["verdict"] == "unknown"
    time.sleep(3)
    world.sweep()
    assert measured() == []


def test_alerts_are_counted(story: Story) -> None:
    story.tell(story.share(CONSUMER_A), story.run(CONSUMER_A))
    function = story.stage.function("deregistration-checker")
    before = len(metrics(story.cloud.logs(function)))
    story.tell(story.unshare(CONSUMER_A))
    (line,) = metrics(story.cloud.logs(function))[before:]
    assert values(line) == {"AlertsSent": 1, "AlertsFailed": 0}
