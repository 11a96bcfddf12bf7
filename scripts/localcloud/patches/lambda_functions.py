"""moto runs functions in containers, and forgets settings that Terraform then wants to change at every plan.

Functions invoked from within moto (CloudFormation's custom resources, SNS) run as all others do.
"""

import json
from typing import TYPE_CHECKING, Any

from moto.awslambda.models import LambdaFunction

if TYPE_CHECKING:
    from ..cloud import Cloud

_DEFAULT_LOGGING = {"LogFormat": "Text"}


def install(cloud: "Cloud") -> None:
    initialize = LambdaFunction.__init__
    configuration = LambdaFunction.get_configuration
    update = LambdaFunction.update_configuration

    def __init__(self: LambdaFunction, account_id: str, spec: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        initialize(self, account_id, spec, *args, **kwargs)
        _remember(self, spec)

    def get_configuration(self: LambdaFunction, *args: Any, **kwargs: Any) -> dict[str, Any]:
        result = configuration(self, *args, **kwargs)
        kept = self.__dict__
        if kept.get("kms_key_arn"):
            result["KMSKeyArn"] = kept["kms_key_arn"]
        if kept.get("dead_letter_config"):
            result["DeadLetterConfig"] = kept["dead_letter_config"]
        logging = {
            "LogGroup": f"/aws/lambda/{self.function_name}",
            **_DEFAULT_LOGGING,
            **(kept.get("logging_config") or {}),
        }
        if logging["LogFormat"] == "JSON":
            logging = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO", **logging}
        result["LoggingConfig"] = logging
        return result

    def update_configuration(self: LambdaFunction, config_updates: dict[str, Any]) -> dict[str, Any]:
        _remember(self, config_updates)
        update(self, config_updates)
        return self.get_configuration()

    def _invoke_lambda(self: LambdaFunction, event: Any = None) -> tuple[str, bool, str]:
        outcome = cloud.functions.invoke(self, json.dumps(event if event is not None else {}).encode())
        return outcome.payload.decode("utf-8", "replace"), outcome.function_error is not None, outcome.log

    LambdaFunction.__init__ = __init__  # type: ignore[method-assign]
    LambdaFunction.get_configuration = get_configuration  # type: ignore[method-assign]
    LambdaFunction.update_configuration = update_configuration  # type: ignore[method-assign]
    LambdaFunction._invoke_lambda = _invoke_lambda  # type: ignore[method-assign]
    # No container engine is ever asked for.
    LambdaFunction.docker_client = None  # type: ignore[assignment]


def _remember(function: LambdaFunction, spec: dict[str, Any]) -> None:
    for member, attribute in (
        ("KMSKeyArn", "kms_key_arn"),
        ("DeadLetterConfig", "dead_letter_config"),
        ("LoggingConfig", "logging_config"),
    ):
        if member in spec:
            value = spec[member]
            if attribute == "dead_letter_config" and not (value or {}).get("TargetArn"):
                value = None
            setattr(function, attribute, value)
    if spec.get("TracingConfig"):
        function.tracing_config = spec["TracingConfig"]
    if spec.get("EphemeralStorage"):
        function.ephemeral_storage = spec["EphemeralStorage"]["Size"]
    if spec.get("Architectures"):
        function.architectures = spec["Architectures"]
