"""The demo's main story, as `scripts/demo` tells it, in the deployment of the tests. The story itself fails where something
does not come out as it is told: a sweep that does not complete, a check with another verdict, an e-mail more or less."""

import pytest
from amictl import PROGRAM
from localcloud import demo
from story import CREATOR, Stage
from world import World


@pytest.fixture
def untouched_accounts(stage: Stage):
    """As right after the installation: nothing is known, nothing was swept."""
    worlds = [World(stage, account) for account in demo.ACCOUNTS]
    for world in worlds:
        world.forget()
    yield
    stage.cloud.clear_faults()
    for world in worlds:
        world.forget()


@pytest.fixture
def told(stage: Stage, untouched_accounts) -> demo.Story:
    if not PROGRAM.exists():
        pytest.fail("dist/ lacks amictl; run scripts/package amictl first")
    return demo.Story(stage.cloud, stage.deployment)


def test_the_main_story(stage: Stage, told: demo.Story, capsys: pytest.CaptureFixture[str]) -> None:
    told.tell()

    numbers = {stage.cloud.account(account) for account in demo.ACCOUNTS}
    coverage = told.coverage()
    assert numbers <= set(coverage)
    for number in numbers:
        assert coverage[number]["last_sweep_started"] <= coverage[number]["last_sweep_completed"]
        assert "current_sweep_started" not in coverage[number]
        assert "skipped" not in coverage[number]

    # What is told is what is so: the last check is of an account that does not use the new image, which production does.
    answers = capsys.readouterr().out.rpartition("$ amictl check")[2]
    assert f"{told.image} --account {told.development.number}\n" in answers
    assert "(exit status 0)" in answers
    question = {"check": told.image}
    answer, failed = stage.invoke("deregistration-checker", question | {"accounts": [told.development.number]})
    assert not failed
    assert (answer["verdict"], answer["resource_count"]) == ("clear", 0)
    answer, failed = stage.invoke("deregistration-checker", question)
    assert not failed
    assert answer["verdict"] == "in-use"
    assert [(account["account_id"], account["resource_count"]) for account in answer["accounts"]] == [
        (told.production.number, 2)
    ]


def test_a_sweep_that_is_not_complete_ends_the_story(stage: Stage, told: demo.Story) -> None:
    tracker = stage.function("usage-tracker", CREATOR)
    stage.cloud.fault(
        "error", function=tracker, action="ec2:DescribeInstances", status=403, code="UnauthorizedOperation", times=None
    )
    with pytest.raises(demo.DemoError, match="the sweep of creator is not complete.*instances"):
        told.go_on()
