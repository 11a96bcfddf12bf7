"""`amictl share` through the roles of `terraform/modules/share_roles`: they allow what it does, and nothing in vain."""

import json
import re
import shutil
import textwrap
from pathlib import Path
from typing import Any

import pytest
from amictl import World
from localcloud.deployment import REPOSITORY
from localcloud.terraform import Terraform
from registry import Registry, steps

pytestmark = pytest.mark.slow

ROLES = {"source": "ami-steward-share-provider", "target": "ami-steward-share-consumer"}


def _configuration(registry: Registry, key: str) -> str:
    """The module in the source account and in one target account."""

    def provider(alias: str, account: str) -> str:
        return f"""
            provider "aws" {{
              alias                       = "{alias}"
              region                      = "us-east-1"
              access_key                  = "AKIALOCL{account}"
              secret_key                  = "{registry.cloud.secret}"
              skip_metadata_api_check     = true
              skip_credentials_validation = true
              max_retries                 = 1
            }}"""

    common = f"""
              source             = "./share_roles"
              trusted_principals = ["arn:aws:iam::{registry.operator}:user/operator"]
              external_id        = "share-1"
              regions            = ["us-east-1"]
              share_snapshots    = true"""
    dev = registry.targets["dev"]
    return textwrap.dedent(f"""
            {provider("source", registry.source)}
            {provider("target", dev)}
            module "source" {{{common}
              providers          = {{ aws = aws.source }}
              provider_role      = true
              target_account_ids = ["{dev}"]
              post_share_tags    = ["status"]
              kms_key_arns       = ["{key}"]
              shares_table_name  = "ami-steward-shares"
              usage_table_name   = "ami-steward-usage"
            }}
            module "target" {{{common}
              providers         = {{ aws = aws.target }}
              consumer_role     = true
              source_account_id = "{registry.source}"
            }}
        """)


def _allowed(registry: Registry, account: str, role: str) -> set[str]:
    policy = registry.cloud.client("iam", account).get_role_policy(RoleName=role, PolicyName="share")["PolicyDocument"]
    document: Any = json.loads(policy) if isinstance(policy, str) else policy
    actions: set[str] = set()
    for statement in document["Statement"]:
        actions |= {statement["Action"]} if isinstance(statement["Action"], str) else set(statement["Action"])
    return actions


def test_the_roles_of_the_module_are_what_sharing_needs(registry: Registry, tmp_path: Path) -> None:
    key = registry.key()
    root = tmp_path / "configuration"
    shutil.copytree(REPOSITORY / "terraform" / "modules" / "share_roles", root / "share_roles")
    (root / "main.tf").write_text(_configuration(registry, key))
    terraform = Terraform(registry.cloud, root, tmp_path / "terraform")
    terraform.init()
    terraform.apply()
    assert terraform.changes() == []

    tables = World(registry.cloud, registry.source)
    image = registry.image("web-1", tags={"os": "linux", "old": "1"}, kms_key_id=key)
    target = registry.target("dev", **{"assume-role": ROLES["target"], "kms": "grant"})
    source = {"assume-role": ROLES["source"], "post-share-tags": {"status": "shared"}}
    manifest = registry.manifest(target, source=source)
    before = registry.cloud.count("requests")
    registry.share(manifest, "--share-snapshots")
    (registry.directory / "first.yaml").write_text((registry.directory / "plan.yaml").read_text())
    registry.untag(image, "old")
    assert steps(registry.share(manifest, "--share-snapshots")) == ["removed-tags", "removed-tags"]
    drift = registry.amictl("share", "drift", "-c", "config.yaml", "--share-snapshots")
    assert drift.status == 0 and "No drift in 1 region" in drift.out, drift
    assert re.search(r"what is shared in .*eu-central-1.* cannot be seen", drift.err)
    tables.sweep(registry.targets["dev"])
    tables.write()
    revoked = registry.amictl("share", "revoke", "first.yaml")
    assert revoked.status == 0, revoked
    assert registry.tags(image) == {"os": "linux"}
    assert registry.grants(key) == []

    log = registry.cloud.requests(since=before)
    # The roles are confined to a region; drift looks whether others hold anything.
    denied = {entry["action"] for entry in log if entry["verdict"] == "denied"}
    assert denied == {"ec2:DescribeImages"}
    for account, role in ((registry.source, ROLES["source"]), (registry.targets["dev"], ROLES["target"])):
        used = {entry["action"] for entry in log if f":role/{role}" in entry["principal"]}
        assert used - {"sts:GetCallerIdentity"} == _allowed(registry, account, role)
