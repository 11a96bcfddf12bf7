"""For each operation: what ours reads out of botocore's parsed output."""

import outputs_inventory
import outputs_sharing
from generate import jsonable
from shown import members, paged, tags, time


def image(source):
    return {
        **members(source, "ImageId", "Name", "OwnerId", "State", "CreationDate", "DeprecationTime", "Architecture"),
        **{name: source.get(name) or None for name in ("LastLaunchedTime", "DeregistrationProtection", "Description")},
        "BlockDeviceMappings": [
            {
                "DeviceName": device.get("DeviceName"),
                "SnapshotId": device.get("Ebs", {}).get("SnapshotId") or None,
                "Encrypted": device.get("Ebs", {}).get("Encrypted", False),
            }
            for device in source.get("BlockDeviceMappings", [])
        ],
        "Public": source.get("Public", False),
        "Tags": tags(source),
    }


def template(source):
    numbers = members(source, "DefaultVersionNumber", "LatestVersionNumber")
    names = members(source, "LaunchTemplateId", "LaunchTemplateName", "CreatedBy")
    return {**names, **numbers, "CreateTime": time(source.get("CreateTime")), "Tags": tags(source)}


def version(source):
    return {
        **members(source, "LaunchTemplateId", "LaunchTemplateName", "VersionNumber", "CreatedBy"),
        "DefaultVersion": source.get("DefaultVersion", False),
        "CreateTime": time(source.get("CreateTime")),
        "ImageId": source.get("LaunchTemplateData", {}).get("ImageId"),
    }


def instance(source):
    return {
        **members(source, "InstanceId", "ImageId"),
        "State": source.get("State", {}).get("Name"),
        "LaunchTime": time(source.get("LaunchTime")),
        "Tags": tags(source),
    }


def reservation(source):
    instances = [instance(entry) for entry in source.get("Instances", [])]
    return {**members(source, "ReservationId", "OwnerId"), "Instances": instances}


def configuration(source):
    names = members(source, "LaunchConfigurationName", "LaunchConfigurationARN", "ImageId")
    return {**names, "CreatedTime": time(source.get("CreatedTime"))}


def parameter(source):
    names = members(source, "Name", "Type", "Value", "DataType", "Version", "Selector", "ARN")
    return {**names, "LastModifiedDate": time(source.get("LastModifiedDate"))}


def page(output):
    output = jsonable(output)
    count = output.get("Count", len(output.get("Items", [])))
    return {
        "Items": output.get("Items", []),
        "Count": count,
        "ScannedCount": output.get("ScannedCount", count),
        "LastEvaluatedKey": output.get("LastEvaluatedKey") or None,
    }


def attributes(output):
    return {"Attributes": jsonable(output.get("Attributes"))}


def credentials(output):
    names = members(output["Credentials"], "AccessKeyId", "SecretAccessKey", "SessionToken")
    return {
        **names,
        "Expiration": time(output["Credentials"]["Expiration"]),
        "AccountId": output["AssumedRoleUser"]["Arn"].split(":")[4],
    }


PERMISSION = ("Group", "UserId", "OrganizationArn", "OrganizationalUnitArn")

OUTPUTS = {
    **outputs_inventory.OUTPUTS,
    **outputs_sharing.OUTPUTS,
    "dynamodb.GetItem": lambda output: {"Item": jsonable(output.get("Item"))},
    "dynamodb.PutItem": attributes,
    "dynamodb.UpdateItem": attributes,
    "dynamodb.DeleteItem": attributes,
    "dynamodb.Query": page,
    "dynamodb.Scan": page,
    "dynamodb.BatchGetItem": lambda output: {
        "Responses": jsonable(output.get("Responses", {})),
        "UnprocessedKeys": {
            table: jsonable(rest["Keys"]) for table, rest in output.get("UnprocessedKeys", {}).items()
        },
    },
    "dynamodb.BatchWriteItem": lambda output: {"UnprocessedItems": jsonable(output.get("UnprocessedItems", {}))},
    "dynamodb.TransactWriteItems": lambda output: {},
    "dynamodb.DescribeTable": lambda output: {
        **members(output["Table"], "TableStatus", "ItemCount"), "CreationDateTime": time(output["Table"].get("CreationDateTime")),
    },
    "ec2.DescribeImages": paged("Images", image),
    "ec2.DescribeImageAttribute": lambda output: {
        "ImageId": output["ImageId"],
        "LaunchPermissions": [members(entry, *PERMISSION) for entry in output.get("LaunchPermissions", [])],
    },
    "ec2.DescribeLaunchTemplateVersions": paged("LaunchTemplateVersions", version),
    "ec2.DescribeLaunchTemplates": paged("LaunchTemplates", template),
    "ec2.DescribeInstances": paged("Reservations", reservation),
    "autoscaling.DescribeLaunchConfigurations": paged("LaunchConfigurations", configuration),
    "sts.GetCallerIdentity": lambda output: members(output, "Account", "Arn", "UserId"),
    "sts.AssumeRole": credentials,
    "sts.AssumeRoleWithWebIdentity": credentials,
    "imagebuilder.GetDistributionConfiguration": lambda output: {
        **members(output["distributionConfiguration"], "arn", "name", "description"),
        "distributions": output["distributionConfiguration"].get("distributions", []),
    },
    "imagebuilder.UpdateDistributionConfiguration": lambda output: {},
    "organizations.ListAccountsForParent": paged("Accounts", lambda entry: members(entry, "Id", "Status", "State")),
    "organizations.ListOrganizationalUnitsForParent": paged("OrganizationalUnits", lambda entry: members(entry, "Id")),
    "kms.DescribeKey": lambda output: {
        "KeyMetadata": members(output["KeyMetadata"], "KeyId", "Arn", "KeyManager", "KeyState")
    },
    "kms.GetKeyPolicy": lambda output: members(output, "Policy"),
    "ssm.GetParameter": lambda output: {"Parameter": parameter(output["Parameter"])},
    "ssm.GetParameters": lambda output: {
        "Parameters": [parameter(entry) for entry in output.get("Parameters", [])],
        "InvalidParameters": output.get("InvalidParameters", []),
    },
    "ssm.GetParametersByPath": paged("Parameters", parameter),
    "ssm.PutParameter": lambda output: members(output, "Version"),
    "sesv2.SendEmail": lambda output: members(output, "MessageId"),
    "sns.Publish": lambda output: members(output, "MessageId", "SequenceNumber"),
}
