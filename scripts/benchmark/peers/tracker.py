"""The usage tracker's work on RunInstances, in Python with boto3: the same calls, in the same order.

As one writes a Python function for Lambda with care: clients are made once, at init; what is known of an image and the
assumed role's credentials are kept between invocations; several requests of one event run in threads.
"""

import json
import os
import uuid
from concurrent.futures import ThreadPoolExecutor

import boto3

CREATOR = os.environ["CREATOR_ACCOUNT_ID"]
MAPPING_TABLE = os.environ["MAPPING_TABLE"]
USAGE_TABLE = os.environ["USAGE_TABLE"]

ec2 = boto3.client("ec2")
sts = boto3.client("sts")
own = boto3.client("dynamodb")
creator = None
owned = {}


def creator_client():
    global creator
    if creator is None:
        credentials = sts.assume_role(
            RoleArn=os.environ["CROSS_ACCOUNT_ROLE_ARN"], RoleSessionName="usage-tracker")["Credentials"]
        creator = boto3.client(
            "dynamodb", aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"], aws_session_token=credentials["SessionToken"])
    return creator


def is_owned(image):
    if image not in owned:
        found = ec2.describe_images(ImageIds=[image])["Images"]
        owned[image] = bool(found) and found[0]["OwnerId"] == CREATOR
    return owned[image]


def text(values):
    return {name: {"S": value} for name, value in values.items()}


def chunks(values):
    return [values[start:start + 100] for start in range(0, len(values), 100)]


def each(function, batches):
    if len(batches) == 1:
        return [function(batches[0])]
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(function, batches))


def read(keys):
    request = {MAPPING_TABLE: {"Keys": keys, "ConsistentRead": True}}
    return own.batch_get_item(RequestItems=request)["Responses"].get(MAPPING_TABLE, [])


def write(client):
    def write(puts):
        if len(puts) == 1:
            client.put_item(**puts[0])
        else:
            client.transact_write_items(
                TransactItems=[{"Put": put} for put in puts], ClientRequestToken=str(uuid.uuid4()))
    return write


def usage_put(event, instance, image):
    detail = event["detail"]
    time, event_id = detail["eventTime"], detail["eventID"]
    row = text({
        "account_id": event["account"], "resource": f"{image}#instance#{instance}", "image_id": image,
        "kind": "instance", "resource_id": instance, "region": event["region"], "first_seen": time, "last_seen": time,
        "event_id": event_id, "source": "event"})
    return {
        "TableName": USAGE_TABLE, "Item": row,
        "ConditionExpression": "attribute_not_exists(#0) OR #1 > :0 OR (#1 = :0 AND #2 > :1)",
        "ExpressionAttributeNames": {"#0": "account_id", "#1": "first_seen", "#2": "event_id"},
        "ExpressionAttributeValues": text({":0": time, ":1": event_id})}


def mapping_put(event, instance, image):
    detail = event["detail"]
    time, event_id = detail["eventTime"], detail["eventID"]
    item = text({
        "resource_id": instance, "part": "-", "state": "active", "kind": "instance", "event_time": time,
        "event_id": event_id, "image_id": image, "acquired_time": time, "acquired_id": event_id})
    return {
        "TableName": MAPPING_TABLE, "Item": item, "ConditionExpression": "attribute_not_exists(#0)",
        "ExpressionAttributeNames": {"#0": "resource_id"}}


def handler(event, context):
    launched = [(item["instanceId"], item["imageId"])
                for item in event["detail"]["responseElements"]["instancesSet"]["items"] if is_owned(item["imageId"])]
    keys = [text({"resource_id": instance, "part": "-"}) for instance, _ in launched]
    known = {item["resource_id"]["S"] for items in each(read, chunks(keys)) for item in items}
    new = [(instance, image) for instance, image in launched if instance not in known]
    if new:
        each(write(creator_client()), chunks([usage_put(event, *pair) for pair in new]))
        each(write(own), chunks([mapping_put(event, *pair) for pair in new]))
    print(json.dumps({"message": "recorded", "acquired": len(new), "event_id": event["detail"]["eventID"]}))
