"""For each operation: a function from a generator to (our input, botocore's arguments)."""

import inputs_inventory
import inputs_sharing
from generate import TRUE, filters, same, with_expressions


def put(g):
    ours = {"TableName": "shares", "Item": g.item(), **g.some(Condition=g.expression)}
    return ours, with_expressions(ours, ["Condition"])


def update(g):
    ours = {"TableName": "shares", "Key": g.key(), "Update": g.expression(), **g.some(Condition=g.expression)}
    return ours, with_expressions(ours, ["Update", "Condition"])


def delete(g):
    ours = {"TableName": "shares", "Key": g.key(), **g.some(Condition=g.expression)}
    return ours, with_expressions(ours, ["Condition"])


def check(g):
    ours = {"TableName": "shares", "Key": g.key(), "Condition": g.expression()}
    return ours, with_expressions(ours, ["Condition"])


def returning(make, *values):
    def inputs(g):
        extra = g.some(
            ReturnValues=lambda: g.random.choice(values), ReturnValuesOnConditionCheckFailure=lambda: "ALL_OLD"
        )
        return tuple({**side, **extra} for side in make(g))

    return inputs


def get_item(g):
    ours = {"TableName": "shares", "Key": g.key(), **g.some(Attributes=lambda: g.texts(1))}
    if g.flag():
        ours["ConsistentRead"] = True
    return ours, with_expressions(ours, ["Attributes"])


def read(g):
    ours = {
        "TableName": "usage",
        **g.some(
            IndexName=lambda: "image",
            Filter=g.expression,
            Attributes=lambda: g.texts(1),
            Select=lambda: g.random.choice(["SPECIFIC_ATTRIBUTES", "COUNT", "ALL_PROJECTED_ATTRIBUTES"]),
            Limit=lambda: g.random.randint(1, 1000),
            ExclusiveStartKey=g.key,
        ),
    }
    if g.flag():
        ours["ConsistentRead"] = True
    return ours


def query(g):
    ours = {**read(g), "KeyCondition": g.expression()}
    if g.flag():
        ours["ScanIndexForward"] = False
    return ours, with_expressions(ours, ["KeyCondition", "Filter", "Attributes"])


def scan(g):
    ours = read(g)
    if g.flag():
        ours |= {"Segment": 2, "TotalSegments": 5}
    return ours, with_expressions(ours, ["Filter", "Attributes"])


def batch_get(g):
    ours = {"Keys": [g.key() for _ in range(g.random.randint(1, 5))], **g.some(Attributes=lambda: g.texts(1))}
    if g.flag():
        ours["ConsistentRead"] = True
    return {"TableName": "t", **ours}, {"RequestItems": {"t": with_expressions(ours, ["Attributes"])}}


def batch_write(g):
    writes = [
        {"PutRequest": {"Item": g.item()}} if g.flag() else {"DeleteRequest": {"Key": g.key()}}
        for _ in range(g.random.randint(1, 5))
    ]
    return {"TableName": "t", "Writes": writes}, {"RequestItems": {"t": writes}}


def transact(g):
    kinds = {"Put": put, "Update": update, "Delete": delete, "ConditionCheck": check}
    ours, theirs = [], []
    for _ in range(g.random.randint(1, 5)):
        kind = g.random.choice(list(kinds))
        mine, other = kinds[kind](g)
        extra = g.some(ReturnValuesOnConditionCheckFailure=lambda: "ALL_OLD")
        ours.append({kind: {**mine, **extra}})
        theirs.append({kind: {**other, **extra}})
    token = {"ClientRequestToken": g.token()}
    return {"TransactItems": ours, **token}, {"TransactItems": theirs, **token}


def describe_image_attribute(g):
    image = g.text()
    return {"ImageId": image}, {"ImageId": image, "Attribute": "launchPermission"}


def send_email(g):
    ours = {
        "FromEmailAddress": g.text(),
        "Subject": g.text(),
        "Destination": {"ToAddresses": g.texts(1), **g.nonempty(CcAddresses=g.texts, BccAddresses=g.texts)},
        **g.nonempty(Text=g.text, Html=g.text, ConfigurationSetName=g.text, ReplyToAddresses=g.texts),
    }
    text = lambda data: {"Data": data, "Charset": "UTF-8"}
    body = {name: text(ours[name]) for name in ("Text", "Html") if name in ours}
    theirs = {name: value for name, value in ours.items() if name not in ("Subject", "Text", "Html")}
    theirs["Content"] = {"Simple": {"Subject": text(ours["Subject"]), "Body": body}}
    return ours, theirs


def publish(g):
    attributes = {}
    for name in sorted(set(g.texts(0, 3))):
        kind = g.random.choice(["String", "Number", "Binary"])
        attributes[name] = {"DataType": kind}
        if kind == "Binary":
            attributes[name]["BinaryValue"] = bytes([0, 255, 62, 63])
        else:
            attributes[name]["StringValue"] = g.text() if kind == "String" else "12.5"
    ours = {
        "TopicArn": g.text(),
        "Message": g.text(),
        **g.some(Subject=g.text, MessageStructure=lambda: "json", MessageGroupId=g.token, MessageDeduplicationId=g.token),
    }
    theirs = dict(ours)
    if attributes:
        theirs["MessageAttributes"] = attributes
        numbers = lambda value: {k: list(v) if isinstance(v, bytes) else v for k, v in value.items()}
        ours["MessageAttributes"] = {name: numbers(value) for name, value in attributes.items()}
    return ours, theirs


