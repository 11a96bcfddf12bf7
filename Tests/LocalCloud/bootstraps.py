"""Bootstraps of test functions: Python scripts that speak the Runtime API."""

import sys

BOTO3 = f"""#!{sys.executable}
import json, os, sys, http.client
sys.path[:0] = {[path for path in sys.path if path.endswith("site-packages")]!r}
import boto3, botocore.config
from botocore.exceptions import ClientError

def call(method, path, body=None, headers={{}}):
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    connection.request(method, "/2018-06-01/runtime/invocation/" + path, body, headers)
    response = connection.getresponse()
    return response, response.read()

def assumed(arn):
    answer = boto3.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    return dict(aws_access_key_id=answer["AccessKeyId"], aws_secret_access_key=answer["SecretAccessKey"],
                aws_session_token=answer["SessionToken"])

def handle(event, response):
    if event.get("fail"):
        raise RuntimeError(event["fail"])
    results = []
    config = botocore.config.Config(retries={{"total_max_attempts": event.get("attempts", 1)}})
    for step in event.get("calls", []):
        credentials = assumed(step["role"]) if "role" in step else {{}}
        client = boto3.client(step["service"], config=config, **credentials)
        try:
            answer = getattr(client, step["call"])(**step.get("with", {{}}))
            answer.pop("ResponseMetadata", None)
            results.append({{"ok": json.loads(json.dumps(answer, default=str))}})
        except ClientError as error:
            results.append({{"error": error.response["Error"]["Code"], "message": error.response["Error"]["Message"]}})
    return {{"results": results, "arn": response.headers["Lambda-Runtime-Invoked-Function-Arn"], "pid": os.getpid(), "environment": dict(os.environ)}}

while True:
    response, body = call("GET", "next")
    request_id = response.headers["Lambda-Runtime-Aws-Request-Id"]
    try:
        answer = handle(json.loads(body) if isinstance(json.loads(body), dict) else {{}}, response)
        print("handled", request_id, flush=True)
        call("POST", request_id + "/response", json.dumps(answer))
    except Exception as error:
        print("failed", request_id, error, flush=True)
        call("POST", request_id + "/error", json.dumps({{"errorType": type(error).__name__, "errorMessage": str(error)}}))
"""

CRASH = """#!/bin/sh
exit 3
"""
