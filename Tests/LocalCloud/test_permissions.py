"""Which permissions the requests of the services that functions use need, seen through a role that has none."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from localcloud.client import LocalCloud
from localcloud.testing import create_role

ACCOUNT = "111111111111"
TABLE = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/rows"
KEY = {"id": {"S": "1"}}


class Role:
    """A role whose policy is set anew for each case."""

    def __init__(self, cloud: LocalCloud):
        self.cloud = cloud
        trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
        statements = [{"Effect": "Allow", "Action": "none:None", "Resource": "*"}]
        self.arn = create_role(
            cloud, "creator", "case", statements, json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        )
        session = cloud.client("sts", "creator").assume_role(RoleArn=self.arn, RoleSessionName="case")["Credentials"]
        self.credentials = {
            "aws_access_key_id": session["AccessKeyId"],
            "aws_secret_access_key": session["SecretAccessKey"],
            "aws_session_token": session["SessionToken"],
        }

    def allow(self, *statements: dict[str, Any]) -> None:
        document = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Resource": "*", **s} for s in statements],
        }
        self.cloud.client("iam", "creator").put_role_policy(
            RoleName="case", PolicyName="inline", PolicyDocument=json.dumps(document)
        )

    def call(self, service: str, name: str, **parameters: Any) -> str:
        """The error code of a call, or "ok"."""
        try:
            getattr(self.cloud.client(service, "creator", **self.credentials), name)(**parameters)
        except ClientError as error:
            return error.response["Error"]["Code"]
        return "ok"


@pytest.fixture(scope="module")
def role(cloud: LocalCloud) -> Role:
    cloud.client("dynamodb", "creator").create_table(
        TableName="rows",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "group", "AttributeType": "S"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "group",
                "KeySchema": [{"AttributeName": "group", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    return Role(cloud)


def needs(cloud: LocalCloud, role: Role, service: str, name: str, **parameters: Any) -> list[tuple[str, str]]:
    """What the log says a call would have needed."""
    before = len(cloud.requests())
    role.call(service, name, **parameters)
    return [(need["action"], need["resource"]) for need in cloud.requests(before)[-1]["needs"]]


def test_resources(cloud: LocalCloud, role: Role) -> None:
    put, check = (
        {"Put": {"TableName": "rows", "Item": KEY}},
        {"ConditionCheck": {"TableName": TABLE, "Key": KEY, "ConditionExpression": "a=b"}},
    )
    query = {"TableName": "rows", "KeyConditionExpression": "id = :i", "ExpressionAttributeValues": {":i": {"S": "1"}}}
    ssm = f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter"
    table: list[tuple[str, str, dict[str, Any], list[tuple[str, str]]]] = [
        ("dynamodb", "get_item", {"TableName": "rows", "Key": KEY}, [("dynamodb:GetItem", TABLE)]),
        ("dynamodb", "query", {**query, "IndexName": "group"}, [("dynamodb:Query", f"{TABLE}/index/group")]),
        ("dynamodb", "batch_get_item", {"RequestItems": {TABLE: {"Keys": [KEY]}}}, [("dynamodb:BatchGetItem", TABLE)]),
        (
            "dynamodb",
            "transact_write_items",
            {"TransactItems": [put, check]},
            [("dynamodb:PutItem", TABLE), ("dynamodb:ConditionCheckItem", TABLE)],
        ),
        (
            "ssm",
            "get_parameters",
            {"Names": ["/a/b", "c:2"]},
            [("ssm:GetParameters", f"{ssm}/a/b"), ("ssm:GetParameters", f"{ssm}/c")],
        ),
        ("ssm", "get_parameters_by_path", {"Path": "/a"}, [("ssm:GetParametersByPath", f"{ssm}/a")]),
        (
            "ssm",
            "get_parameter",
            {"Name": "/aws/service/x"},
            [("ssm:GetParameter", "arn:aws:ssm:us-east-1::parameter/aws/service/x")],
        ),
        (
            "sns",
            "publish",
            {"TopicArn": "arn:aws:sns:us-east-1:1:t", "Message": "m"},
            [("sns:Publish", "arn:aws:sns:us-east-1:1:t")],
        ),
        (
            "sqs",
            "send_message",
            {"QueueUrl": f"{cloud.endpoint}/{ACCOUNT}/q", "MessageBody": "m"},
            [("sqs:SendMessage", f"arn:aws:sqs:us-east-1:{ACCOUNT}:q")],
        ),
        (
            "lambda",
            "invoke",
            {"FunctionName": "f"},
            [("lambda:InvokeFunction", f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f")],
        ),
        (
            "events",
            "put_events",
            {"Entries": [{"Source": "s"}]},
            [("events:PutEvents", f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/default")],
        ),
        ("autoscaling", "describe_launch_configurations", {}, [("autoscaling:DescribeLaunchConfigurations", "*")]),
        ("ec2", "describe_launch_template_versions", {}, [("ec2:DescribeLaunchTemplateVersions", "*")]),
    ]
    for service, name, parameters, expected in table:
        assert needs(cloud, role, service, name, **parameters) == expected, name


def test_leading_keys_of_a_query_on_an_index_are_the_indexs(cloud: LocalCloud, role: Role) -> None:
    role.allow(
        {"Action": "dynamodb:Query", "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["mine"]}}}
    )
    for value, expected in (("mine", "ok"), ("yours", "AccessDeniedException")):
        query = {
            "KeyConditionExpression": "#g = :g",
            "ExpressionAttributeNames": {"#g": "group"},
            "ExpressionAttributeValues": {":g": {"S": value}},
        }
        assert role.call("dynamodb", "query", TableName="rows", IndexName="group", **query) == expected


def test_attributes_of_expressions(cloud: LocalCloud, role: Role) -> None:
    role.allow(
        {
            "Action": "dynamodb:UpdateItem",
            "Condition": {"ForAllValues:StringEquals": {"dynamodb:Attributes": ["id", "a", "b"]}},
        }
    )
    update = {"TableName": "rows", "Key": KEY, "ExpressionAttributeValues": {":v": {"S": "v"}}}
    assert role.call("dynamodb", "update_item", UpdateExpression="SET a = if_not_exists(b, :v)", **update) == "ok"
    assert (
        role.call("dynamodb", "update_item", UpdateExpression="SET a = if_not_exists(c, :v)", **update)
        == "AccessDeniedException"
    )
    condition = "attribute_not_exists(c) OR a < :v"
    assert (
        role.call("dynamodb", "update_item", UpdateExpression="SET a = :v", ConditionExpression=condition, **update)
        == "AccessDeniedException"
    )


def test_secure_strings_need_their_key(cloud: LocalCloud, role: Role) -> None:
    key = cloud.client("kms", "creator").create_key()["KeyMetadata"]["Arn"]
    ssm = cloud.client("ssm", "creator")
    ssm.put_parameter(Name="/secret/own", Value="s", Type="SecureString", KeyId=key)
    ssm.put_parameter(Name="/secret/plain", Value="s", Type="SecureString")
    get = {"Action": "ssm:GetParameters", "Resource": f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/secret/*"}
    decrypt = {
        "Action": "kms:Decrypt",
        "Resource": key,
        "Condition": {"StringEquals": {"kms:ViaService": "ssm.us-east-1.amazonaws.com"}},
    }
    role.allow(get)
    assert role.call("ssm", "get_parameters", Names=["/secret/plain"], WithDecryption=True) == "ok"
    assert role.call("ssm", "get_parameters", Names=["/secret/own"], WithDecryption=True) == "AccessDeniedException"
    assert role.call("ssm", "get_parameters", Names=["/secret/own"]) == "ok"
    role.allow(get, decrypt)
    assert role.call("ssm", "get_parameters", Names=["/secret/own"], WithDecryption=True) == "ok"


def test_tables_and_topics_with_their_own_key_need_it(cloud: LocalCloud, role: Role) -> None:
    key = cloud.client("kms", "creator").create_key()["KeyMetadata"]["Arn"]
    cloud.client("dynamodb", "creator").create_table(
        TableName="sealed",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
    )
    topic = cloud.client("sns", "creator").create_topic(Name="sealed", Attributes={"KmsMasterKeyId": key})["TopicArn"]
    assert ("kms:Decrypt", key) in needs(cloud, role, "dynamodb", "get_item", TableName="sealed", Key=KEY)
    assert ("kms:GenerateDataKey", key) in needs(cloud, role, "sns", "publish", TopicArn=topic, Message="m")


def test_mail_needs_the_senders_identity(cloud: LocalCloud, role: Role) -> None:
    ses = cloud.client("sesv2", "creator")
    for identity in ("example.org", "alone@example.org"):
        ses.create_email_identity(EmailIdentity=identity)
    identity = f"arn:aws:ses:us-east-1:{ACCOUNT}:identity/"
    content = {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}}

    def send(sender: str) -> str:
        return role.call(
            "sesv2",
            "send_email",
            FromEmailAddress=sender,
            Destination={"ToAddresses": ["a@example.com"]},
            Content=content,
        )

    condition = {"StringEquals": {"ses:FromAddress": ["steward@example.org", "alone@example.org"]}}
    role.allow({"Action": "ses:SendEmail", "Resource": f"{identity}example.org", "Condition": condition})
    assert send("Steward <steward@example.org>") == "ok"
    assert send("other@example.org") == "AccessDeniedException"
    assert send("alone@example.org") == "AccessDeniedException"
    role.allow({"Action": "ses:SendEmail", "Resource": f"{identity}alone@example.org", "Condition": condition})
    assert send("alone@example.org") == "ok"
    role.allow({"Action": "ses:SendRawEmail", "Resource": "*"})
    assert send("alone@example.org") == "AccessDeniedException"


def test_permissions_boundaries_and_denies(cloud: LocalCloud, role: Role) -> None:
    role.allow({"Action": "ec2:Describe*"}, {"Effect": "Deny", "Action": "ec2:DescribeImages"})
    assert role.call("ec2", "describe_images") == "UnauthorizedOperation"
    assert role.call("ec2", "describe_instances") == "ok"
    iam = cloud.client("iam", "creator")
    document = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ssm:*", "Resource": "*"}]}
    )
    boundary = iam.create_policy(PolicyName="boundary", PolicyDocument=document)["Policy"]["Arn"]
    iam.put_role_permissions_boundary(RoleName="case", PermissionsBoundary=boundary)
    assert role.call("ec2", "describe_instances") == "UnauthorizedOperation"
    iam.delete_role_permissions_boundary(RoleName="case")


def test_trust_policies_cannot_name_roles_that_do_not_exist(cloud: LocalCloud) -> None:
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::222222222222:role/nobody"},
        "Action": "sts:AssumeRole",
    }
    with pytest.raises(ClientError, match="Invalid principal in policy"):
        create_role(cloud, "creator", "trusting", [], json.dumps({"Version": "2012-10-17", "Statement": [trust]}))


def test_images_and_reports_are_resources(cloud: LocalCloud, role: Role) -> None:
    """A guard narrowed to a tag; reports on any image."""
    ec2 = cloud.client("ec2", "creator")
    tagged, plain = (
        ec2.register_image(Name=f"guarded-{name}", RootDeviceName="/dev/xvda")["ImageId"] for name in ("tagged", "plain")
    )
    ec2.create_tags(Resources=[tagged], Tags=[{"Key": "guard", "Value": "on"}])
    protect = "enable_image_deregistration_protection"
    for key in ("aws:ResourceTag/guard", "ec2:ResourceTag/guard"):
        role.allow({
            "Action": "ec2:EnableImageDeregistrationProtection", "Resource": "arn:aws:ec2:us-east-1::image/*",
            "Condition": {"StringEquals": {key: "on"}},
        })  # fmt: skip
        assert role.call("ec2", protect, ImageId=tagged) == "ok"
        assert role.call("ec2", protect, ImageId=plain) == "UnauthorizedOperation"
    assert role.call("ec2", "disable_image_deregistration_protection", ImageId=tagged) == "UnauthorizedOperation"

    report = {"ImageId": plain, "ResourceTypes": [{"ResourceType": "ec2:Instance"}]}
    images, reports = "arn:aws:ec2:us-east-1::image/*", f"arn:aws:ec2:us-east-1:{ACCOUNT}:image-usage-report/*"
    for resources, answer in (([images], "UnauthorizedOperation"), ([reports], "UnauthorizedOperation"), ([images, reports], "ok")):
        role.allow({"Action": "ec2:CreateImageUsageReport", "Resource": resources})
        assert role.call("ec2", "create_image_usage_report", **report) == answer
    # Tags on creation are a permission of their own.
    tags = [{"ResourceType": "image-usage-report", "Tags": [{"Key": "for", "Value": "tests"}]}]
    creating = {"Condition": {"StringEquals": {"ec2:CreateAction": "CreateImageUsageReport"}}}
    create = {"Action": "ec2:CreateImageUsageReport", "Resource": [images, reports]}
    for tagging, answer in (
        ([], "UnauthorizedOperation"), ([{"Action": "ec2:CreateTags", "Resource": reports, **creating}], "ok"),
    ):  # fmt: skip
        role.allow(create, *tagging)
        assert role.call("ec2", "create_image_usage_report", **report, TagSpecifications=tags) == answer
    role.allow({"Action": "ec2:DeleteImageUsageReport", "Resource": reports})
    made, _ = ec2.describe_image_usage_reports(ImageIds=[plain])["ImageUsageReports"]
    assert role.call("ec2", "delete_image_usage_report", ReportId=made["ReportId"]) == "ok"


def test_references_are_looked_for_in_the_callers_name(cloud: LocalCloud, role: Role) -> None:
    """Whoever asks for references needs the permissions of the lists that EC2 looks into."""
    image = cloud.client("ec2", "creator").register_image(Name="referred-to", RootDeviceName="/dev/xvda")["ImageId"]
    ssm = cloud.client("ssm", "creator")
    ssm.put_parameter(Name="/golden/referring", Value=image, Type="String", DataType="aws:ec2:image")
    via = {"Condition": {"ForAnyValue:StringEquals": {"aws:CalledVia": ["ec2-images.amazonaws.com"]}}}
    lists = [
        "ec2:DescribeInstances", "ec2:DescribeLaunchTemplates", "ec2:DescribeLaunchTemplateVersions",
        "ssm:DescribeParameters", "ssm:GetParameters", "imagebuilder:ListImageRecipes",
        "imagebuilder:ListContainerRecipes", "imagebuilder:GetContainerRecipe",
    ]  # fmt: skip
    own = {"Action": "ec2:DescribeImageReferences"}
    ask = {"ImageIds": [image], "IncludeAllResourceTypes": True}
    for missing in lists:
        role.allow(own, {"Action": [action for action in lists if action != missing], **via})
        assert role.call("ec2", "describe_image_references", **ask) == "UnauthorizedOperation", missing
    role.allow(own, {"Action": lists, **via})
    assert role.call("ec2", "describe_image_references", **ask) == "ok"
    assert role.call("ec2", "describe_instances") == "UnauthorizedOperation"
    role.allow(own, {"Action": "ec2:DescribeInstances"})
    instances = {"ImageIds": [image], "ResourceTypes": [{"ResourceType": "ec2:Instance"}]}
    assert role.call("ec2", "describe_image_references", **instances) == "ok"
    ssm.delete_parameter(Name="/golden/referring")


def test_what_a_sweep_reads(cloud: LocalCloud, role: Role) -> None:
    eks, builder = cloud.client("eks", "creator"), cloud.client("imagebuilder", "creator")
    eks.create_cluster(name="swept", roleArn=role.arn, resourcesVpcConfig={"subnetIds": ["subnet-1"]})
    eks.create_nodegroup(clusterName="swept", nodegroupName="workers", subnets=["subnet-1"], nodeRole=role.arn)
    recipe = builder.create_image_recipe(
        name="swept", semanticVersion="1.0.0", parentImage="ami-0abcdef1234567890", clientToken="swept"
    )["imageRecipeArn"]
    cluster, group = {"clusterName": "swept"}, {"clusterName": "swept", "nodegroupName": "workers"}
    prefix = f"arn:aws:eks:us-east-1:{ACCOUNT}"
    cases = [
        ("eks", "list_clusters", {}, "eks:ListClusters", "*", "*"),
        ("eks", "list_nodegroups", cluster, "eks:ListNodegroups", f"{prefix}:cluster/swept", f"{prefix}:cluster/other"),
        ("eks", "describe_nodegroup", group, "eks:DescribeNodegroup", f"{prefix}:nodegroup/swept/workers/*", f"{prefix}:nodegroup/other/*"),
        ("imagebuilder", "list_image_recipes", {}, "imagebuilder:ListImageRecipes", "*", "*"),
        ("imagebuilder", "get_image_recipe", {"imageRecipeArn": recipe}, "imagebuilder:GetImageRecipe", recipe, f"{recipe}1"),
        ("autoscaling", "describe_auto_scaling_groups", {}, "autoscaling:DescribeAutoScalingGroups", "*", "*"),
        ("ec2", "describe_fleets", {}, "ec2:DescribeFleets", "*", "*"),
        ("ssm", "describe_parameters", {}, "ssm:DescribeParameters", "*", "*"),
    ]  # fmt: skip
    refused = {"ec2": "UnauthorizedOperation", "autoscaling": "AccessDenied"}
    for service, name, parameters, action, resource, other in cases:
        role.allow({"Action": action, "Resource": resource})
        assert role.call(service, name, **parameters) == "ok", action
        role.allow({"Action": action, "Resource": other} if other != "*" else {"Action": "none:None"})
        assert role.call(service, name, **parameters) == refused.get(service, "AccessDeniedException"), action
