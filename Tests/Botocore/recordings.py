"""Response documents of every operation: moto's answers to a scenario, recorded as they came."""

import dataclasses

import botocore.session
from moto import mock_aws

import inputs
import scenarios
from scenarios import refused

REGION = "eu-west-1"


@dataclasses.dataclass
class Recording:
    service: str
    operation: str
    status: int
    headers: dict
    body: str

    @property
    def name(self):
        return f"{self.service}.{self.operation}"


class Recorder:
    def __init__(self):
        self.recordings = []
        self.session = botocore.session.get_session()
        self.session.set_credentials("AKIAEXAMPLE", "secret")

    def client(self, service):
        client = self.session.create_client(service, region_name=REGION)
        client.meta.events.register("before-parse", lambda **event: self.record(service, **event))
        return client

    def record(self, service, operation_model, response_dict, **_):
        if f"{service}.{operation_model.name}" not in inputs.INPUTS:
            return
        self.recordings.append(
            Recording(
                service,
                operation_model.name,
                response_dict["status_code"],
                {name: str(value) for name, value in response_dict["headers"].items()},
                response_dict["body"].decode(),
            )
        )


def record():
    """Plays the scenario; each operation gets answers with and without content, and errors."""
    recorder = Recorder()
    with mock_aws():
        compute(recorder)
        table(recorder)
        parameters(recorder)
        messages(recorder)
        accounts(recorder)
        scenarios.fleets(recorder)
        scenarios.clusters(recorder)
        scenarios.sharing(recorder)
    return recorder.recordings


def compute(recorder):
    ec2, scaling = recorder.client("ec2"), recorder.client("autoscaling")
    ec2.describe_images()
    source = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "né & <x>", "Value": "日本 🙂"}, {"Key": "empty", "Value": ""}]}]
    run = ec2.run_instances(ImageId=source, MinCount=3, MaxCount=3, TagSpecifications=tags)
    own = ec2.create_image(InstanceId=run["Instances"][0]["InstanceId"], Name="golden & <image>")["ImageId"]
    ec2.create_tags(Resources=[own], Tags=[{"Key": "Team", "Value": "\u00e4\u2028"}])
    ec2.describe_images(ImageIds=[own])
    ec2.describe_images(Filters=[{"Name": "image-id", "Values": ["ami-00000000"]}])
    ec2.describe_image_attribute(ImageId=own, Attribute="launchPermission")
    for permission in (
        [{"UserId": "111122223333"}, {"Group": "all"}],
        [{"OrganizationArn": "arn:aws:organizations::111122223333:organization/o-abcdefghij"}],
    ):
        ec2.modify_image_attribute(ImageId=own, LaunchPermission={"Add": permission})
    ec2.describe_image_attribute(ImageId=own, Attribute="launchPermission")
    ec2.describe_instances()
    ec2.describe_instances(InstanceIds=[run["Instances"][0]["InstanceId"]])
    ec2.describe_instances(Filters=[{"Name": "image-id", "Values": ["ami-none"]}])
    for template in ("one", "two"):
        ec2.create_launch_template(LaunchTemplateName=f"template-{template}", LaunchTemplateData={"ImageId": own})
        ec2.create_launch_template_version(
            LaunchTemplateName=f"template-{template}", SourceVersion="1", LaunchTemplateData={"KeyName": "key"}
        )
    ec2.describe_launch_templates()
    ec2.describe_launch_templates(LaunchTemplateNames=["template-one"])
    ec2.describe_launch_template_versions(LaunchTemplateName="template-one")
    ec2.describe_launch_template_versions(LaunchTemplateName="template-two", Versions=["2"])
    for create in range(3):
        scaling.create_launch_configuration(
            LaunchConfigurationName=f"configuration <{create}>", ImageId=own, InstanceType="t3.micro"
        )
    scaling.describe_launch_configurations()
    scaling.describe_launch_configurations(MaxRecords=2)
    scaling.describe_launch_configurations(LaunchConfigurationNames=["none"])
    with refused():
        ec2.describe_images(ImageIds=["ami-00000000"])
    with refused():
        ec2.describe_instances(InstanceIds=["i-00000000"])
    with refused():
        ec2.describe_launch_template_versions(LaunchTemplateName="no-such")
    with refused():
        ec2.describe_launch_templates(LaunchTemplateNames=["no-such"])


