"""EC2 Image Builder, as far as distribution configurations, recipes and images go: stateful, with the service's own validation and errors.

https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_UpdateDistributionConfiguration.html
"""

import copy
import datetime
import functools
import json
import re
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..errors import error_response
from ..http_server import Response
from ..operations import Operation
from . import imagebuilder_images, imagebuilder_recipes
from .validation import Refusal, accepted, input_shape

Parameters = dict[str, Any]

# What a region's distribution may put out; each region needs one of them.
_OUTPUTS = {
    "amiDistributionConfiguration", "containerDistributionConfiguration", "launchTemplateConfigurations", "s3ExportConfiguration",
    "fastLaunchConfigurations", "licenseConfigurationArns", "ssmParameterConfigurations",
}  # fmt: skip


@dataclass
class _Account:
    """What one account has in one region, and the tokens by which repeated requests are known."""

    configurations: dict[str, Parameters] = field(default_factory=dict)
    recipes: dict[str, Parameters] = field(default_factory=dict)
    images: dict[str, Parameters] = field(default_factory=dict)
    tokens: dict[tuple[str, str], tuple[Parameters, Parameters]] = field(default_factory=dict)


class ImageBuilder:
    """Safe to use from several threads."""

    def __init__(self, moto_lock: "threading.RLock") -> None:
        self._moto_lock = moto_lock
        self._lock = threading.Lock()
        self._accounts: dict[tuple[str, str], _Account] = {}
        self.writes = 0
        """How many requests changed anything."""
        self._operations: dict[str, Callable[[_Account, Parameters, Operation, str], Parameters]] = {
            "CreateDistributionConfiguration": self._create,
            "GetDistributionConfiguration": self._get,
            "UpdateDistributionConfiguration": self._update,
            "DeleteDistributionConfiguration": self._delete,
            "ListDistributionConfigurations": self._list,
            **{
                f"{verb}{kind.member[0].upper()}{kind.member[1:]}{'s' if verb == 'List' else ''}": functools.partial(perform, kind)
                for kind in (imagebuilder_recipes.IMAGE, imagebuilder_recipes.CONTAINER)
                for verb, perform in {
                    "Create": self._create_recipe, "Get": self._get_recipe, "Delete": self._delete_recipe, "List": self._list_recipes,
                }.items()
            },
            "CreateImage": self._create_image,
            "GetImage": self._get_image,
            "PutImagePolicy": self._put_image_policy,
            "TagResource": self._tag,
            "UntagResource": self._untag,
            "ListTagsForResource": self._tags,
        }

    def answer(self, operation: Operation, account: str) -> Response:
        perform = self._operations.get(operation.name)
        shape = input_shape("imagebuilder", operation.name)
        if perform is None or shape is None:
            return error_response(operation, "UnknownOperationException", 404, f"{operation.name} is not played here.")
        request_id = str(uuid.uuid4())
        try:
            parameters = accepted(shape, _typed(shape, operation.parameters))
            with self._lock:
                store = self._accounts.setdefault((account, operation.region), _Account())
                result = self._once(perform, store, parameters, operation, account)
        except Refusal as refusal:
            return error_response(operation, refusal.code, refusal.status, refusal.message)
        if not operation.name.startswith(("Tag", "Untag", "ListTags")):
            result = {"requestId": request_id, **result}
        body = json.dumps(result).encode()
        return Response(200, body, [("Content-Type", "application/json"), ("x-amzn-RequestId", request_id)])

    def recipes(self, account: str, region: str, path: str) -> list[Parameters]:
        """An account's recipes of a kind, as its ARNs call it: `image-recipe`, `container-recipe`."""
        with self._lock:
            store = self._accounts.get((account, region), _Account())
            return [copy.deepcopy(recipe) for arn, recipe in store.recipes.items() if f":{path}/" in arn]

    def _once(
        self, perform: Callable[..., Parameters], store: _Account, parameters: Parameters, operation: Operation, account: str
    ) -> Parameters:
        """Performs a request, or answers as before where its client token was used already."""
        token = parameters.pop("clientToken", None)
        key = (operation.name, token or "")
        if token and key in store.tokens:
            before, result = store.tokens[key]
            if before != parameters:
                message = "You have specified a client token for an operation using parameter values that differ from a previous request that used the same client token."
                raise Refusal("IdempotentParameterMismatchException", message)
            return copy.deepcopy(result)
        before = copy.deepcopy(parameters)
        result = perform(store, parameters, operation, account)
        if token:
            result = {"clientToken": token, **result}
            store.tokens[key] = (before, copy.deepcopy(result))
        return result

    # MARK: Operations

    def _create(self, store: _Account, parameters: Parameters, operation: Operation, account: str) -> Parameters:
        name = parameters["name"]
        arn = f"arn:aws:imagebuilder:{operation.region}:{account}:distribution-configuration/{re.sub(r'[ _]', '-', name.lower())}"
        if arn in store.configurations:
            raise Refusal("ResourceAlreadyExistsException", f"The resource {arn} already exists.")
        _check_distributions(parameters["distributions"])
        now = _now()
        store.configurations[arn] = {
            "arn": arn, "timeoutMinutes": 720, "dateCreated": now, "dateUpdated": now, "tags": {}, **parameters,
        }  # fmt: skip
        self.writes += 1
        return {"distributionConfigurationArn": arn}

    def _get(self, store: _Account, parameters: Parameters, operation: Operation, account: str) -> Parameters:
        return {"distributionConfiguration": copy.deepcopy(_find(store, parameters["distributionConfigurationArn"]))}

    def _update(self, store: _Account, parameters: Parameters, operation: Operation, account: str) -> Parameters:
        arn = parameters["distributionConfigurationArn"]
        found = _find(store, arn)
        _check_distributions(parameters["distributions"])
        found["distributions"] = parameters["distributions"]
        if "description" in parameters:
            found["description"] = parameters["description"]
        found["dateUpdated"] = _now()
        self.writes += 1
        return {"distributionConfigurationArn": arn}

    def _delete(self, store: _Account, parameters: Parameters, operation: Operation, account: str) -> Parameters:
        arn = parameters["distributionConfigurationArn"]
        _find(store, arn)
        del store.configurations[arn]
        self.writes += 1
        return {"distributionConfigurationArn": arn}

    def _list(self, store: _Account, parameters: Parameters, operation: Operation, account: str) -> Parameters:
        summaries = [
            {
                **{key: found[key] for key in ("arn", "name", "description", "dateCreated", "dateUpdated", "tags") if key in found},
                "regions": [distribution["region"] for distribution in found["distributions"]],
            }
            for found in store.configurations.values()
        ]
        return {"distributionConfigurationSummaryList": summaries}

    def _create_recipe(
        self, kind: imagebuilder_recipes.Kind, store: _Account, parameters: Parameters, operation: Operation, account: str
    ) -> Parameters:
        self.writes += 1
        return imagebuilder_recipes.create(store.recipes, kind, parameters, operation.region, account, _now())

    def _get_recipe(
        self, kind: imagebuilder_recipes.Kind, store: _Account, parameters: Parameters, operation: Operation, account: str
    ) -> Parameters:
        return imagebuilder_recipes.get(store.recipes, kind, parameters)

    def _delete_recipe(
        self, kind: imagebuilder_recipes.Kind, store: _Account, parameters: Parameters, operation: Operation, account: str
    ) -> Parameters:
        self.writes += 1
        return imagebuilder_recipes.delete(store.recipes, kind, parameters)

    def _list_recipes(
        self, kind: imagebuilder_recipes.Kind, store: _Account, parameters: Parameters, operation: Operation, account: str
    ) -> Parameters:
        return imagebuilder_recipes.summaries(store.recipes, kind, parameters)

    def _create_image(self, store: _Account, parameters: Parameters, operation: Operation, account: str) -> Parameters:
        self.writes += 1
        return imagebuilder_images.create(
            store.images, store.recipes, parameters, operation.region, account, _now(), self._moto_lock
        )

    def _get_image(self, store: _Account, parameters: Parameters, operation: Operation, account: str) -> Parameters:
        # It may be another account's, which shares it.
        owner = self._accounts.get((parameters["imageBuildVersionArn"].split(":")[4], operation.region), _Account())
        return imagebuilder_images.get(owner.images, parameters)

    def _put_image_policy(self, store: _Account, parameters: Parameters, operation: Operation, account: str) -> Parameters:
        self.writes += 1
        return imagebuilder_images.put_policy(store.images, parameters)

    def _tag(self, store: _Account, parameters: Parameters, operation: Operation, account: str) -> Parameters:
        tags = _find(store, parameters["resourceArn"])["tags"]
        if len({**tags, **parameters["tags"]}) > 50:
            raise Refusal("InvalidParameterException", "A resource has at most 50 tags.")
        tags.update(parameters["tags"])
        return {}

    def _untag(self, store: _Account, parameters: Parameters, operation: Operation, account: str) -> Parameters:
        tags = _find(store, parameters["resourceArn"])["tags"]
        for key in parameters["tagKeys"]:
            tags.pop(key, None)
        return {}

    def _tags(self, store: _Account, parameters: Parameters, operation: Operation, account: str) -> Parameters:
        return {"tags": dict(_find(store, parameters["resourceArn"])["tags"])}


def _find(store: _Account, arn: str) -> Parameters:
    found = store.configurations.get(arn)
    if found is None:
        raise Refusal("ResourceNotFoundException", f"The resource with ARN '{arn}' cannot be found.", 404)
    return found


def _check_distributions(distributions: list[Parameters]) -> None:
    seen: set[str] = set()
    for index, distribution in enumerate(distributions):
        parameter = f"The value supplied for parameter 'distributions[{index}]' is not valid."
        if not _OUTPUTS & set(distribution):
            message = f"{parameter} One or more outputs should be provided for each region in a distribution configuration."
            raise Refusal("InvalidParameterValueException", message)
        if distribution["region"] in seen:
            raise Refusal("InvalidParameterValueException", f"{parameter} The region {distribution['region']} occurs twice.")
        seen.add(distribution["region"])


def _typed(shape: Any, parameters: Parameters) -> Parameters:
    """Parameters of a query string in their own types."""
    result = dict(parameters)
    for name, member in shape.members.items():
        if member.serialization.get("location") == "querystring":
            sent = member.serialization.get("name", name)
            if sent in result:
                value = result.pop(sent)
                result[name] = [value] if member.type_name == "list" and isinstance(value, str) else value
    return result


def _now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")
