"""`amictl forget`: what it deletes of an account that is gone, and what it leaves."""

import json

import pytest
from amictl import FAILED, IN_USE, OK, PROGRAM, World, time
from localcloud.client import LocalCloud
from localcloud.testing import create_role

GONE, OTHER = "222222222201", "222222222202"
DAYS = 24


@pytest.fixture(scope="module", autouse=True)
def program() -> None:
    if not PROGRAM.exists():
        pytest.fail("dist/ lacks amictl; run scripts/package amictl first")


@pytest.fixture
def world(cloud: LocalCloud) -> World:
    """An image that two accounts use, of which one is gone."""
    world = World(cloud)
    world.one = world.image("one")
    for account in (GONE, OTHER):
        world.share(world.one, account)
    return world


def fill(world: World, hours_ago: float, rows: int = 3) -> World:
    seen = {"first_seen": time(hours_ago + 100), "last_seen": time(hours_ago)}
    for number in range(rows):
        world.use(world.one, GONE, f"i-0{number:016x}", **seen)
    world.use(world.one, GONE, "lt-0ccc/3", kind="launch-template", **seen)
    world.use(world.one, GONE, "i-0bad", **{**seen, "first_seen": "yesterday"})
    world.tracker(GONE, last_event=time(hours_ago), last_event_handled=time(hours_ago))
    world.use(world.one, OTHER, "i-0aaa")
    world.sweep(OTHER)
    world.alert(world.one, GONE, "removed#event-9")
    return world.write()


def items(world: World, table: str) -> list[tuple[str, str]]:
    """The keys of a table's items."""
    pages = world.cloud.client("dynamodb", world.account).get_paginator("scan").paginate(TableName=f"ami-steward-{table}")
    found = [item for page in pages for item in page["Items"]]
    keys = ("account_id", "resource") if table == "usage" else ("image_id", "principal")
    return sorted((item[keys[0]]["S"], item[keys[1]]["S"]) for item in found)


def test_an_account_that_is_gone_is_forgotten_and_nothing_else(world: World) -> None:
    fill(world, 40 * DAYS, rows=1000)
    shares, usage = items(world, "shares"), items(world, "usage")

    shown = world.run("forget", GONE, "--output", "json").expect(OK).json
    assert (shown["resource_counts"], shown["unreadable_rows"], shown["item_count"]) == (
        {"instance": 1000, "launch-template": 1},
        1,
        1003,
    )
    assert (shown["departed"], shown["dry_run"], shown["deleted"]) == (True, True, 0)
    assert items(world, "usage") == usage

    # Throttling is waited for.
    code = "ProvisionedThroughputExceededException"
    world.cloud.fault("error", action="dynamodb:TransactWriteItems", status=400, code=code, times=2)
    done = world.run("forget", GONE, "--no-dry-run", "--output", "json").expect(OK)
    assert (done.json["deleted"], done.json["kept"]) == (1003, 0)
    assert "deleting of account" in done.err
    assert items(world, "usage") == [key for key in usage if key[0] != GONE]
    assert items(world, "shares") == shares

    use = world.run("usage", world.one, "--output", "json").expect(OK).json
    assert (use["account_count"], use["resource_count"], use["unreadable_rows"]) == (1, 1, 0)
    again = world.run("forget", GONE, "--no-dry-run").expect(OK)
    assert again.out == (
        f"Nothing to do: the table ami-steward-usage in {world.cloud.region} has nothing of account {GONE}.\n"
    )


def test_an_account_whose_tracker_was_heard_of_lately_is_refused_unless_forced(world: World) -> None:
    fill(world, 3 * DAYS)
    usage = items(world, "usage")
    refused = world.run("forget", GONE, "--no-dry-run").expect(FAILED)
    assert refused.out == ""
    assert f"error: the usage tracker of account {GONE} was heard of at" in refused.err
    assert "nothing was deleted; --force does it nevertheless" in refused.err
    assert "6 items would be deleted" in world.run("forget", GONE).expect(FAILED).out
    assert items(world, "usage") == usage
    world.run("forget", GONE, "--no-dry-run", "--force").expect(OK)
    assert items(world, "usage") == [key for key in usage if key[0] != GONE]


def test_where_it_is_cut_off_the_rest_goes_the_next_time(world: World) -> None:
    fill(world, 40 * DAYS)
    world.cloud.fault("error", action="dynamodb:TransactWriteItems", status=400, code="ValidationException", times=1)
    failed = world.run("forget", GONE, "--no-dry-run").expect(FAILED)
    assert "at least 1 of 6 items deleted; to do it again deletes the rest" in failed.err
    world.run("check", world.one, "--no-ec2", "--account", GONE).expect(IN_USE)
    assert world.run("forget", GONE, "--no-dry-run", "--output", "json").expect(OK).json["deleted"] == 5
    assert {account for account, _ in items(world, "usage")} == {OTHER}


def test_it_needs_two_permissions_on_one_table(world: World) -> None:
    fill(world, 40 * DAYS)
    table = f"arn:aws:dynamodb:{world.cloud.region}:{world.account}:table/ami-steward-usage"
    principal = {"AWS": f"arn:aws:iam::{world.account}:root"}
    trust = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}],
        }
    )

    def role(name: str, *actions: str) -> str:
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": table}
        return create_role(world.cloud, world.account, name, [statement], trust)

    reader = role("reader", "dynamodb:Query")
    world.run("forget", GONE, "--role-arn", reader).expect(OK)
    refused = world.run("forget", GONE, "--no-dry-run", "--role-arn", reader).expect(FAILED)
    assert "the caller needs dynamodb:DeleteItem" in refused.err
    assert "at least 0 of 6 items deleted" in refused.err
    janitor = role("janitor", "dynamodb:Query", "dynamodb:DeleteItem")
    world.run("forget", GONE, "--no-dry-run", "--role-arn", janitor).expect(OK)
    assert {account for account, _ in items(world, "usage")} == {OTHER}
