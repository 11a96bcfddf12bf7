"""A story of one image: what happens to it, delivered as the deployed rules do, and what the functions made of it.

Stories share one deployment. Each has an image and resources of its own, so that what one leaves behind concerns no
other.
"""

import copy
import datetime
import itertools
import json
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from localcloud.client import LocalCloud
from localcloud.deployment import REPOSITORY, Deployment

Event = dict[str, Any]
Row = dict[str, Any]
Permissions = Sequence[dict[str, str]]
"""Launch permissions as in the EC2 API: `{"UserId": "111122223333"}`, `{"Group": "all"}`, …"""

CREATOR, CONSUMER_A, CONSUMER_B = "creator", "consumer-a", "consumer-b"
FUNCTIONS = {"share-recorder": CREATOR, "deregistration-checker": CREATOR, "usage-tracker": CONSUMER_A}

# How long the functions may take, in seconds: short, since what a killed function was at is held so long.
TIMEOUT = 6

# How long a usage tracker may take: short, so that a sweep that needs longer can be seen to.
TRACKER_TIMEOUT = 10

# What the samples of events/ are about, to be replaced by a story's own.
SAMPLE_ACCOUNTS = {"111122223333": CREATOR, "444455556666": CONSUMER_A, "777788889999": CONSUMER_B}
SAMPLE_IMAGE, SAMPLE_IDENTIFIERS, SAMPLE_REGION = "ami-0abcdef1234567890", "0a1b2c3d4e5f6", "eu-central-1"
SAMPLE_PARAMETER, SAMPLE_CONFIGURATIONS = "/golden/al2023/x86_64", ("web-2026-11", "like-web-1")
OTHERS_IMAGE = "ami-0fedcba9876543210"
ORGANIZATION = "arn:aws:organizations::999988887777:organization/o-exampleorgid"
UNIT = "arn:aws:organizations::999988887777:ou/o-exampleorgid/ou-ab12-11111111"


# How the subject of a notice is known, and its record.
_UNKNOWN, _NOTICE = "it is not known whether", "#unknown-use"


@dataclass(frozen=True)
class Delivery:
    """What became of one event: the rules it matched, and how each invocation ended."""

    rules: list[str]
    invocations: list[dict[str, Any]]

    @property
    def functions(self) -> list[str]:
        return sorted(invocation["function"].rpartition("/")[2] for invocation in self.invocations)

    @property
    def errors(self) -> list[dict[str, Any]]:
        """What the functions reported of the events they gave up."""
        return [json.loads(each["error"]) for each in self.invocations if each["error"]]


@dataclass
class Stage:
    """What the stories share: the deployment, and the topic's messages as a subscriber gets them."""

    cloud: LocalCloud
    deployment: Deployment
    queue: str
    modules: list[str]
    """The test modules that run."""
    _messages: list[dict[str, Any]] = field(default_factory=list)

    def messages(self) -> list[dict[str, Any]]:
        """Every alert that was published, oldest first."""
        sqs = self.cloud.client("sqs", CREATOR)
        while received := sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages"):
            for message in received:
                sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
                notification = json.loads(message["Body"])
                account = notification["MessageAttributes"]["account_id"]["Value"]
                self._messages.append(json.loads(notification["Message"]) | {"attribute": account})
        return self._messages

    def function(self, name: str, account: str | None = None) -> str:
        return self.deployment.function(account or FUNCTIONS[name], name)

    def invoke(self, name: str, event: Any, account: str | None = None) -> tuple[Any, bool]:
        """Invokes a function directly and waits; returns its answer, and whether that is an error."""
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        function = self.function(name, account)
        answer = self.cloud.client("lambda", function.split("/")[0]).invoke(
            FunctionName=function.rpartition("/")[2], Payload=body
        )
        return json.loads(answer["Payload"].read() or b"null"), "FunctionError" in answer

    def measure(self) -> dict[str, Any]:
        """What the deregistration checker answers each hour."""
        answer, failed = self.invoke("deregistration-checker", {"measure": {}})
        assert not failed, answer
        return answer

    def search_all(self) -> None:
        """Lets the search for shares that no event told of come to the end of its round: shares of other tests, too, are
        found now, and a sweep after it is later than all of them."""
        for _ in range(100):
            if self.measure().get("share_search", {"complete": True})["complete"]:
                return
        raise AssertionError("the search for shares does not come to an end")

    def story(self) -> "Story":
        return Story(self)


