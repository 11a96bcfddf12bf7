"""amictl tells what the deployed functions wrote: the tables of a real deployment, not of a test's making."""

import pytest
from amictl import IN_USE, OK, PROGRAM, UNKNOWN, Answer, amictl
from story import CONSUMER_A, CONSUMER_B, CREATOR, Story


@pytest.fixture
def ask(story: Story):
    if not PROGRAM.exists():
        pytest.fail("dist/ lacks amictl; run scripts/package amictl first")

    def run(*arguments: str) -> Answer:
        return amictl(story.cloud, CREATOR, *arguments)

    return run


def test_from_the_first_share_to_the_last_alert(story: Story, ask) -> None:
    first, second = story.cloud.account(CONSUMER_A), story.cloud.account(CONSUMER_B)
    story.tell(story.share(CONSUMER_A, CONSUMER_B))
    shares = ask("shares", story.image, "--output", "json").expect(OK).json["shares"]
    assert [(share["principal"], share["status"]) for share in shares] == [(first, "shared"), (second, "shared")]
    assert {share["image_name"] for share in shares} == {story.image_name}

    running = story.run(CONSUMER_A, 2)
    instances = sorted(i["instanceId"] for i in running["detail"]["responseElements"]["instancesSet"]["items"])
    story.tell(running)
    usage = ask("usage", story.image, "--output", "json").expect(OK).json
    accounts = {account["account_id"]: account for account in usage["accounts"]}
    assert sorted(resource["resource_id"] for resource in accounts[first]["resources"]) == instances
    assert accounts[second]["resources"] == []

    check = ask("check", story.image, "--output", "json").expect(IN_USE).json
    assert (check["verdict"], check["resource_count"], check["owner_view"]["status"]) == ("in-use", 2, "available")

    story.tell(story.unshare(CONSUMER_A))
    (alert,) = ask("alerts", story.image, "--output", "json").expect(OK).json["alerts"]
    assert (alert["account_id"], alert["loss"], alert["complete"]) == (first, "removed", True)
    assert [told["channel"] for told in alert["told"]] == ["owner", "topic"]
    assert all(told["time"] >= alert["lost_at"] for told in alert["told"])

    report = ask("report", "--html", "-").expect(OK).out
    assert story.image in report and instances[0] in report
    assert "@" not in report.partition("<style>")[2].partition("</style>")[2].replace("@media", "")
