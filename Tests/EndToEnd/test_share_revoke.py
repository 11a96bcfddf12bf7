"""`amictl share revoke`: what it takes back, what it leaves, and whom it warns of."""

import pytest
from amictl import World
from registry import Registry


@pytest.fixture
def tables(registry: Registry) -> World:
    """The tables of the source account."""
    return World(registry.cloud, registry.source)


def test_an_image_in_use_is_not_taken_back_unless_forced(registry: Registry, tables: World) -> None:
    image = registry.image("web-1", tags={"os": "linux"})
    registry.share(registry.manifest(registry.target("dev"), registry.target("prod")))
    tables.use(image, registry.targets["dev"], "i-0123456789abcdef0")
    for name in ("dev", "prod"):
        tables.share(image, registry.targets[name])
        tables.sweep(registry.targets[name])
    tables.write()
    both = {registry.targets["dev"], registry.targets["prod"]}

    refused = registry.amictl("share", "revoke", "plan.yaml")
    assert refused.status == 3, refused
    assert f"account {registry.targets['dev']} uses {image} in us-east-1: 1 instance" in refused.err
    assert "nothing was taken back; --force does it nevertheless" in refused.err
    assert "there may be use that is not known" not in refused.err
    assert registry.shared_with(image) == both

    # Who is not using it can lose it.
    prod = registry.targets["prod"]
    other = registry.amictl("share", "revoke", "--ami", image, "--account", prod, "-c", "config.yaml")
    assert other.status == 0, other
    assert registry.shared_with(image) == {registry.targets["dev"]}
    assert registry.tags(image, "prod") == {} and registry.tags(image, "dev") == {"os": "linux"}

    forced = registry.amictl("share", "revoke", "plan.yaml", "--force")
    assert forced.status == 0, forced
    assert "uses" in forced.err
    assert registry.shared_with(image) == set()

    # Who has lost it already loses nothing more.
    again = registry.amictl("share", "revoke", "plan.yaml")
    assert (again.status, again.out) == (0, "Nothing to do.\n"), again


def test_what_is_not_known_is_told(registry: Registry, tables: World) -> None:
    image = registry.image("web-1")
    targets = [registry.target(name) for name in ("dev", "prod", "qa")]
    registry.share(registry.manifest(*targets))
    for name in ("dev", "prod"):
        tables.share(image, registry.targets[name], 2000)
    tables.sweep(registry.targets["dev"], 1000)
    tables.sweep(registry.targets["prod"], skipped="fleets")
    tables.write()
    outcome = registry.amictl("share", "revoke", "plan.yaml", "--dry-run")
    assert outcome.status == 0, outcome
    dev, prod, qa = registry.targets.values()
    for doubt in (
        f"the last sweep of account {dev} was too long ago, us-east-1",
        f"the last sweep of account {prod} left out: fleets, us-east-1",
        f"account {qa} has no usage tracker, us-east-1",
    ):
        assert f"note: {doubt}: there may be use that is not known" in outcome.err
    assert "6 steps for 1 image and 3 targets; nothing has been changed." in outcome.out
    assert registry.shared_with(image) == {dev, prod, qa}

    # Swept a day ago, and shared with since.
    tables.sweep(dev, 24)
    tables.share(image, dev, 2)
    tables.share(image, prod, 48)
    tables.write()
    outcome = registry.amictl("share", "revoke", "plan.yaml", "--dry-run")
    assert f"note: account {dev} was not swept since it got what it loses, us-east-1" in outcome.err, outcome
    assert f"account {prod} was not swept" not in outcome.err


def test_without_tables_use_is_not_known_and_nothing_is_taken_back_unless_forced(registry: Registry) -> None:
    image = registry.image("web-1")
    registry.share(registry.manifest(registry.target("dev")))
    said = f"account {registry.source} has no tables prod-shares and prod-usage in us-east-1"
    for option in ([], ["--dry-run"]):
        outcome = registry.amictl("share", "revoke", "plan.yaml", "--prefix", "prod", *option)
        assert outcome.status == 4, outcome
        assert f"error: who uses the images cannot be asked: {said}" in outcome.err
        assert ("nothing was taken back; --force does it nevertheless" in outcome.err) == (option == [])
        assert registry.shared_with(image) == {registry.targets["dev"]}
    outcome = registry.amictl("share", "revoke", "plan.yaml", "--prefix", "prod", "--force")
    assert outcome.status == 0, outcome
    assert f"warning: who uses the images cannot be asked: {said}" in outcome.err
    assert registry.shared_with(image) == set()
    # Who loses nothing needs no tables.
    assert registry.amictl("share", "revoke", "plan.yaml").status == 0


def test_an_image_in_use_in_one_region_without_tables_in_another(registry: Registry, tables: World) -> None:
    image = registry.image("web-1")
    other = registry.image("web-1", "eu-central-1")
    registry.share(registry.manifest(registry.target("dev", regions=["us-east-1", "eu-central-1"])))
    tables.use(image, registry.targets["dev"], "i-0123456789abcdef0")
    tables.write()
    outcome = registry.amictl("share", "revoke", "plan.yaml")
    assert outcome.status == 3, outcome
    assert "has no tables ami-steward-shares and ami-steward-usage in eu-central-1" in outcome.err
    assert registry.shared_with(image) == registry.shared_with(other, "eu-central-1") == {registry.targets["dev"]}


