"""Images by the thousand, with dates of one's choice: what a test of a registry starts from. EC2 itself makes an image at a
time, now."""

import datetime
from typing import Any

from moto.ec2.models import ec2_backends
from moto.ec2.models.amis import Ami


def seed_images(account: str, region: str, images: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Makes images: each with a `name` and, where wanted, `id`, `created` and `last_launched` (RFC 3339), `tags`, `state`,
    and `kms_key_id`, with which its snapshot is then encrypted. Answers with the ids of each image and its snapshot."""
    backend = ec2_backends[account][region]
    made = []
    for wanted in images:
        image = backend.register_image(name=wanted["name"])
        if identifier := wanted.get("id"):
            del backend.amis[image.id]
            image.id = identifier
            backend.amis[identifier] = image
        _dress(image, wanted)
        made.append({"image_id": image.id, "snapshot_id": image.ebs_snapshot.id})
    return made


def _dress(image: Ami, wanted: dict[str, Any]) -> None:
    if created := wanted.get("created"):
        image.creation_date = datetime.datetime.fromisoformat(created).astimezone(datetime.UTC).replace(tzinfo=None)
    if launched := wanted.get("last_launched"):
        image.last_launched_time = launched  # type: ignore[attr-defined]
    if tags := wanted.get("tags"):
        image.add_tags(tags)
    image.state = wanted.get("state", image.state)
    if key := wanted.get("kms_key_id"):
        image.ebs_snapshot.encrypted, image.ebs_snapshot.kms_key_id = True, key
