"""The deregistration checker's answer to {"check": image}, in Python with boto3: the same calls."""

import os
from itertools import groupby

import boto3

SHARES_TABLE = os.environ["SHARES_TABLE"]
LISTED = 50

dynamodb = boto3.client("dynamodb")
ec2 = boto3.client("ec2")


def items(**query):
    for page in dynamodb.get_paginator("query").paginate(**query):
        yield from page["Items"]


def of_image(image):
    return {
        "KeyConditionExpression": "#0 = :0", "ExpressionAttributeNames": {"#0": "image_id"},
        "ExpressionAttributeValues": {":0": {"S": image}}}


def handler(event, context):
    image = event["check"]
    record = dynamodb.get_item(
        TableName=SHARES_TABLE, Key={"image_id": {"S": image}, "principal": {"S": "image"}}, ConsistentRead=True)
    shares = list(items(TableName=SHARES_TABLE, ConsistentRead=True, **of_image(image)))
    permissions = ec2.describe_image_attribute(ImageId=image, Attribute="launchPermission")["LaunchPermissions"]
    usage = {"TableName": os.environ["USAGE_TABLE"], "IndexName": os.environ["USAGE_IMAGE_INDEX"]}
    coverage = list(items(**usage, **of_image("coverage")))
    accounts, total = [], 0
    rows = items(**usage, **of_image(image))
    for account, group in groupby(rows, key=lambda row: row["account_id"]["S"]):
        count, listed = 0, []
        for row in group:
            count += 1
            if len(listed) < LISTED:
                listed.append(row["resource_id"]["S"])
        total += count
        accounts.append({"account_id": account, "resource_count": count, "resources": listed})
    return {
        "image_id": image, "image_status": record.get("Item", {}).get("status"), "in_use": total > 0,
        "account_count": len(accounts), "resource_count": total, "accounts": accounts[:200],
        "shared_with_count": len(shares) + len(permissions), "coverage_count": len(coverage)}