def test_tables_that_refuse_keep_it_from_going_on(registry: Registry, tables: World) -> None:
    image = registry.image("web-1")
    registry.share(registry.manifest(registry.target("dev")))
    registry.cloud.fault("error", action="dynamodb:Query", status=400, code="AccessDeniedException", times=None)
    outcome = registry.amictl("share", "revoke", "plan.yaml")
    assert outcome.status == 4, outcome
    assert "who uses the images cannot be asked" in outcome.err
    assert registry.shared_with(image) == {registry.targets["dev"]}
    assert registry.amictl("share", "revoke", "plan.yaml", "--force").status == 0
    assert registry.shared_with(image) == set()


def test_what_others_need_stays(registry: Registry, tables: World) -> None:
    """A key's grant and the post-share tags stay while another image, or another account, needs them."""
    key = registry.key()
    first = registry.image("web-1", kms_key_id=key, created="2026-01-01T00:00:00.000Z")
    second = registry.image("web-2", kms_key_id=key, created="2026-02-01T00:00:00.000Z")
    source = {"post-share-tags": {"status": "shared"}}
    targets = [registry.target(name, kms="grant") for name in ("dev", "prod")]
    registry.share(registry.manifest(*targets, source=source))
    assert len(registry.grants(key)) == 2

    dev = registry.targets["dev"]
    outcome = registry.amictl("share", "revoke", "--ami", first, "--account", dev, "-c", "config.yaml")
    assert outcome.status == 0, outcome
    assert f"keeps its grant for {key}: another image that it has needs it" in outcome.err
    assert f"{first} keeps its post-share tags: account {registry.targets['prod']} still has it" in outcome.err
    assert len(registry.grants(key)) == 2
    assert registry.tags(first)["status"] == "shared"

    outcome = registry.amictl("share", "revoke", "--ami", second, "--account", dev, "-c", "config.yaml")
    assert outcome.status == 0, outcome
    assert [grant["GranteePrincipal"].split(":")[4] for grant in registry.grants(key)] == [registry.targets["prod"]]

    outcome = registry.amictl("share", "revoke", "--ami", first, "--ami", second, "-c", "config.yaml")
    assert outcome.status == 0, outcome
    assert registry.grants(key) == []
    assert registry.tags(first) == registry.tags(second) == {}


def test_without_a_manifest_the_callers_own_images(registry: Registry, tables: World) -> None:
    image = registry.image("web-1", tags={"os": "linux"})
    registry.share(registry.manifest(registry.target("dev")))
    registry.ec2().modify_image_attribute(
        ImageId=image, LaunchPermission={"Add": [{"UserId": registry.targets["qa"]}]}
    )
    owner = {
        "AWS_ACCESS_KEY_ID": f"AKIALOCL{registry.source}", "AWS_SECRET_ACCESS_KEY": registry.cloud.secret,
    }  # fmt: skip
    outcome = registry.amictl("share", "revoke", "--ami", image, environment=owner)
    assert outcome.status == 0, outcome
    assert registry.shared_with(image) == set()
    tag = f"SharedWith-{registry.alias('dev')}"
    assert f"{image} keeps the tag {tag}: nothing says whose it is" in outcome.err
    assert f"tags that account {registry.targets['dev']} has on {image} stay" in outcome.err
    gone = registry.amictl("share", "revoke", "--ami", "ami-0aaaaaaaaaaaaaaaa", environment=owner)
    assert gone.status == 1
    assert f"account {registry.source} has no available image ami-0aaaaaaaaaaaaaaaa in us-east-1" in gone.err


def test_without_a_manifest_what_other_images_need_stays(registry: Registry, tables: World) -> None:
    """Tags have aliases, which only a manifest explains; who may launch needs no explanation."""
    key = registry.key()
    first, second = (registry.image(name, kms_key_id=key) for name in ("web-1", "web-2"))
    registry.share(registry.manifest(registry.target("dev", kms="grant")), "--share-snapshots")
    owner = {
        "AWS_ACCESS_KEY_ID": f"AKIALOCL{registry.source}", "AWS_SECRET_ACCESS_KEY": registry.cloud.secret,
    }  # fmt: skip
    dev = registry.targets["dev"]
    outcome = registry.amictl("share", "revoke", "--ami", first, environment=owner)
    assert outcome.status == 0, outcome
    assert f"{dev} keeps its grant for {key}: another image that it has needs it" in outcome.err
    assert registry.snapshot_shared_with(registry.snapshot(first)) == set()
    assert registry.snapshot_shared_with(registry.snapshot(second)) == {dev}
    assert len(registry.grants(key)) == 1
    assert registry.amictl("share", "revoke", "--ami", second, environment=owner).status == 0
    assert registry.grants(key) == []