def table(recorder):
    dynamodb = recorder.client("dynamodb")
    dynamodb.create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}, {"AttributeName": "b", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in "ab"],
        BillingMode="PAY_PER_REQUEST",
    )
    key = lambda number: {"a": {"S": "x"}, "b": {"S": f"{number:03d}"}}
    rich = {
        "s": {"S": 'é 🙂 "\\/\n\t\u2028 <&>'}, "n": {"N": "-12.5"}, "b2": {"B": bytes(range(256))}, "t": {"BOOL": True},
        "nothing": {"NULL": True}, "ss": {"SS": ["x", "y"]}, "ns": {"NS": ["1", "2"]}, "bs": {"BS": [b"\x00\xff"]},
        "l": {"L": [{"S": "q"}, {"M": {"k": {"L": []}}}]}, "m": {"M": {}}, "empty": {"S": ""},
    }
    for number in range(12):
        dynamodb.put_item(TableName="t", Item={**key(number), **rich})
    dynamodb.put_item(TableName="t", Item=key(1), ReturnValues="ALL_OLD")
    dynamodb.get_item(TableName="t", Key=key(0))
    dynamodb.get_item(TableName="t", Key=key(999))
    for values in ("NONE", "ALL_OLD", "ALL_NEW", "UPDATED_NEW"):
        dynamodb.update_item(
            TableName="t", Key=key(2), UpdateExpression="SET q = :q", ReturnValues=values,
            ExpressionAttributeValues={":q": {"S": values}},
        )
    dynamodb.delete_item(TableName="t", Key=key(3), ReturnValues="ALL_OLD")
    dynamodb.delete_item(TableName="t", Key=key(3))
    query = {
        "TableName": "t", "KeyConditionExpression": "a = :a", "ExpressionAttributeValues": {":a": {"S": "x"}},
    }
    dynamodb.query(**query)
    dynamodb.query(**query, Limit=5)
    dynamodb.query(**query, Select="COUNT")
    dynamodb.query(**{**query, "ExpressionAttributeValues": {":a": {"S": "none"}}})
    dynamodb.describe_table(TableName="t")
    dynamodb.scan(TableName="t")
    dynamodb.scan(TableName="t", Limit=2)
    dynamodb.batch_get_item(RequestItems={"t": {"Keys": [key(number) for number in range(5)]}})
    dynamodb.batch_get_item(RequestItems={"t": {"Keys": [key(999)]}})
    dynamodb.batch_write_item(RequestItems={"t": [{"PutRequest": {"Item": key(50)}}, {"DeleteRequest": {"Key": key(4)}}]})
    put = {"TableName": "t", "Item": key(60)}
    missing = {"ConditionExpression": "attribute_not_exists(a)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    dynamodb.transact_write_items(TransactItems=[{"Put": put}], ClientRequestToken="token")
    with refused():
        dynamodb.transact_write_items(TransactItems=[{"Put": {**put, **missing}}, {"Put": {**put, "Item": key(61)}}])
    with refused():
        dynamodb.put_item(**put, **missing)
    with refused():
        dynamodb.update_item(TableName="t", Key=key(5), ConditionExpression="attribute_not_exists(a)")
    with refused():
        dynamodb.delete_item(TableName="t", Key=key(5), ConditionExpression="attribute_not_exists(a)")
    for call, arguments in (
        (dynamodb.get_item, {"Key": key(1)}),
        (dynamodb.query, {"KeyConditionExpression": "a = :a", "ExpressionAttributeValues": {":a": {"S": "x"}}}),
        (dynamodb.scan, {}),
    ):
        with refused():
            call(TableName="no-such", **arguments)


def parameters(recorder):
    ssm = recorder.client("ssm")
    for number in range(12):
        kind = ("String", "StringList", "SecureString")[number % 3]
        ssm.put_parameter(Name=f"/emails/{number}", Value=f"ä{number}@example.com,b@example.com", Type=kind)
    ssm.put_parameter(Name="/emails/1", Value="changed", Type="StringList", Overwrite=True)
    ssm.get_parameter(Name="/emails/2", WithDecryption=True)
    ssm.get_parameter(Name="/emails/1:1")
    ssm.get_parameters(Names=["/emails/0", "/none", "/emails/5"], WithDecryption=True)
    ssm.get_parameters(Names=["/none"])
    ssm.get_parameters_by_path(Path="/emails")
    ssm.get_parameters_by_path(Path="/emails", MaxResults=3, Recursive=True, WithDecryption=True)
    ssm.get_parameters_by_path(Path="/none")
    with refused():
        ssm.get_parameter(Name="/none")
    with refused():
        ssm.put_parameter(Name="/emails/1", Value="x", Type="String")


def messages(recorder):
    ses, sns, sts = recorder.client("sesv2"), recorder.client("sns"), recorder.client("sts")
    content = {"Simple": {"Subject": {"Data": "é"}, "Body": {"Text": {"Data": "text"}}}}
    ses.create_email_identity(EmailIdentity="sender@example.com")
    ses.send_email(
        FromEmailAddress="sender@example.com", Destination={"ToAddresses": ["a@example.com"]}, Content=content
    )
    with refused():
        ses.send_email(
            FromEmailAddress="nobody@example.net", Destination={"ToAddresses": ["a@example.com"]}, Content=content
        )
    topic = sns.create_topic(Name="alerts")["TopicArn"]
    sns.publish(TopicArn=topic, Message="é 🙂", Subject="subject")
    fifo = sns.create_topic(Name="alerts.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    sns.publish(TopicArn=fifo, Message="m", MessageGroupId="g", MessageDeduplicationId="d")
    with refused():
        sns.publish(TopicArn=topic + "-none", Message="m")
    sts.get_caller_identity()


def accounts(recorder):
    sts, organizations, kms = recorder.client("sts"), recorder.client("organizations"), recorder.client("kms")
    role = {"RoleArn": inputs.ROLE, "RoleSessionName": "session"}
    sts.assume_role(**role)
    sts.assume_role_with_web_identity(**role, WebIdentityToken="token")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    for number in range(3):
        organizations.create_organizational_unit(ParentId=root, Name=f"unit {number}")
        organizations.create_account(Email=f"{number}@example.com", AccountName=f"account {number}")
    organizations.list_accounts_for_parent(ParentId=root)
    organizations.list_organizational_units_for_parent(ParentId=root)
    with refused():
        organizations.list_accounts_for_parent(ParentId="ou-ab12-cd34ef56")
    key = kms.create_key(Policy='{"Version":"2012-10-17","Statement":[]}')["KeyMetadata"]["KeyId"]
    kms.describe_key(KeyId=key)
    kms.get_key_policy(KeyId=key, PolicyName="default")
    with refused():
        kms.describe_key(KeyId="alias/none")
