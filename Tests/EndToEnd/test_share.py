"""`amictl share` from plan to revocation, over several accounts and regions."""

from pathlib import Path

import pytest
import yaml
from localcloud.client import LocalCloud
from localcloud.testing import cloud, without_faults  # noqa: F401
from registry import Registry, amictl_program, steps


@pytest.fixture
def registry(cloud: LocalCloud, tmp_path: Path) -> Registry:  # noqa: F811
    if not amictl_program().exists():
        pytest.fail(f"{amictl_program()} is missing; run scripts/package first")
    return Registry(cloud, tmp_path)


def test_a_share_has_all_its_effects_and_can_be_taken_back(registry: Registry) -> None:
    key = registry.key()
    [made] = registry.images({"name": "web-1", "tags": {"os": "linux", "aws:made": "x"}, "kms_key_id": key})
    image, snapshot = made["image_id"], made["snapshot_id"]
    source = {"post-share-tags": {"status": "shared"}}
    manifest = registry.manifest(registry.target("dev", kms="grant"), source=source)

    plan = registry.plan(manifest, "--share-snapshots")
    assert steps(plan) == [
        "launch-permission", "snapshot-permission", "key-grant", "share-tag", "post-share-tags", "copied-tags",
        "copied-tags",
    ]  # fmt: skip
    assert registry.shared_with(image) == set()
    assert plan == yaml.safe_load((registry.directory / "plan.yaml").read_text())

    applied = registry.apply()
    assert applied.status == 0, applied
    account = registry.targets["dev"]
    assert registry.shared_with(image) == {account}
    assert registry.snapshot_shared_with(snapshot) == {account}
    [grant] = registry.grants(key)
    assert grant["GranteePrincipal"] == f"arn:aws:iam::{account}:root"
    assert set(grant["Operations"]) == {
        "CreateGrant", "Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo",
    }  # fmt: skip
    tag = f"SharedWith-{registry.alias('dev')}"
    assert registry.tags(image) == {"os": "linux", "aws:made": "x", "status": "shared", tag: "true"}
    assert registry.tags(image, "dev") == {"os": "linux", "status": "shared"}
    assert registry.tags(snapshot, "dev") == {"os": "linux", "status": "shared"}

    assert steps(registry.plan(manifest, "--share-snapshots")) == []
    drift = registry.amictl("share", "drift", "-c", "config.yaml", "--share-snapshots")
    assert drift.status == 0, drift
