"""What functions tell CloudWatch in their logs."""

import json
from typing import Any


def metrics(log: str) -> list[dict[str, Any]]:
    """The lines of a log that are in the embedded metric format."""
    found = []
    for line in log.splitlines():
        start = line.find('{"')
        if start < 0 or '"_aws"' not in line:
            continue
        found.append(json.loads(line[start:]))
    return found


def values(line: dict[str, Any]) -> dict[str, float]:
    """The metrics of a line, by name, checked against the format.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    assert isinstance(line["_aws"]["Timestamp"], int)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "AMISteward"
    assert ["FunctionName"] in directive["Dimensions"] and line["FunctionName"].startswith("ami-steward-")
    return {metric["Name"]: line[metric["Name"]] for metric in directive["Metrics"]}
