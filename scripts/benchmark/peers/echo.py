"""Answers each event with itself, like Sources/Echo."""


def handler(event, context):
    return event
