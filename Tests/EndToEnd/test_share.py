"""`amictl share` from plan to revocation, over several accounts and regions."""

import datetime
import json
import re
from typing import Any

import yaml
from amictl import World
from registry import RECORD, Registry, changes, steps


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

    (registry.directory / "first.yaml").write_text((registry.directory / "plan.yaml").read_text())
    assert steps(registry.plan(manifest, "--share-snapshots")) == []
    drift = registry.amictl("share", "drift", "-c", "config.yaml", "--share-snapshots")
    assert drift.status == 0, drift
    assert re.fullmatch(r"No drift in \d\d regions: all is shared as the manifest wishes\.\n", drift.out), drift

    World(registry.cloud, registry.source)
    revoked = registry.amictl("share", "revoke", "first.yaml", "--output", "json")
    assert revoked.status == 0, revoked
    assert registry.shared_with(image) == registry.snapshot_shared_with(snapshot) == set()
    assert registry.grants(key) == []
    assert registry.tags(image) == {"os": "linux", "aws:made": "x"}
    assert registry.all_tags(image, "dev") == registry.all_tags(snapshot, "dev") == {}
    assert registry.amictl("share", "revoke", "first.yaml", "--output", "json").json["steps"] == []


def test_tags_follow_the_source_and_the_accounts_own_stay(registry: Registry) -> None:
    image = registry.image("web-1", tags={"os": "linux", "old": "1", "both": "x"})
    manifest = registry.manifest(registry.target("dev", **{"keep-tags": ["team-*"]}))
    # Before it was ever shared through a plan: these are the account's.
    registry.ec2().modify_image_attribute(
        ImageId=image, LaunchPermission={"Add": [{"UserId": registry.targets["dev"]}]}
    )
    registry.tag(image, "dev", both="x", before="1")
    registry.share(manifest)
    registry.tag(image, "dev", **{"team-owner": "theirs", "stray": "x"})
    registry.untag(image, "old", "both")
    registry.tag(image, os="windows", new="2")
    plan = registry.share(manifest)
    assert changes(plan) == [
        ("removed-tags", [("old", "1", None)]),
        ("copied-tags", [("new", None, "2"), ("os", "linux", "windows")]),
    ]
    own = {"team-owner": "theirs", "stray": "x", "both": "x", "before": "1"}
    assert registry.tags(image, "dev") == {"os": "windows", "new": "2", **own}
    assert steps(registry.plan(manifest)) == []

    # What the source loses after its copy was removed there is noted no more, and what it has again is copied again.
    registry.untag(image, "new", account="dev")
    registry.untag(image, "new")
    assert changes(registry.share(manifest)) == [("removed-tags", [])]
    registry.tag(image, "dev", new="theirs")
    assert steps(registry.plan(manifest)) == []

    World(registry.cloud, registry.source)
    assert registry.amictl("share", "revoke", "--ami", image, "-c", "config.yaml").status == 0
    assert registry.all_tags(image, "dev") == {**own, "new": "theirs"}


def test_as_many_tags_as_an_image_can_have(registry: Registry) -> None:
    """49 are copied, and the record of them is the 50th. When all are others, those that go make place."""
    image = registry.image("web-1", tags={f"{number:02d}" + "n" * 120: "x" for number in range(49)})
    manifest = registry.manifest(registry.target("dev"))
    assert registry.share(manifest)["notes"] == []
    tags = registry.all_tags(image, "dev")
    assert len(tags) == 50 and len(tags[RECORD]) == 245
    registry.untag(image, *(name for name in tags if name != RECORD))
    registry.tag(image, **{f"{number:02d}" + "m" * 120: "y" for number in range(49)})
    registry.share(manifest)
    assert set(registry.tags(image, "dev").values()) == {"y"}
    assert len(registry.all_tags(image, "dev")) == 50


