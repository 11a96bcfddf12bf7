"""`amictl share` from plan to revocation, over several accounts and regions."""

import datetime

import yaml
from amictl import World
from registry import Registry, steps


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
    assert (drift.status, drift.out) == (0, "No drift: all is shared as the manifest wishes.\n"), drift

    World(registry.cloud, registry.source)
    revoked = registry.amictl("share", "revoke", "first.yaml", "--output", "json")
    assert revoked.status == 0, revoked
    assert registry.shared_with(image) == registry.snapshot_shared_with(snapshot) == set()
    assert registry.grants(key) == []
    assert registry.tags(image) == {"os": "linux", "aws:made": "x"}
    assert registry.tags(image, "dev") == registry.tags(snapshot, "dev") == {}
    assert registry.amictl("share", "revoke", "first.yaml", "--output", "json").json["steps"] == []


def test_tags_follow_the_source(registry: Registry) -> None:
    image = registry.image("web-1", tags={"os": "linux", "old": "1"})
    manifest = registry.manifest(registry.target("dev", **{"keep-tags": ["team-*"]}))
    registry.share(manifest)
    registry.tag(image, "dev", **{"team-owner": "theirs", "stray": "x"})
    registry.untag(image, "old")
    registry.tag(image, os="windows", new="2")
    plan = registry.share(manifest)
    assert [(step["do"], step["tags"]) for step in plan["steps"]] == [
        (
            "copied-tags",
            [{"name": "new", "now": None, "then": "2"}, {"name": "os", "now": "linux", "then": "windows"}],
        ),
        ("removed-tags", [{"name": "old", "now": "1", "then": None}, {"name": "stray", "now": "x", "then": None}]),
    ]
    assert registry.tags(image, "dev") == {"os": "windows", "new": "2", "team-owner": "theirs"}


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


def test_a_share_that_nobody_asked_for_is_drift(registry: Registry) -> None:
    images = {name: registry.image(name) for name in ("web-1", "db-1", "db-2")}
    manifest = registry.manifest(registry.target("dev"))
    registry.share(manifest)
    registry.ec2().modify_image_attribute(
        ImageId=images["db-1"], LaunchPermission={"Add": [{"UserId": registry.targets["dev"]}]}
    )
    registry.tag(images["db-2"], **{f"SharedWith-{registry.alias('dev')}": "true"})
    registry.untag(images["web-1"], f"SharedWith-{registry.alias('dev')}")
    drift = registry.amictl("share", "drift", "-c", "config.yaml", "--output", "json")
    assert drift.status == 5, drift
    found = drift.json
    assert steps(found["missing"]) == ["share-tag"]
    assert {(each["image_name"], each["shared"], each["tagged"]) for each in found["surplus"]} == {
        ("db-1", True, False), ("db-2", False, True),
    }  # fmt: skip
    people = registry.amictl("share", "drift", "-c", "config.yaml")
    assert "Drift: 1 step missing, 2 shares not asked for." in people.out
