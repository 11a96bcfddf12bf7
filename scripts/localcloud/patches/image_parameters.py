"""Parameters that hold images: moto does not find parameters by their data type, and its pages have ten, whatever is asked."""

from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.ssm.exceptions import ValidationException
from moto.ssm.responses import SimpleSystemManagerResponse

if TYPE_CHECKING:
    from ..cloud import Cloud


def install(cloud: "Cloud") -> None:
    SimpleSystemManagerResponse.describe_parameters = _describe_parameters  # type: ignore[method-assign]


def _describe_parameters(self: SimpleSystemManagerResponse) -> ActionResult:
    filters = self._get_param("ParameterFilters") or []
    types = [value for each in filters if each["Key"] == "DataType" for value in each.get("Values", [])]
    for each in filters:
        if each["Key"] == "DataType" and each.get("Option", "Equals") != "Equals":
            raise ValidationException("The following filter option is not valid: " + each["Option"])
    others = [each for each in filters if each["Key"] != "DataType"]
    found = self.ssm_backend.describe_parameters(self._get_param("Filters"), others)
    # What AWS itself publishes is another account's.
    found = [each for each in found if not each.name.startswith("/aws/")]
    if types:
        found = [parameter for parameter in found if parameter.data_type in types]
    size, start = int(self._get_param("MaxResults") or 10), int((self._get_param("NextToken") or "0").strip())
    if not 1 <= size <= 50:
        raise ValidationException("MaxResults is from 1 to 50")
    answer: dict[str, Any] = {
        "Parameters": [parameter.describe_response_object(False) for parameter in found[start : start + size]]
    }
    if start + size < len(found):
        answer["NextToken"] = str(start + size)
    return ActionResult(answer)