class Story:
    """One image, and what is made of it."""

    def __init__(self, stage: Stage):
        self.stage = stage
        self.cloud = stage.cloud
        self.identifiers = uuid.uuid4().hex[:13]
        self.parameter = f"/golden/{self.identifiers}"
        self.image_name = f"golden-{self.identifiers}"
        self.image: str = self.cloud.client("ec2", CREATOR).register_image(
            Name=self.image_name, RootDeviceName="/dev/xvda", Architecture="x86_64"
        )["ImageId"]
        self._minutes = itertools.count()

    # MARK: Events

    def sample(self, name: str) -> Event:
        """A sample of events/, about this story's image, accounts and resources."""
        text = (REPOSITORY / "events" / f"{name}.json").read_text()
        for number, account in SAMPLE_ACCOUNTS.items():
            text = text.replace(number, self.cloud.account(account))
        text = text.replace(SAMPLE_IMAGE, self.image).replace(SAMPLE_IDENTIFIERS, self.identifiers)
        text = text.replace(SAMPLE_REGION, self.cloud.region).replace(SAMPLE_PARAMETER, self.parameter)
        for configuration in SAMPLE_CONFIGURATIONS:
            text = text.replace(f'"{configuration}"', f'"{self.named(configuration)}"')
        return json.loads(text)

    def named(self, name: str) -> str:
        """This story's own name of a thing that has only a name."""
        return f"{name}-{self.identifiers}"

    def instance(self, number: int) -> str:
        return f"i-{self.identifiers}{number:04x}"

    def template(self, number: int) -> str:
        return f"lt-{self.identifiers}{number:04x}"

    def event(self, sample: str, **detail: Any) -> Event:
        """A sample as another event: one minute after the last, with another id."""
        event = self.sample(sample)
        minutes = datetime.timedelta(minutes=next(self._minutes))
        time = datetime.datetime(2026, 11, 20, 8, tzinfo=datetime.UTC) + minutes
        event |= {"id": str(uuid.uuid4()), "time": time.strftime("%Y-%m-%dT%H:%M:%SZ")}
        if event["detail-type"] == "AWS API Call via CloudTrail":
            event["detail"] |= {"eventID": str(uuid.uuid4()), "eventTime": event["time"]}
        event["detail"] |= detail
        return event

    def permission_event(self, add: Permissions = (), remove: Permissions = ()) -> Event:
        """The event of a change of launch permissions."""

        def items(permissions: Permissions) -> dict[str, Any]:
            return {"items": [{name[0].lower() + name[1:]: value for name, value in p.items()} for p in permissions]}

        change = {name: items(given) for name, given in (("add", add), ("remove", remove)) if given}
        parameters = {"imageId": self.image, "launchPermission": change, "attributeType": "launchPermission"}
        return self.event("modify-image-attribute-add-account", requestParameters=parameters)

    def run_event(self, instances: list[str], account: str = CONSUMER_A, image: str | None = None) -> Event:
        event = self.event("run-instances")
        items = event["detail"]["responseElements"]["instancesSet"]["items"]
        event["detail"]["responseElements"]["instancesSet"]["items"] = [
            copy.deepcopy(items[0]) | {"instanceId": instance, "imageId": image or self.image} for instance in instances
        ]
        event["account"] = self.cloud.account(account)
        return event

    # MARK: What is really done, in EC2 as moto plays it; each returns the event of it

    def permit(self, *, add: Permissions = (), remove: Permissions = ()) -> Event:
        self.cloud.client("ec2", CREATOR).modify_image_attribute(
            ImageId=self.image, LaunchPermission={"Add": list(add), "Remove": list(remove)}
        )
        return self.permission_event(add, remove)

    def share(self, *accounts: str) -> Event:
        return self.permit(add=[{"UserId": self.cloud.account(account)} for account in accounts])

    def unshare(self, *accounts: str) -> Event:
        return self.permit(remove=[{"UserId": self.cloud.account(account)} for account in accounts])

    def run(self, account: str, count: int = 1) -> Event:
        ec2 = self.cloud.client("ec2", account)
        answer = ec2.run_instances(ImageId=self.image, MinCount=count, MaxCount=count, InstanceType="t3.micro")
        return self.run_event([instance["InstanceId"] for instance in answer["Instances"]], account)

    # MARK: Delivery

    def deliver(self, *events: Event) -> list[Delivery]:
        """Delivers events one after another."""
        deliveries = []
        for event in events:
            before = self.cloud.count("invocations")
            rules = self.cloud.put_event(event["account"], event)
            deliveries.append(Delivery(rules, self.cloud.invocations(before)))
        return deliveries

    def tell_at_once(self, events: list[Event]) -> None:
        """Delivers events that every function must take without an error, to functions side by side."""
        before = self.cloud.count("invocations")
        for event in events:
            self.cloud.put_event(event["account"], event, wait=False)
        self.cloud.wait_until_idle()
        assert [each["error"] for each in self.cloud.invocations(before) if each["error"]] == []

    def tell(self, *events: Event) -> None:
        """Delivers events that every function must take without an error."""
        for event, delivery in zip(events, self.deliver(*events), strict=True):
            assert delivery.rules, f"no rule takes {event['detail'].get('eventName', event['detail-type'])}"
            assert delivery.errors == []

    # MARK: What the functions made of it

    @property
    def _names(self) -> list[str]:
        return [self.image, self.identifiers]

    def _shares(self) -> list[Row]:
        rows = self.stage.deployment.table(CREATOR, "shares", containing=[self.image])
        return [row for row in rows if row["image_id"] == self.image]

    def principals(self) -> dict[str, Row]:
        """What is known of the image's principals, by principal (`image`: of the image itself)."""
        return {row["principal"]: row for row in self._shares() if not row["principal"].startswith("alert#")}

    def statuses(self) -> dict[str, str]:
        return {principal: row["status"] for principal, row in self.principals().items() if principal != "image"}

    def alert_records(self) -> list[Row]:
        """Of alerts, not of notices."""
        return [
            row
            for row in self._shares()
            if row["principal"].startswith("alert#") and not row["principal"].endswith(_NOTICE)
        ]

    def usage(self) -> list[Row]:
        """The usage of this story's image and resources, by account and resource."""
        rows = [
            row
            for row in self.stage.deployment.table(CREATOR, "usage", containing=self._names)
            if row["image_id"] == self.image or self.identifiers in row.get("resource_id", "")  # coverage has none
        ]
        return sorted(rows, key=lambda row: (row["account_id"], row["resource"]))

    def used_by(self, account: str = CONSUMER_A) -> list[str]:
        """The resources by which an account uses the image: `<kind> <id>`."""
        number = self.cloud.account(account)
        return [f"{row['kind']} {row['resource_id']}" for row in self.usage() if row["account_id"] == number]

    def mappings(self, account: str = CONSUMER_A) -> dict[str, Row]:
        """An account's mappings of this story's resources, by resource and part."""
        return {
            f"{row['resource_id']} {row['part']}": row
            for row in self.stage.deployment.table(account, "mapping", containing=self._names)
            if self.identifiers in row["resource_id"] or row.get("image_id") == self.image
        }

    def mail(self) -> list[dict[str, Any]]:
        """The alerts about what accounts are known to use."""
        return [mail for mail in self.cloud.mail(subject=self.image) if _UNKNOWN not in mail["subject"]]

    def notices(self) -> list[dict[str, Any]]:
        """The e-mails about accounts of which nobody knows whether they use what they lost."""
        return [mail for mail in self.cloud.mail(subject=self.image) if _UNKNOWN in mail["subject"]]

    def mailed(self) -> list[list[str]]:
        """To whom e-mails went, sorted."""
        return sorted(message["to"] for message in self.mail())

    def messages(self) -> list[dict[str, Any]]:
        """Of alerts."""
        return self._published("image_lost")

    def notice_messages(self) -> list[dict[str, Any]]:
        """Of notices."""
        return self._published("image_lost_use_unknown")

    def _published(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.stage.messages() if (message["image_id"], message["type"]) == (self.image, kind)]

    def dead_letters(self, name: str, account: str | None = None) -> list[Event]:
        """Takes the events out of a function's dead-letter queue; returns those of this story."""
        sqs = self.cloud.client("sqs", account or FUNCTIONS[name])
        url = sqs.get_queue_url(QueueName=f"ami-steward-{name}-dead-letters")["QueueUrl"]
        events = []
        while received := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in received:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                if self.image in message["Body"]:
                    events.append(json.loads(message["Body"]))
        return events

    # MARK: Comparison

    _BOOKKEEPING = {"revision", "touches", "claimed_by", "claimed_until"} | {
        f"{channel}_{note}"
        for channel in ("owner", "administrator", "topic")
        for note in ("message_id", "sent_time")
    }

    def state(self) -> dict[str, Any]:
        """All of the tables, in a form in which stories with the same events are equal."""
        # Notices depend on when which account was swept.
        shares = [row for row in self._shares() if not row["principal"].endswith(_NOTICE)]
        rows: dict[str, list[Row]] = {"shares": shares, "usage": self.usage()}
        for account in (CREATOR, CONSUMER_A, CONSUMER_B):
            rows[f"mapping {account}"] = list(self.mappings(account).values())
        plain = {
            name: sorted(
                (
                    {k: v for k, v in row.items() if k not in self._BOOKKEEPING}
                    | {"sent": sorted(k for k in row if k.endswith("_message_id"))}
                    for row in found
                ),
                key=json.dumps,
            )
            for name, found in rows.items()
        }
        return json.loads(self.anonymous(json.dumps(plain)))

    def anonymous(self, text: str) -> str:
        """Text without what tells this story from another with the same events."""
        text = text.replace(self.image, "IMAGE").replace(self.identifiers, "IDENTIFIERS")
        return re.sub(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "UUID", text)

    def letters(self) -> list[str]:
        """The e-mails, each once, in a form in which stories with the same events are equal."""
        return sorted({self.anonymous(json.dumps([m["to"], m["subject"], m["text"], m["html"]])) for m in self.mail()})
