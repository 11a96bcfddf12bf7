"""What is really there in an account, what its tracker knows of it, and the time that goes by for that.

A sweep sees everything that its account has; a world is therefore emptied before and after it is used.
"""

import datetime
import re
import uuid
from typing import Any

from measures import metrics
from resources import Resources
from story import CREATOR, Stage, Story

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z")


def _earlier(text: str, minutes: float) -> str:
    time = datetime.datetime.fromisoformat(text) - datetime.timedelta(minutes=minutes)
    return time.strftime("%Y-%m-%dT%H:%M:%S.") + text[-4:]


class World(Resources):
    """An account in the deployment's region."""

    usage_table, mapping_table = "ami-steward-usage", "ami-steward-mapping"

    def __init__(self, stage: Stage, account: str):
        super().__init__(stage, account)
        self.stage = stage
        self.creator = stage.cloud.client("ec2", CREATOR)

    # MARK: Emptying

    def empty(self) -> None:
        """Takes everything away, and what the tables know of the account."""
        self.take_away()
        self.forget()

    def forget(self) -> None:
        """As before the installation: nothing is known of the account, and it was never swept."""
        self._delete(self.account, self.mapping_table, ("resource_id", "part"), lambda row: True)
        self._delete(CREATOR, self.usage_table, ("account_id", "resource"), lambda row: row["account_id"] == self.number)

    def _delete(self, account: str, table: str, keys: tuple[str, str], wanted: Any) -> None:
        client = self.cloud.client("dynamodb", account)
        for row in self.cloud.tables(account, ends=table)[table]:
            if wanted(row):
                client.delete_item(TableName=table, Key={key: {"S": row[key]} for key in keys})

    def left_over(self, image: str, instance: str) -> None:
        """A row of usage that nothing accounts for, as when a function was cut off long ago."""
        then = "2026-11-01T08:00:00.000Z"
        row = {
            "account_id": self.number, "resource": f"{image}#instance#{instance}", "kind": "instance", "image_id": image,
            "resource_id": instance, "region": self.cloud.region, "source": "event", "event_id": "e", "first_seen": then,
            "last_seen": then,
        }  # fmt: skip
        item = {name: {"S": value} for name, value in row.items()}
        self.cloud.client("dynamodb", CREATOR).put_item(TableName=self.usage_table, Item=item)

    # MARK: Sweeping

    @property
    def tracker(self) -> str:
        return self.stage.deployment.function(self.account, "usage-tracker")

    def tick(self) -> None:
        """What happens every five minutes: the deployed rule asks whether a sweep is due."""
        before = self.cloud.count("invocations")
        self.cloud.fire_schedule(self.account, "ami-steward-usage-tracker-sweep")
        assert [each["error"] for each in self.cloud.invocations(before) if each["error"]] == []

    def age(self, minutes: float = 20) -> None:
        """As if everything that the tracker noted had been so long ago: EC2's answers count only once they cannot be older than
        what they are about."""
        client = self.cloud.client("dynamodb", self.account)
        for row in self.stage.deployment.table(self.account, "mapping"):
            times = {name: value for name, value in row.items() if isinstance(value, str) and _TIME.fullmatch(value)}
            if row["resource_id"] == "sweep" or not times:
                continue
            item = {name: {"N": str(value)} if isinstance(value, int) else {"S": value} for name, value in row.items()}
            item |= {name: {"S": _earlier(value, minutes)} for name, value in times.items()}
            client.put_item(TableName=self.mapping_table, Item=item)

    def sweep(self, force: bool = True, later: bool = True) -> dict[str, Any]:
        """Asks the tracker for a sweep, some time after everything before; returns its answer."""
        if later:
            self.age()
        answer, failed = self.stage.invoke("usage-tracker", {"sweep": {"force": True} if force else {}}, self.account)
        assert not failed, answer
        return answer

    def release_lease(self) -> None:
        """As if the time of an invocation that was cut off had passed."""
        if any(row["resource_id"] == "sweep" for row in self.stage.deployment.table(self.account, "mapping")):
            self.cloud.client("dynamodb", self.account).update_item(
                TableName=self.mapping_table, Key={"resource_id": {"S": "sweep"}, "part": {"S": "-"}},
                UpdateExpression="REMOVE held_until",
            )  # fmt: skip

    def backdate(self, hours: float) -> None:
        """As if the last sweep had been so long ago, and everything it saw been seen so long ago."""
        self.age(hours * 60)
        client = self.cloud.client("dynamodb", self.account)
        then = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=hours)
        text = then.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        client.update_item(
            TableName=self.mapping_table, Key={"resource_id": {"S": "sweep"}, "part": {"S": "-"}},
            UpdateExpression="SET started = :t, completed = :t", ExpressionAttributeValues={":t": {"S": text}},
        )  # fmt: skip
        self.cloud.client("dynamodb", CREATOR).update_item(
            TableName=self.usage_table,
            Key={"account_id": {"S": self.number}, "resource": {"S": f"coverage#{self.cloud.region}"}},
            UpdateExpression="SET last_sweep_started = :t, last_sweep_completed = :t",
            ExpressionAttributeValues={":t": {"S": text}},
        )

    # MARK: What the tables say

    def rows(self) -> list[dict[str, Any]]:
        found = self.stage.deployment.table(CREATOR, "usage", containing=[self.number])
        return [row for row in found if row["account_id"] == self.number and not row["resource"].startswith("coverage#")]

    def used(self, image: str | None = None) -> set[str]:
        """What uses images, or one image: `<kind> <id>`."""
        return {f"{row['kind']} {row['resource_id']}" for row in self.rows() if image in (None, row["image_id"])}

    def coverage(self) -> dict[str, Any]:
        wanted = f"coverage#{self.cloud.region}"
        found = self.stage.deployment.table(CREATOR, "usage", containing=[wanted])
        return next((row for row in found if row["account_id"] == self.number and row["resource"] == wanted), {})

    def mappings(self) -> dict[str, dict[str, Any]]:
        rows = self.stage.deployment.table(self.account, "mapping")
        return {f"{row['resource_id']} {row['part']}": row for row in rows if row["resource_id"] != "sweep"}

    def metrics(self) -> list[dict[str, Any]]:
        """The lines that CloudWatch reads metrics from, of the account's tracker."""
        return metrics(self.cloud.logs(self.tracker))


def event_now(story: Story, sample: str, ago: float = 0) -> dict[str, Any]:
    """A sample as an event of `ago` seconds ago: samples are of another day."""
    event = story.sample(sample)
    time = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=ago)
    text = time.strftime("%Y-%m-%dT%H:%M:%SZ")
    event |= {"id": str(uuid.uuid4()), "time": text}
    if "eventTime" in event["detail"]:
        event["detail"] |= {"eventID": str(uuid.uuid4()), "eventTime": text}
    return event


def long_ago(story: Story, sample: str) -> dict[str, Any]:
    """A sample as an event of an hour ago: no list is behind it any more."""
    return event_now(story, sample, ago=3600)
