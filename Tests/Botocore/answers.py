"""Answers of services, as documents are made of."""

from recordings import Recording

ID = {"x-amzn-RequestId": "5b1f2a9e-0000-4000-8000-000000000000"}
XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
EC2 = 'xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"'


def json(service, operation, body, status=200, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return Recording(service, operation, status, {**ID, **headers}, body)


def xml(service, operation, body, status=200, headers=None):
    return Recording(service, operation, status, headers or {}, XML + body)
