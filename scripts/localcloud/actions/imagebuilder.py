"""Permissions of EC2 Image Builder: each on the resource that a request names."""

from ..operations import Operation
from ..policies import Need


def needs(operation: Operation, account: str) -> list[Need] | None:
    parameters = operation.parameters
    named = ("distributionConfigurationArn", "imageRecipeArn", "containerRecipeArn", "imageBuildVersionArn", "imageArn", "resourceArn")
    arn = next((parameters[name] for name in named if parameters.get(name)), None)
    prefix = f"arn:aws:imagebuilder:{operation.region}:{account}"
    recipe = {"CreateImageRecipe": "image-recipe", "CreateContainerRecipe": "container-recipe"}.get(operation.name)
    if recipe:
        arn = f"{prefix}:{recipe}/{parameters.get('name', '').lower()}/{parameters.get('semanticVersion', '')}"
    if operation.name == "CreateImage":
        arn = parameters.get("imageRecipeArn", "").replace(":image-recipe/", ":image/")
    if operation.name == "CreateDistributionConfiguration":
        arn = f"{prefix}:distribution-configuration/{parameters.get('name', '').lower()}"
    return [Need(operation.action, arn)] if arn else None
