"""Image Builder's recipes of images and containers: made, listed, read, deleted.

https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_CreateImageRecipe.html
"""

import copy
import re
from dataclasses import dataclass
from typing import Any

from .validation import Refusal

Parameters = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """What the two kinds of recipe are called in ARNs, requests and answers."""

    path: str
    member: str
    summary: tuple[str, ...]

    @property
    def arn_member(self) -> str:
        return f"{self.member}Arn"


IMAGE = Kind("image-recipe", "imageRecipe", ("arn", "name", "platform", "owner", "parentImage", "dateCreated", "tags"))
CONTAINER = Kind(
    "container-recipe", "containerRecipe",
    ("arn", "containerType", "name", "platform", "owner", "parentImage", "dateCreated", "instanceImage", "tags"),
)  # fmt: skip


def create(recipes: dict[str, Parameters], kind: Kind, given: Parameters, region: str, account: str, now: str) -> Parameters:
    version = given["semanticVersion"]
    if not re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", version):
        raise Refusal("InvalidVersionNumberException", f"The version {version} is not <major>.<minor>.<patch>.")
    arn = f"arn:aws:imagebuilder:{region}:{account}:{kind.path}/{re.sub(r'[ _]', '-', given['name'].lower())}/{version}"
    if arn in recipes:
        raise Refusal("ResourceAlreadyExistsException", f"The resource {arn} already exists.")
    kept = {name: value for name, value in given.items() if name not in ("semanticVersion", "clientToken", "dryRun")}
    recipe = {"arn": arn, "owner": account, "version": version, "platform": "Linux", "dateCreated": now, "tags": {}, **kept}
    if kind is IMAGE:
        recipe["type"] = "AMI"
    recipes[arn] = recipe
    return {kind.arn_member: arn}


def get(recipes: dict[str, Parameters], kind: Kind, given: Parameters) -> Parameters:
    return {kind.member: copy.deepcopy(_find(recipes, given[kind.arn_member]))}


def delete(recipes: dict[str, Parameters], kind: Kind, given: Parameters) -> Parameters:
    _find(recipes, given[kind.arn_member])
    del recipes[given[kind.arn_member]]
    return {kind.arn_member: given[kind.arn_member]}


def summaries(recipes: dict[str, Parameters], kind: Kind, given: Parameters) -> Parameters:
    """A page of the caller's own recipes: nobody shares any here."""
    found = [recipe for arn, recipe in recipes.items() if f":{kind.path}/" in arn]
    if given.get("owner", "Self") != "Self":
        found = []
    for each in given.get("filters", []):
        if each.get("name") not in ("name", "parentImage", "platform"):
            raise Refusal("InvalidParameterValueException", f"The filter {each.get('name')} is not valid.")
        found = [recipe for recipe in found if recipe.get(each["name"]) in each.get("values", [])]
    try:
        start = int(given.get("nextToken", "0"))
    except ValueError:
        raise Refusal("InvalidPaginationTokenException", "The token is not one that was given out.") from None
    end = start + given.get("maxResults", 25)
    shown = [
        {**recipe, "instanceImage": recipe.get("instanceConfiguration", {}).get("image")} for recipe in found[start:end]
    ]
    page = [{name: recipe[name] for name in kind.summary if recipe.get(name) is not None} for recipe in shown]
    more = {"nextToken": str(end)} if end < len(found) else {}
    return {f"{kind.member}SummaryList": page, **more}


def _find(recipes: dict[str, Parameters], arn: str) -> Parameters:
    found = recipes.get(arn)
    if found is None:
        raise Refusal("ResourceNotFoundException", f"The resource with ARN '{arn}' cannot be found.", 404)
    return found
