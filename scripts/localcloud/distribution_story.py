"""The demo's chapter on the Image Builder distribution custom resource: one Create, one Update from SSM, one Delete.

It needs a deployment with `image_distribution = {}`.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .client import LocalCloud
from .cloudformation import Receiver, Stack

ACCOUNT = "creator"
_NAME = "image-distribution"

Say = Callable[[str], None]


def tell(cloud: LocalCloud, directory: Path, say: Say) -> None:
    """Tells the chapter with `say`, a line at a time. Leaves nothing behind but its SSM parameter and the configuration."""
    identifier = next(found for found in cloud.functions() if found.startswith(cloud.account(ACCOUNT)) and found.endswith(_NAME))
    builder, parameters = cloud.client("imagebuilder", ACCOUNT), cloud.client("ssm", ACCOUNT)
    invoker = cloud.client("lambda", ACCOUNT)
    receiver = Receiver(directory)
    # The function answers CloudFormation over HTTPS: here with a certificate made for the occasion.
    cloud.set(function_environment={"AWS_CA_BUNDLE": str(receiver.certificates)})
    try:
        before = [{"region": cloud.region, "amiDistributionConfiguration": {"name": "base {{ imagebuilder:buildDate }}"}}]
        created = builder.create_distribution_configuration(name="base", distributions=before, description="Base images")
        arn = created["distributionConfigurationArn"]
        name = "/ami-steward/distribution/base/publishing-accounts"
        parameters.put_parameter(Name=name, Type="StringList", Value=cloud.account("consumer-a"), Overwrite=True)

        def send(event: dict[str, Any]) -> None:
            payload = json.dumps(event).encode()
            invoker.invoke(FunctionName=identifier.rpartition("/")[2], InvocationType="Event", Payload=payload)

        def show() -> None:
            found = builder.get_distribution_configuration(distributionConfigurationArn=arn)["distributionConfiguration"]
            for distribution in found["distributions"]:
                image = distribution["amiDistributionConfiguration"]
                targets = ", ".join(image.get("targetAccountIds", [])) or "nobody"
                users = ", ".join(image.get("launchPermission", {}).get("userIds", [])) or "nobody"
                say(f"    {distribution['region']}: published to {targets}; shared with {users}")

        say("A distribution configuration of Image Builder, as somebody made it:")
        show()
        say(f"CloudFormation creates the resource: publish to the accounts in {name}, share with consumer-b.")
        stack = Stack(receiver, send, cloud.account(ACCOUNT), cloud.region, "base")
        resource = stack.create({
            "AmiDistributionArn": arn, "AwsDistributionRegions": [cloud.region],
            "PublishingAccountIds": name, "SharingAccountIds": [cloud.account("consumer-b")],
        })  # fmt: skip
        say(f"    it answers SUCCESS with {resource.data['PublishingAccountCount']} account resolved")
        show()

        say("Somebody adds an account to the SSM parameter; no deployment follows.")
        both = f"{cloud.account('consumer-a')},{cloud.account('consumer-b')}"
        parameters.put_parameter(Name=name, Type="StringList", Value=both, Overwrite=True)
        cloud.put_event(ACCOUNT, {
            "source": "aws.ssm", "detail-type": "Parameter Store Change",
            "detail": {"name": name, "operation": "Update", "type": "StringList"},
        })  # fmt: skip
        show()

        say("The stack is deleted: the configuration is what it was before.")
        resource.delete()
        show()
        cloud.wait_until_idle()
    finally:
        cloud.set(function_environment={})
        receiver.close()

