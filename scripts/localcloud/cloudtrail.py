"""Events as EventBridge delivers them: what CloudTrail tells of API calls, and what EC2 tells of state changes.

The demo makes its calls against the local cloud with boto3, and says with these what CloudTrail would have said of them.
"""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

Event = dict[str, Any]


class Account:
    """An account in which things happen. Each event is a second later than the one before."""

    def __init__(self, number: str, region: str, actor: str):
        self.number = number
        self.region = region
        self.actor = actor
        self._time = datetime.now(UTC).replace(microsecond=0)

    def _now(self) -> str:
        self._time = max(self._time + timedelta(seconds=1), datetime.now(UTC).replace(microsecond=0))
        return self._time.strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def latest(self) -> datetime:
        """The time of the latest event, which may be ahead of the clock: no two are of the same second."""
        return self._time

    def _envelope(self, source: str, detail_type: str, time: str, detail: dict[str, Any]) -> Event:
        return {
            "version": "0", "id": str(uuid.uuid4()), "detail-type": detail_type, "source": source,
            "account": self.number, "time": time, "region": self.region, "resources": [], "detail": detail,
        }  # fmt: skip

    def call(self, name: str, request: Any, response: Any, service: str = "ec2") -> Event:
        """A successful API call, as CloudTrail reports it."""
        time = self._now()
        detail = {
            "eventVersion": "1.11",
            "userIdentity": {
                "type": "AssumedRole",
                "arn": f"arn:aws:sts::{self.number}:assumed-role/{self.actor}",
                "accountId": self.number,
            },
            "eventTime": time,
            "eventSource": f"{service}.amazonaws.com",
            "eventName": name,
            "awsRegion": self.region,
            "requestParameters": request,
            "responseElements": response,
            "requestID": str(uuid.uuid4()),
            "eventID": str(uuid.uuid4()),
            "readOnly": False,
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "recipientAccountId": self.number,
        }
        return self._envelope(f"aws.{service}", "AWS API Call via CloudTrail", time, detail)

    # MARK: Images

    def modify_launch_permission(self, image: str, *, add: list[dict[str, str]] = (), remove: list[dict[str, str]] = ()) -> Event:
        """`add` and `remove` hold `{"userId": …}`, `{"group": "all"}`, `{"organizationArn": …}`, `{"organizationalUnitArn": …}`."""
        changes = {name: {"items": list(items)} for name, items in (("add", add), ("remove", remove)) if items}
        request = {"imageId": image, "attributeType": "launchPermission", "launchPermission": changes}
        return self.call("ModifyImageAttribute", request, {"_return": True})

    def deregister_image(self, image: str) -> Event:
        return self.call("DeregisterImage", {"imageId": image}, {"_return": True})

    def image_state(self, image: str, state: str) -> Event:
        """`EC2 AMI State Change`"""
        detail = {"RequestId": str(uuid.uuid4()), "ImageId": image, "State": state, "ErrorMessage": ""}
        event = self._envelope("aws.ec2", "EC2 AMI State Change", self._now(), detail)
        return {**event, "resources": [f"arn:aws:ec2:{self.region}::image/{image}"]}

    # MARK: Instances

    def run_instances(self, reservation: dict[str, Any]) -> Event:
        """Of the answer that boto3 gives."""
        instances = [{"instanceId": one["InstanceId"], "imageId": one["ImageId"]} for one in reservation["Instances"]]
        request = {"instancesSet": {"items": [{"imageId": instances[0]["imageId"], "minCount": 1, "maxCount": len(instances)}]}}
        response = {"reservationId": reservation["ReservationId"], "ownerId": self.number, "instancesSet": {"items": instances}}
        return self.call("RunInstances", request, response)

    def terminate_instances(self, instances: list[str]) -> Event:
        items = [{"instanceId": instance} for instance in instances]
        states = [{**item, "currentState": {"code": 32, "name": "shutting-down"}} for item in items]
        return self.call("TerminateInstances", {"instancesSet": {"items": items}}, {"instancesSet": {"items": states}})

    # MARK: Launch templates

    def create_launch_template(self, answer: dict[str, Any], image: str) -> Event:
        template = answer["LaunchTemplate"]
        request = {"LaunchTemplateName": template["LaunchTemplateName"], "LaunchTemplateData": {"ImageId": image}}
        response = {
            "launchTemplate": {
                "launchTemplateId": template["LaunchTemplateId"],
                "launchTemplateName": template["LaunchTemplateName"],
                "defaultVersionNumber": 1,
                "latestVersionNumber": 1,
            }
        }
        return self._template_call("CreateLaunchTemplate", request, response)

    def delete_launch_template(self, template: dict[str, Any]) -> Event:
        identity = {"launchTemplateId": template["LaunchTemplateId"], "launchTemplateName": template["LaunchTemplateName"]}
        request = {"LaunchTemplateId": identity["launchTemplateId"]}
        return self._template_call("DeleteLaunchTemplate", request, {"launchTemplate": identity})

    def _template_call(self, name: str, request: dict[str, Any], response: dict[str, Any]) -> Event:
        return self.call(name, {f"{name}Request": request}, {f"{name}Response": response})