def test_the_newest_of_thousands_in_several_regions(registry: Registry) -> None:
    """Pages of 1,000; the newest by date, of several with one date those with the lesser ids; only available ones
    count."""
    day = "2026-10-01T00:00:{:02d}.000Z"
    for region, digit in (("us-east-1", "a"), ("eu-central-1", "b")):
        images = [
            {
                "name": f"web-{number}",
                "id": f"ami-{registry.number:04d}{digit}{number:012d}",
                "created": day.format(number // 30),
            }
            for number in range(1, 1499)
        ]
        late = [
            {"name": f"web-late-{state}", "created": "2026-11-01T00:00:00.000Z", "state": state}
            for state in ("pending", "failed", "disabled")
        ]
        registry.images(*reversed(images), *late, region=region)
    amis = {"web": {"filters": [{"property": "AMIName", "value": "db-1", "invert": True}], "newest": 3}}
    regions = ["us-east-1", "eu-central-1"]
    targets = [registry.target(name, regions=regions, amis=amis) for name in ("dev", "prod", "qa")]
    before = registry.cloud.count("requests")
    plan = registry.share(registry.manifest(*targets))
    assert plan["inputs"]["images"] == 2996
    # Of the last second, 1470 to 1498, those with the least ids.
    expected = [
        (region, f"ami-{registry.number:04d}{digit}{number:012d}")
        for region, digit in (("eu-central-1", "b"), ("us-east-1", "a"))
        for number in (1470, 1471, 1472)
    ]
    assert [(image["region"], image["id"]) for image in plan["images"]] == expected
    for region, image in expected:
        assert registry.shared_with(image, region) == set(registry.targets.values())
    log = registry.cloud.requests(since=before)
    source = [r for r in log if r["action"] == "ec2:DescribeImages" and f":{registry.source}:" in r["principal"]]
    # Two pages in each region for the plan, and one look before it is applied.
    assert len(source) >= 6
    assert steps(registry.plan(registry.manifest(*targets))) == []


def test_ages_names_and_ids(registry: Registry) -> None:
    def ago(days: int) -> str:
        return (datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.000Z")

    names = {name: registry.image(name, created=ago(days)) for name, days in (("web-a", 1), ("web-b", 5), ("db-a", 1))}
    chosen = {
        "young": ({"name-glob": "*", "max-age": "2d", "newest": "all"}, {"web-a", "db-a"}),
        "glob": ({"name-glob": "web-?", "newest": "all"}, {"web-a", "web-b"}),
        "id": ({"filters": [{"property": "ID", "value": names["web-b"]}]}, {"web-b"}),
        "not": (
            {"filters": [{"property": "AMIName", "value": "web-a", "invert": True}], "newest": 9},
            {"web-b", "db-a"},
        ),
    }
    for name, (group, expected) in chosen.items():
        plan = registry.plan(registry.manifest(registry.target("dev", amis={name: group})))
        assert {image["name"] for image in plan["images"]} == expected, name


def test_organizations_and_units(registry: Registry) -> None:
    image = registry.image("web-1", tags={"os": "linux"})
    organization = f"arn:aws:organizations::{registry.source}:organization/o-a1b2c3d4e5"
    unit = f"arn:aws:organizations::{registry.source}:ou/o-a1b2c3d4e5/ou-ab12-34567890"
    common = {"regions": ["us-east-1"], "amis": {"web": {"name-glob": "web-*"}}}
    manifest = registry.manifest(
        organizations=[{"arn": organization, "alias": "everybody", **common}],
        **{"organizational-units": [{"arn": unit, **common}]},
    )
    plan = registry.share(manifest, "--share-snapshots")
    assert steps(plan) == ["launch-permission", "share-tag"] * 2
    assert any("snapshots cannot be shared with organization" in note for note in plan["notes"])
    assert registry.shared_with(image) == {organization, unit}
    assert registry.tags(image) == {
        "os": "linux", "SharedWith-everybody": "true", "SharedWith-ou-ab12-34567890": "true",
    }  # fmt: skip
    World(registry.cloud, registry.source)
    revoked = registry.amictl("share", "revoke", "--ami", image, "-c", "config.yaml")
    assert revoked.status == 0, revoked
    assert "not every account of organization o-a1b2c3d4e5" in revoked.err
    assert registry.shared_with(image) == set()
    assert registry.tags(image) == {"os": "linux"}


def test_the_one_step_form_is_a_dry_run_unless_told_otherwise(registry: Registry) -> None:
    image = registry.image("web-1", tags={"os": "linux"})
    config = registry.write(registry.manifest(registry.target("dev")))
    dry = registry.amictl("share", "-c", config, "-p", "plan.yaml")
    assert dry.status == 0, dry
    assert "3 steps for 1 image and 1 target; nothing has been changed." in dry.out
    assert registry.shared_with(image) == set()
    done = registry.amictl("share", "-c", config, "-p", "plan.yaml", "--no-dry-run", "--share-snapshots", "-v")
    assert done.status == 0, done
    target = f"account {registry.targets['dev']} ({registry.alias('dev')})"
    assert f"step 1 of 5: share {image} with {target}: done" in done.err
    assert done.out == "5 steps: 5 done.\n"
    assert registry.shared_with(image) == {registry.targets["dev"]}
    again = registry.amictl("share", "-c", config, "-p", "plan.yaml", "--no-dry-run", "--share-snapshots")
    assert (again.status, again.out) == (0, "Nothing to do.\n"), again


def _surplus(drift: dict[str, Any]) -> set[tuple[str, ...]]:
    return {
        (
            each["kind"], each["region"], each["image_name"] or each["key"], each["target"],
            " ".join(word for word in ("in_manifest", "shared", "tagged") if each[word]),
        )
        for each in drift["surplus"]
    }  # fmt: skip


def test_what_nobody_asked_for_is_drift(registry: Registry) -> None:
    key = registry.key()
    names = ("web-1", "db-1", "db-2", "db-3")
    images = {name: registry.image(name, kms_key_id=key, tags={"os": "x"}) for name in names}
    far = registry.image("far-1", "eu-central-1")
    dev, qa = registry.targets["dev"], registry.targets["qa"]
    target = registry.target("dev", kms="grant")
    everything = registry.target("qa", kms="grant", amis={"all": {"name-glob": "*-1", "newest": "all"}})
    registry.share(registry.manifest(target, everything), "--share-snapshots")
    # qa is dropped; dev gets more than it should, and less.
    manifest = registry.manifest(target)
    registry.write(manifest)
    tag = f"SharedWith-{registry.alias('dev')}"

    def permit(image: str, region: str = "us-east-1", **permission: str) -> None:
        registry.ec2(region=region).modify_image_attribute(ImageId=image, LaunchPermission={"Add": [permission]})

    permit(images["db-1"], UserId=dev)
    permit(images["db-2"], Group="all")
    registry.ec2().enable_image_deprecation(ImageId=images["db-2"], DeprecateAt="2020-01-01T00:00:00Z")
    registry.tag(images["db-3"], **{tag: "true"})
    registry.untag(images["web-1"], tag)
    permit(far, "eu-central-1", UserId=dev)
    registry.ec2().modify_snapshot_attribute(
        SnapshotId=registry.snapshot(images["db-3"]), Attribute="createVolumePermission", OperationType="add",
        UserIds=[dev],
    )  # fmt: skip

    drift = registry.amictl("share", "drift", "-c", "config.yaml", "--share-snapshots", "--output", "json")
    assert drift.status == 5, drift
    found = drift.json
    assert steps(found["missing"]) == ["share-tag"]
    old = registry.alias("qa")
    assert _surplus(found) == {
        ("image", "us-east-1", "web-1", qa, "shared"), ("image", "us-east-1", "db-1", qa, "shared"),
        ("image", "us-east-1", "web-1", old, "tagged"), ("image", "us-east-1", "db-1", old, "tagged"),
        ("image", "us-east-1", "db-1", registry.alias("dev"), "in_manifest shared"),
        ("image", "us-east-1", "db-2", "everyone", "shared"),
        ("image", "us-east-1", "db-3", registry.alias("dev"), "in_manifest tagged"),
        ("image", "eu-central-1", "far-1", registry.alias("dev"), "in_manifest shared"),
        ("snapshot", "us-east-1", "web-1", qa, "shared"), ("snapshot", "us-east-1", "db-1", qa, "shared"),
        ("snapshot", "us-east-1", "db-3", registry.alias("dev"), "in_manifest shared"),
        ("key", "us-east-1", key, qa, "shared"),
    }  # fmt: skip
    assert found["regions"] > 10 and found["unseen"] == []
    people = registry.amictl("share", "drift", "-c", "config.yaml", "--manifest-regions-only")
    assert people.out.endswith("Drift in 1 region: 1 step missing, 11 shares not asked for.\n"), people
    assert "far-1" not in people.out

    # A grant that somebody else has made is not for sharing to judge.
    registry.cloud.client("kms", registry.source).create_grant(
        KeyId=key, GranteePrincipal=f"arn:aws:iam::{registry.targets['prod']}:root", Operations=["Decrypt"], Name="own"
    )
    World(registry.cloud, registry.source)
    for image in images.values():
        registry.amictl("share", "revoke", "--ami", image, "--account", qa, "-c", "config.yaml")
    left = registry.amictl("share", "drift", "-c", "config.yaml", "--share-snapshots", "--output", "json").json
    assert {each for each in _surplus(left) if each[3] in (qa, registry.targets["prod"])} == set()


def test_drift_tells_what_it_cannot_see(registry: Registry) -> None:
    """A role that is confined to the manifest's regions, and knows nothing of snapshots and keys."""
    for number in range(3):
        registry.image(f"web-{number}", kms_key_id=registry.key())
    registry.share(registry.manifest(registry.target("dev")))
    provider = f"*:{registry.source}:*"

    def refuse(action: str, **more: Any) -> None:
        registry.cloud.fault(
            "error", action=action, principal=provider, status=403, code="UnauthorizedOperation", times=None, **more
        )

    refuse("ec2:DescribeSnapshotAttribute")
    refuse("kms:ListGrants")
    before = registry.cloud.count("requests")
    drift = registry.amictl("share", "drift", "-c", "config.yaml", "--manifest-regions-only")
    assert drift.status == 0, drift
    assert "note: whether snapshots are shared in us-east-1 cannot be seen (UnauthorizedOperation)" in drift.err
    assert "note: which grants there are for the key" in drift.err
    assert "No drift in 1 region: all is shared as the manifest wishes." in drift.out
    refuse("ec2:DescribeRegions")
    assert "ec2:DescribeRegions" not in {entry["action"] for entry in registry.cloud.requests(since=before)}
    drift = registry.amictl("share", "drift", "-c", "config.yaml")
    assert drift.status == 0, drift
    assert f"note: which other regions account {registry.source} has cannot be seen (UnauthorizedOperation)" in drift.err
    registry.cloud.clear_faults()

    # An account that may look into the manifest's region and into no other.
    policy = [
        {"Effect": "Deny", "Action": "ec2:DescribeImages", "Resource": "*",
         "Condition": {"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}}},
    ]  # fmt: skip
    registry.cloud.client("iam", registry.source).put_role_policy(
        RoleName="provider", PolicyName="confined",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": policy}),
    )  # fmt: skip
    drift = registry.amictl("share", "drift", "-c", "config.yaml")
    assert drift.status == 0, drift
    assert re.search(r"note: what is shared in .*eu-central-1.* cannot be seen \(UnauthorizedOperation\)", drift.err)
    assert "No drift in 1 region" in drift.out
    # Of a region that the manifest names, everything has to be seen.
    registry.write(registry.manifest(registry.target("dev", regions=["us-east-1", "eu-central-1"])))
    drift = registry.amictl("share", "drift", "-c", "config.yaml")
    assert drift.status == 1 and "not everything could be looked at" in drift.err, drift
