"""Image Builder's images: built at once, each with the AMI it gives, and shared by a policy of its own.

https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_GetImage.html
"""

import copy
import json
import re
import threading
from typing import Any

from moto.ec2.models import ec2_backends

from .validation import Refusal

Parameters = dict[str, Any]

POLICIES: dict[str, str] = {}
"""The policies of images, by ARN: whom they are shared with."""


def create(
    images: dict[str, Parameters], recipes: dict[str, Parameters], given: Parameters, region: str, account: str, now: str,
    moto_lock: "threading.RLock",
) -> Parameters:  # fmt: skip
    recipe = recipes.get(given.get("imageRecipeArn", ""))
    if recipe is None:
        raise Refusal("InvalidParameterException", "The image recipe cannot be found.")
    prefix = recipe["arn"].replace(":image-recipe/", ":image/")
    build = 1 + sum(arn.startswith(f"{prefix}/") for arn in images)
    name = f"{recipe['name']} {recipe['version']}/{build}"
    with moto_lock:
        ami = ec2_backends[account][region].register_image(name=name, description="")
    arn = f"{prefix}/{build}"
    images[arn] = {
        "arn": arn, "type": "AMI", "name": recipe["name"], "version": f"{recipe['version']}/{build}", "platform": "Linux",
        "state": {"status": "AVAILABLE"}, "imageRecipe": copy.deepcopy(recipe), "dateCreated": now, "tags": given.get("tags", {}),
        "outputResources": {"amis": [{"region": region, "image": ami.id, "name": name, "accountId": account}]},
    }  # fmt: skip
    return {"imageBuildVersionArn": arn}


def get(images: dict[str, Parameters], given: Parameters) -> Parameters:
    return {"image": copy.deepcopy(images[newest(images, given["imageBuildVersionArn"])])}


def put_policy(images: dict[str, Parameters], given: Parameters) -> Parameters:
    arn = newest(images, given["imageArn"])
    try:
        json.loads(given["policy"])
    except ValueError:
        raise Refusal("InvalidParameterValueException", "The policy is not JSON.") from None
    POLICIES[arn] = given["policy"]
    return {"imageArn": arn}


def newest(images: dict[str, Parameters], arn: str) -> str:
    """The build that an ARN means: itself, or the newest of a version, in which `x` stands for any number."""
    head, _, version = arn.partition("image/")[2].partition("/")
    pattern = re.escape(version).replace("x", "[0-9]+") + ("" if "/" in version else "/[0-9]+")
    prefix = f"{arn.partition('image/')[0]}image/{head}/"
    found = [each for each in images if each.startswith(prefix) and re.fullmatch(pattern, each.removeprefix(prefix))]
    if not found:
        raise Refusal("ResourceNotFoundException", f"The resource with ARN '{arn}' cannot be found.", 404)
    return max(found, key=lambda each: [int(number) for number in re.split("[./]", each.removeprefix(prefix))])
