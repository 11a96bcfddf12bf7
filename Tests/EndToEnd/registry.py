"""A source account whose images are shared with other accounts by `amictl`, each entered through a role that may do
what sharing needs and nothing else."""

import itertools
import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from amictl import PROGRAM, Answer
from localcloud.client import LocalCloud

# The actions and resources of Sources/Sharing/Cloud/SharePermissions.swift.
_IMAGES, _SNAPSHOTS = "arn:aws:ec2:*::image/*", "arn:aws:ec2:*::snapshot/*"
PROVIDER = [
    (["ec2:DescribeImages", "ec2:DescribeRegions", "ec2:DescribeSnapshots", "iam:ListAccountAliases"], "*"),
    (["ec2:DescribeImageAttribute", "ec2:ModifyImageAttribute", "ec2:CreateTags", "ec2:DeleteTags"], _IMAGES),
    (["ec2:DescribeSnapshotAttribute", "ec2:ModifySnapshotAttribute"], _SNAPSHOTS),
    (["kms:DescribeKey", "kms:ListGrants", "kms:CreateGrant", "kms:RevokeGrant"], "*"),
    (["dynamodb:Query"], "*"),
]
CONSUMER = [
    (["ec2:DescribeImages", "ec2:DescribeSnapshots", "iam:ListAccountAliases"], "*"),
    (["ec2:CreateTags", "ec2:DeleteTags"], _IMAGES),
    (["ec2:CreateTags", "ec2:DeleteTags"], _SNAPSHOTS),
]

RECORD = "ami-steward:copied-tags"
"""The tag of a shared image or snapshot in which sharing notes what it copied there."""

_numbers = itertools.count(1)


