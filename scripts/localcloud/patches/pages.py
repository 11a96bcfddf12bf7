"""Pages of EC2's lists: MaxResults and NextToken."""

from typing import Any

from moto.ec2.responses._base_response import EC2BaseResponse


def page(response: EC2BaseResponse, items: list[Any], default: int | None = None) -> tuple[list[Any], str | None]:
    """The page of `items` that a request asks for, and the token of the next one."""
    size = int(response._get_param("MaxResults") or default or max(len(items), 1))
    start = int(response._get_param("NextToken") or 0)
    end = start + size
    return items[start:end], str(end) if end < len(items) else None