def test_of_an_image_that_is_gone_its_snapshots_and_keys_are_taken_back(registry: Registry, tables: World) -> None:
    keys = [registry.key() for _ in range(3)]
    images = [registry.image(f"web-{number}", tags={"os": "linux"}, kms_key_id=key) for number, key in enumerate(keys)]
    snapshots = [registry.snapshot(image) for image in images]
    registry.share(registry.manifest(registry.target("dev", kms="grant")), "--share-snapshots")
    dev = registry.targets["dev"]
    assert [registry.snapshot_shared_with(snapshot) for snapshot in snapshots] == [{dev}] * 3
    for image in images[:2]:
        registry.ec2().deregister_image(ImageId=image)
    registry.ec2().delete_snapshot(SnapshotId=snapshots[1])

    tables.use(images[0], dev, "i-0123456789abcdef0")
    tables.write()
    refused = registry.amictl("share", "revoke", "plan.yaml")
    assert refused.status == 3 and f"account {dev} uses {images[0]}" in refused.err, refused

    outcome = registry.amictl("share", "revoke", "plan.yaml", "--force")
    assert outcome.status == 0, outcome
    for image in images[:2]:
        assert f"{image} in us-east-1 is gone, or not available: nobody has it" in outcome.err
    assert registry.snapshot_shared_with(snapshots[0]) == registry.snapshot_shared_with(snapshots[2]) == set()
    assert registry.all_tags(snapshots[0], "dev") == {}
    assert [registry.grants(key) for key in keys] == [[]] * 3
    assert registry.shared_with(images[2]) == set()
    again = registry.amictl("share", "revoke", "plan.yaml")
    assert (again.status, again.out) == (0, "Nothing to do.\n"), again


def test_tags_that_a_target_keeps_are_not_taken_back(registry: Registry, tables: World) -> None:
    """Those it has itself, and those that were copied before the manifest said so."""
    image = registry.image("web-1", tags={"os": "linux", "backup": "daily"})
    registry.share(registry.manifest(registry.target("dev")))
    registry.tag(image, "dev", team="theirs")
    registry.share(registry.manifest(registry.target("dev", **{"keep-tags": ["back*"]})))
    outcome = registry.amictl("share", "revoke", "plan.yaml")
    assert outcome.status == 0, outcome
    assert registry.all_tags(image, "dev") == {"backup": "daily", "team": "theirs"}
    assert registry.tags(image) == {"os": "linux", "backup": "daily"}


def test_a_plan_takes_back_post_share_tags_that_were_there_when_it_was_made(registry: Registry, tables: World) -> None:
    image = registry.image("web-1", tags={"os": "linux"})
    own = registry.image("web-2", tags={"status": "shared"})
    source = {"post-share-tags": {"status": "shared"}}
    first = registry.target("dev", amis={"web": {"name-glob": "web-1"}})
    registry.share(registry.manifest(first, source=source))
    registry.share(registry.manifest(registry.target("dev"), source=source))
    # The manifest has others by now; the plan has its own.
    registry.write(registry.manifest(registry.target("dev"), source={"post-share-tags": {"os": "linux"}}))
    outcome = registry.amictl("share", "revoke", "plan.yaml")
    assert outcome.status == 0, outcome
    assert registry.tags(image) == {"os": "linux"}
    assert registry.tags(own) == {"status": "shared"}


def test_post_share_tags_stay_where_somebody_could_not_be_taken_off(registry: Registry, tables: World) -> None:
    image = registry.image("web-1")
    registry.share(
        registry.manifest(registry.target("dev"), registry.target("prod"), source={"post-share-tags": {"status": "x"}})
    )
    registry.cloud.fault(
        "error", action="ec2:ModifyImageAttribute", body=f"*{registry.targets['prod']}*", status=403,
        code="UnauthorizedOperation", times=None,
    )  # fmt: skip
    outcome = registry.amictl("share", "revoke", "plan.yaml", "--output", "json")
    assert outcome.status == 1, outcome
    reasons = {step["do"]: step["reason"] for step in outcome.json["steps"] if step["outcome"] == "skipped"}
    prod = registry.alias("prod")
    assert reasons == dict.fromkeys(
        ("share-tag", "post-share-tags"), f"the launch permission for {prod} could not be changed"
    )
    assert registry.shared_with(image) == {registry.targets["prod"]}
    assert registry.tags(image) == {"status": "x", f"SharedWith-{prod}": "true"}


def test_a_role_without_rights_to_snapshots_and_keys_takes_the_rest_back(registry: Registry, tables: World) -> None:
    image = registry.image("web-1", tags={"os": "linux"}, kms_key_id=registry.key())
    registry.share(registry.manifest(registry.target("dev")))
    for action in ("ec2:DescribeSnapshotAttribute", "kms:*"):
        registry.cloud.fault("error", action=action, status=400, code="AccessDeniedException", times=None)
    outcome = registry.amictl("share", "revoke", "plan.yaml")
    assert outcome.status == 0, outcome
    assert "whether snapshots are shared cannot be seen; those that are stay so" in outcome.err
    assert "whether there are grants for keys cannot be seen; those that are stay so" in outcome.err
    assert registry.shared_with(image) == set()