@dataclass
class Registry:
    cloud: LocalCloud
    directory: Path
    number: int = field(default_factory=lambda: next(_numbers))
    regions: tuple[str, ...] = ("us-east-1", "eu-central-1")

    def __post_init__(self) -> None:
        self.operator = self._account(9)
        self._credentials = self._user()
        self.source = self._account(1)
        self.targets = {name: self._account(digit) for name, digit in (("dev", 2), ("prod", 3), ("qa", 4))}
        self._role(self.source, "provider", PROVIDER)
        self._alias(self.source, "registry")
        for name, account in self.targets.items():
            self._role(account, "consumer", CONSUMER)
            self._alias(account, name)

    def _account(self, digit: int) -> str:
        return f"{digit}{self.number:011d}"

    def _user(self) -> dict[str, str]:
        """Somebody who may assume roles and nothing else: trust policies have the last word."""
        iam = self.cloud.client("iam", self.operator)
        iam.create_user(UserName="operator")
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::*:role/*"}
        iam.put_user_policy(UserName="operator", PolicyName="share", PolicyDocument=_policy([statement]))
        key = iam.create_access_key(UserName="operator")["AccessKey"]
        return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}

    def alias(self, name: str) -> str:
        """Aliases are unique over all of AWS."""
        return f"{name}-{self.number}"

    def _alias(self, account: str, name: str) -> None:
        self.cloud.client("iam", account).create_account_alias(AccountAlias=self.alias(name))

    def _role(self, account: str, name: str, statements: list[tuple[list[str], str]]) -> None:
        iam = self.cloud.client("iam", account)
        trust = {
            "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{self.operator}:root"}, "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": "share-1"}},
        }  # fmt: skip
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy([trust]))
        allowed = [{"Effect": "Allow", "Action": actions, "Resource": resource} for actions, resource in statements]
        iam.put_role_policy(RoleName=name, PolicyName="share", PolicyDocument=_policy(allowed))

    # MARK: Images

    def images(self, *images: dict[str, Any], region: str = "us-east-1") -> list[dict[str, str]]:
        return self.cloud.seed_images(self.source, list(images), region)

    def image(self, name: str, region: str = "us-east-1", **more: Any) -> str:
        return self.images({"name": name, **more}, region=region)[0]["image_id"]

    def ec2(self, account: str | None = None, region: str = "us-east-1") -> Any:
        return self.cloud.client("ec2", self.targets.get(account or "", account or self.source), region)

    def snapshot(self, image: str, region: str = "us-east-1") -> str:
        found = self.ec2(region=region).describe_images(ImageIds=[image])["Images"][0]
        return found["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"]

    def tags(self, resource: str, account: str | None = None, region: str = "us-east-1") -> dict[str, str]:
        """As the account sees them, without the record of those that were copied."""
        tags = self.all_tags(resource, account, region)
        tags.pop(RECORD, None)
        return tags

    def all_tags(self, resource: str, account: str | None = None, region: str = "us-east-1") -> dict[str, str]:
        filters = [{"Name": "resource-id", "Values": [resource]}]
        found = self.ec2(account, region).describe_tags(Filters=filters)["Tags"]
        return {tag["Key"]: tag["Value"] for tag in found}

    def tag(self, resource: str, account: str | None = None, region: str = "us-east-1", **tags: str) -> None:
        pairs = [{"Key": name, "Value": value} for name, value in tags.items()]
        self.ec2(account, region).create_tags(Resources=[resource], Tags=pairs)

    def untag(self, resource: str, *names: str, account: str | None = None, region: str = "us-east-1") -> None:
        self.ec2(account, region).delete_tags(Resources=[resource], Tags=[{"Key": name} for name in names])

    def shared_with(self, image: str, region: str = "us-east-1") -> set[str]:
        found = self.ec2(region=region).describe_image_attribute(ImageId=image, Attribute="launchPermission")
        return {value for permission in found["LaunchPermissions"] for value in permission.values()}

    def snapshot_shared_with(self, snapshot: str, region: str = "us-east-1") -> set[str]:
        found = self.ec2(region=region).describe_snapshot_attribute(
            SnapshotId=snapshot, Attribute="createVolumePermission"
        )
        return {permission["UserId"] for permission in found["CreateVolumePermissions"]}

    def key(self, region: str = "us-east-1") -> str:
        return self.cloud.client("kms", self.source, region).create_key()["KeyMetadata"]["Arn"]

    def grants(self, key: str) -> list[dict[str, Any]]:
        return self.cloud.client("kms", self.source, key.split(":")[3]).list_grants(KeyId=key)["Grants"]

    # MARK: amictl

    def manifest(self, *targets: dict[str, Any], **members: Any) -> dict[str, Any]:
        """The manifest as a tree."""
        source = {
            "id": self.source, "alias": self.alias("registry"), "assume-role": "provider", "external-id": "share-1",
            **members.pop("source", {}),
        }  # fmt: skip
        return {"source-account": source, **({"target-accounts": list(targets)} if targets else {}), **members}

    def target(self, name: str, **members: Any) -> dict[str, Any]:
        """A target account, by default with every image whose name begins with `web-`, in us-east-1."""
        return {
            "id": self.targets[name], "alias": self.alias(name), "assume-role": "consumer", "external-id": "share-1",
            "regions": ["us-east-1"], "amis": {"web": {"name-glob": "web-*", "newest": "all"}}, **members,
        }  # fmt: skip

    def write(self, manifest: dict[str, Any] | str, name: str = "config.yaml") -> Path:
        path = self.directory / name
        path.write_text(manifest if isinstance(manifest, str) else yaml.safe_dump(manifest, sort_keys=False))
        return path

    def start(self, *arguments: str | Path, environment: dict[str, str] | None = None) -> subprocess.Popen[str]:
        """Runs the program as the operator, and does not wait for its end."""
        return subprocess.Popen(
            [PROGRAM, *map(str, arguments)],
            cwd=self.directory,
            env={
                **self._credentials,
                "AWS_ENDPOINT_URL": self.cloud.endpoint,
                "AWS_REGION": "us-east-1",
                **(environment or {}),
            },
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def amictl(self, *arguments: str | Path, environment: dict[str, str] | None = None) -> Answer:
        """Runs the program as the operator."""
        process = self.start(*arguments, environment=environment)
        try:
            out, err = process.communicate(timeout=240)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return Answer(process.returncode, out, err)

    def plan(self, manifest: dict[str, Any] | str, *options: str) -> dict[str, Any]:
        """Makes a plan that has to succeed; `plan.yaml` holds it."""
        path = self.write(manifest)
        outcome = self.amictl("share", "plan", "-c", path, "-o", "plan.yaml", "--output", "json", *options)
        assert outcome.status == 0, outcome
        return outcome.json

    def apply(self, *options: str) -> Answer:
        return self.amictl("share", "apply", "plan.yaml", "--output", "json", *options)

    def share(self, manifest: dict[str, Any] | str, *options: str) -> dict[str, Any]:
        """Makes a plan and applies it; both have to succeed."""
        plan = self.plan(manifest, *options)
        outcome = self.apply()
        assert outcome.status == 0, outcome
        return plan


def _policy(statements: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def steps(plan: dict[str, Any]) -> list[str]:
    """What a plan does, in short."""
    return [step["do"] for step in plan["steps"]]


def changes(plan: dict[str, Any]) -> list[tuple[str, list[tuple[str, str | None, str | None]]]]:
    """What a plan does to tags: of each step the name, what is there now, and what then, without the record."""
    return [
        (step["do"], [(tag["name"], tag["now"], tag["then"]) for tag in step["tags"] if tag["name"] != RECORD])
        for step in plan["steps"]
        if "tags" in step
    ]
