"""What the outputs of all services have in common when they are shown; see `outputs`."""


def time(value):
    return value and value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"


def members(source, *names):
    return {name: source.get(name) for name in names}


def tags(source):
    return {tag["Key"]: tag["Value"] for tag in source.get("Tags", [])}


def paged(key, show, token="NextToken"):
    def shown(output):
        return {key: [show(entry) for entry in output.get(key, [])], token: output.get(token) or None}

    return shown
