"""What the tests of `amictl` share: the packaged program, and accounts whose tables say what a test wants.

The tables are filled as the functions write them, so that a test can have thousands of images without as many events.
"""

import datetime
import itertools
import json
import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.client import LocalCloud
from localcloud.deployment import REPOSITORY

PROGRAM = Path(os.environ.get("AMICTL") or REPOSITORY / "dist/amictl")
"""The packaged program, or the one that AMICTL names."""

OK, FAILED, USAGE, IN_USE, UNKNOWN = 0, 1, 2, 3, 4
"""Exit statuses."""

Item = dict[str, Any]

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Answer:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    def expect(self, status: int) -> "Answer":
        assert self.status == status, (self.status, self.out, self.err)
        return self


def environment(cloud: LocalCloud, account: str, **others: str) -> dict[str, str]:
    """The variables of an account's administrator, and nothing else of this process's."""
    plain = {
        "AWS_ACCESS_KEY_ID": f"AKIALOCL{cloud.account(account)}",
        "AWS_SECRET_ACCESS_KEY": cloud.secret,
        "AWS_REGION": cloud.region,
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        "HOME": "/nonexistent",
        "PATH": os.environ["PATH"],
    }
    return {name: value for name, value in {**plain, **others}.items() if value}


def amictl(cloud: LocalCloud, account: str, *arguments: str, seconds: float = 60, **variables: str) -> Answer:
    """Runs the program as an account's administrator."""
    done = subprocess.run(
        [PROGRAM, *arguments],
        capture_output=True,
        text=True,
        timeout=seconds,
        env=environment(cloud, account, **variables),
        stdin=subprocess.DEVNULL,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def time(hours_ago: float = 0) -> str:
    moment = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=hours_ago)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


class World:
    """An account that owns images, with the two tables, and nothing that fills them."""

    def __init__(self, cloud: LocalCloud, account: str | None = None):
        self.cloud = cloud
        self.account = account or f"5{next(_numbers):011}"
        dynamodb = cloud.client("dynamodb", self.account)

        def create(name: str, partition: str, sort: str, **options: Any) -> None:
            attributes = {partition, sort} | ({"image_id"} if options else set())
            dynamodb.create_table(
                TableName=f"ami-steward-{name}",
                BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in sorted(attributes)],
                KeySchema=[
                    {"AttributeName": partition, "KeyType": "HASH"},
                    {"AttributeName": sort, "KeyType": "RANGE"},
                ],
                **options,
            )

        create("shares", "image_id", "principal")
        keys = [{"AttributeName": "image_id", "KeyType": "HASH"}, {"AttributeName": "account_id", "KeyType": "RANGE"}]
        index = {"IndexName": "image", "KeySchema": keys, "Projection": {"ProjectionType": "ALL"}}
        create("usage", "account_id", "resource", GlobalSecondaryIndexes=[index])
        self.shares: list[Item] = []
        self.usage: list[Item] = []

    def run(self, *arguments: str, **variables: Any) -> Answer:
        return amictl(self.cloud, self.account, *arguments, **variables)

    # MARK: What is there

    def image(self, name: str) -> str:
        """An image that EC2 knows, and whose state was recorded."""
        image = self.cloud.client("ec2", self.account).register_image(Name=name, RootDeviceName="/dev/xvda")["ImageId"]
        self.record(image, name)
        return image

    def record(self, image: str, name: str) -> None:
        self._share_item(image, "image", status="available", image_name=name)

    def share(self, image: str, principal: str, hours_ago: float = 1000, status: str = "shared") -> None:
        """Shares an image with an account, by its number, or with another principal, by its text in the table."""
        text = f"account#{principal}" if principal.isdigit() else principal
        self._share_item(
            image,
            text,
            status=status,
            event_time=time(hours_ago),
            event_id=f"share-{image}-{text}",
            event_name="ModifyImageAttribute",
            actor=f"arn:aws:sts::{self.account}:assumed-role/pipeline/build-1",
            first_shared=time(hours_ago),
        )

    def permit(self, image: str, *accounts: str) -> None:
        """Lets accounts launch an image, in EC2 alone."""
        self.cloud.client("ec2", self.account).modify_image_attribute(
            ImageId=image, LaunchPermission={"Add": [{"UserId": account} for account in accounts]}
        )

    def use(self, image: str, account: str, identifier: str, kind: str = "instance", **others: str) -> None:
        self.usage.append(
            {
                "account_id": account,
                "resource": f"{image}#{kind}#{identifier}",
                "image_id": image,
                "kind": kind,
                "resource_id": identifier,
                "region": self.cloud.region,
                "first_seen": time(100),
                "last_seen": time(1),
                "event_id": "event-1",
                "source": "sweep",
                **others,
            }
        )

    def sweep(self, account: str, hours_ago: float = -0.01, **others: str) -> None:
        """A usage tracker of an account, and its last complete sweep; by default one that began after the images were made."""
        self.tracker(
            account,
            last_sweep_started=time(hours_ago + 0.1 if hours_ago > 0 else hours_ago),
            last_sweep_completed=time(hours_ago),
            resources="1",
            **others,
        )

    def tracker(self, account: str, **others: str) -> None:
        """A usage tracker that has noted only what is given."""
        self.usage.append(
            {
                "account_id": account,
                "resource": f"coverage#{self.cloud.region}",
                "image_id": "coverage",
                "region": self.cloud.region,
                "last_event": time(0.5),
                "last_event_handled": time(0.5),
                **others,
            }
        )

    def alert(self, image: str, account: str, loss: str = "deregistered", **others: str) -> None:
        self._share_item(
            image,
            f"alert#{account}#{loss}",
            status="sent",
            loss_time=time(5),
            event_id="event-9",
            owner_message_id="message-1",
            owner_sent_time=time(4.9),
            topic_message_id="message-2",
            topic_sent_time=time(4.9),
            **others,
        )

    def _share_item(self, image: str, principal: str, **attributes: str) -> None:
        self.shares.append(
            {"image_id": image, "principal": principal, "region": self.cloud.region, "revision": 1, **attributes}
        )

    def write(self) -> "World":
        """Puts everything into the tables."""
        self._put("ami-steward-shares", self.shares)
        self._put("ami-steward-usage", self.usage)
        self.shares, self.usage = [], []
        return self

    def _put(self, table: str, items: Iterable[Item]) -> None:
        dynamodb = self.cloud.client("dynamodb", self.account)
        for batch in _batches(items, 25):
            dynamodb.batch_write_item(
                RequestItems={table: [{"PutRequest": {"Item": _typed(item)}} for item in batch]}
            )


def _batches(items: Iterable[Item], size: int) -> Iterable[list[Item]]:
    iterator = iter(items)
    while batch := list(itertools.islice(iterator, size)):
        yield batch


def _typed(item: Item) -> Item:
    return {name: {"N": str(value)} if isinstance(value, int) else {"S": value} for name, value in item.items()}
