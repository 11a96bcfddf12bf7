"""botocore's models, serializers and parsers of the services the functions use, in the protocols ours speaks."""

import functools

import botocore.awsrequest
import botocore.parsers
import botocore.serialize
import botocore.session

PROTOCOLS = {
    "autoscaling": "query",
    "dynamodb": "json",
    "ec2": "ec2",
    "eks": "rest-json",
    "iam": "query",
    "imagebuilder": "rest-json",
    "kms": "json",
    "lambda": "rest-json",
    "organizations": "json",
    "sesv2": "rest-json",
    "sns": "query",
    "ssm": "json",
    "sts": "query",
}


@functools.cache
def model(service):
    return botocore.session.get_session().get_service_model(service)


def serialize(service, operation, arguments):
    """The request botocore makes of the arguments, as a dictionary; validated against the model."""
    serializer = botocore.serialize.create_serializer(PROTOCOLS[service], include_validation=True)
    return serializer.serialize_to_request(arguments, model(service).operation_model(operation))


def parse(service, operation, status, headers, body):
    """What botocore reads out of a response."""
    parser = botocore.parsers.create_parser(PROTOCOLS[service])
    response = {
        "status_code": status,
        "headers": botocore.awsrequest.HeadersDict(headers),
        "body": body.encode(),
        "context": {"operation_name": operation},
    }
    return parser.parse(response, model(service).operation_model(operation).output_shape)