def update_distribution(g):
    distribution = lambda: {
        "region": g.random.choice(["eu-west-1", "us-gov-west-1"]),
        **g.some(
            amiDistributionConfiguration=lambda: {
                "name": g.text(), "amiTags": {g.text(): g.text()}, "targetAccountIds": ["111122223333"],
                "launchPermission": {"organizationArns": [g.text()], "userGroups": ["all"]},
            },
            licenseConfigurationArns=lambda: g.texts(1),
            fastLaunchConfigurations=lambda: [{"enabled": g.flag(), "maxParallelLaunches": 6}],
        ),
    }
    return {
        "distributionConfigurationArn": DISTRIBUTION,
        "distributions": [distribution() for _ in range(g.random.randint(1, 3))],
        "clientToken": g.token(),
        **g.some(description=g.text),
    }


DISTRIBUTION = "arn:aws:image-builder:eu-west-1:111122223333:distribution-configuration/base"
ROLE = "arn:aws:iam::111122223333:role/ami-steward/usage"


def role(g, **members):
    return {
        "RoleArn": ROLE,
        "RoleSessionName": "ami-steward@eu-west-1",
        **g.some(DurationSeconds=lambda: 900),
        **members,
    }


INPUTS = {
    **inputs_inventory.INPUTS,
    **inputs_sharing.INPUTS,
    "dynamodb.GetItem": get_item,
    "dynamodb.PutItem": returning(put, "NONE", "ALL_OLD"),
    "dynamodb.UpdateItem": returning(update, "NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"),
    "dynamodb.DeleteItem": returning(delete, "NONE", "ALL_OLD"),
    "dynamodb.Query": query,
    "dynamodb.Scan": scan,
    "dynamodb.BatchGetItem": batch_get,
    "dynamodb.BatchWriteItem": batch_write,
    "dynamodb.TransactWriteItems": transact,
    "dynamodb.DescribeTable": same(lambda g: {"TableName": g.text()}),
    "ec2.DescribeImages": same(
        lambda g: g.nonempty(
            ImageIds=g.texts, Owners=g.texts, ExecutableUsers=g.texts, Filters=lambda: filters(g),
            IncludeDeprecated=TRUE, IncludeDisabled=TRUE, MaxResults=lambda: 1000, NextToken=g.token,
        )
    ),
    "ec2.DescribeImageAttribute": describe_image_attribute,
    "ec2.DescribeLaunchTemplateVersions": same(
        lambda g: g.nonempty(
            LaunchTemplateId=g.text, LaunchTemplateName=g.text, Versions=g.texts, MinVersion=lambda: "1",
            MaxVersion=lambda: "9", Filters=lambda: filters(g), ResolveAlias=TRUE, IncludeManagedResources=TRUE,
            MaxResults=lambda: 200, NextToken=g.token,
        )
    ),
    "ec2.DescribeLaunchTemplates": same(
        lambda g: g.nonempty(
            LaunchTemplateIds=g.texts, LaunchTemplateNames=g.texts, Filters=lambda: filters(g),
            MaxResults=lambda: 7, NextToken=g.token,
        )
    ),
    "ec2.DescribeInstances": same(
        lambda g: g.nonempty(
            InstanceIds=g.texts, Filters=lambda: filters(g), IncludeManagedResources=TRUE, MaxResults=lambda: 5,
            NextToken=g.token,
        )
    ),
    "autoscaling.DescribeLaunchConfigurations": same(
        lambda g: g.nonempty(LaunchConfigurationNames=g.texts, MaxRecords=lambda: 100, NextToken=g.token)
    ),
    "sts.GetCallerIdentity": same(lambda g: {}),
    "ssm.GetParameter": same(lambda g: {"Name": g.text(), "WithDecryption": g.flag()}),
    "ssm.GetParameters": same(lambda g: {"Names": g.texts(1), "WithDecryption": g.flag()}),
    "ssm.GetParametersByPath": same(
        lambda g: {
            "Path": g.text(), "Recursive": g.flag(), "WithDecryption": g.flag(),
            **g.some(MaxResults=lambda: 10, NextToken=g.token),
        }
    ),
    "ssm.PutParameter": same(
        lambda g: {
            "Name": g.text(), "Value": g.text(), "Overwrite": g.flag(),
            "Type": g.random.choice(["String", "StringList", "SecureString"]), **g.some(KeyId=g.text),
        }
    ),
    "sts.AssumeRole": same(lambda g: role(g, **g.some(ExternalId=lambda: "a=b,c.d@e:f/g-h"))),
    "sts.AssumeRoleWithWebIdentity": same(lambda g: role(g, WebIdentityToken="eyJ.+/=" + g.token())),
    "imagebuilder.GetDistributionConfiguration": same(lambda g: {"distributionConfigurationArn": DISTRIBUTION}),
    "imagebuilder.UpdateDistributionConfiguration": same(update_distribution),
    "organizations.ListAccountsForParent": same(lambda g: {"ParentId": "ou-ab12-cd34ef56", **g.some(NextToken=g.token)}),
    "organizations.ListOrganizationalUnitsForParent": same(
        lambda g: {"ParentId": "r-ab12", **g.some(NextToken=g.token)}
    ),
    "kms.DescribeKey": same(lambda g: {"KeyId": "alias/" + g.text()}),
    "kms.GetKeyPolicy": lambda g: ({"KeyId": "k"}, {"KeyId": "k", "PolicyName": "default"}),
    "sesv2.SendEmail": send_email,
    "sns.Publish": publish,
}
