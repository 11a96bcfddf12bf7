"""Images that Image Builder built for the creator."""

import json
import uuid

from story import CREATOR, Story


def shared_builder_image(story: Story, account: str) -> str:
    """An Image Builder image that the creator built and shares with an account, and the AMI it gave; returns its ARN."""
    builder = story.cloud.client("imagebuilder", CREATOR)
    recipe = builder.create_image_recipe(
        name=f"golden-{uuid.uuid4()}", semanticVersion="1.0.0", parentImage=story.image, clientToken=str(uuid.uuid4())
    )["imageRecipeArn"]
    configuration = f"arn:aws:imagebuilder:us-east-1:{story.cloud.account(CREATOR)}:infrastructure-configuration/web"
    built = builder.create_image(
        imageRecipeArn=recipe, infrastructureConfigurationArn=configuration, clientToken=str(uuid.uuid4())
    )["imageBuildVersionArn"]
    builder.delete_image_recipe(imageRecipeArn=recipe)
    number = story.cloud.account(account)
    statement = {"Effect": "Allow", "Principal": {"AWS": number}, "Action": "imagebuilder:GetImage", "Resource": built}
    builder.put_image_policy(imageArn=built, policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    ec2 = story.cloud.client("ec2", CREATOR)
    ec2.modify_image_attribute(ImageId=output_image(story, built), LaunchPermission={"Add": [{"UserId": number}]})
    return built


def output_image(story: Story, built: str) -> str:
    """The AMI of an Image Builder image."""
    image = story.cloud.client("imagebuilder", CREATOR).get_image(imageBuildVersionArn=built)["image"]
    return image["outputResources"]["amis"][0]["image"]
