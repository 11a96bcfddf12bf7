"""Outputs of the operations by which images are shared; see `outputs`."""

from shown import members, paged, tags, time


def snapshot(source):
    return {
        **members(source, "SnapshotId", "OwnerId", "State"),
        "Encrypted": source.get("Encrypted", False),
        "KmsKeyId": source.get("KmsKeyId") or None,
        "Tags": tags(source),
    }


def grant(source):
    names = ("GrantId", "KeyId", "Name", "GranteePrincipal", "RetiringPrincipal", "IssuingAccount", "Operations")
    return {**members(source, *names), "CreationDate": time(source.get("CreationDate"))}


def invocation(output):
    payload = output["Payload"]
    return {
        **members(output, "StatusCode", "FunctionError", "ExecutedVersion"),
        "Payload": payload if isinstance(payload, str) else payload.decode(),
    }


OUTPUTS = {
    "ec2.ModifyImageAttribute": lambda output: {},
    "ec2.DescribeRegions": lambda output: {
        "Regions": [members(region, "RegionName", "OptInStatus") for region in output.get("Regions", [])]
    },
    "ec2.DescribeSnapshots": paged("Snapshots", snapshot),
    "ec2.DescribeSnapshotAttribute": lambda output: {
        "SnapshotId": output["SnapshotId"],
        "CreateVolumePermissions": [
            members(entry, "Group", "UserId") for entry in output.get("CreateVolumePermissions", [])
        ],
    },
    "ec2.ModifySnapshotAttribute": lambda output: {},
    "ec2.CreateTags": lambda output: {},
    "ec2.DeleteTags": lambda output: {},
    "ec2.DescribeTags": paged("Tags", lambda entry: members(entry, "Key", "Value", "ResourceId", "ResourceType")),
    "iam.ListAccountAliases": lambda output: {
        "AccountAliases": output.get("AccountAliases", []),
        "IsTruncated": output.get("IsTruncated", False),
        "Marker": output.get("Marker") or None,
    },
    "kms.CreateGrant": lambda output: members(output, "GrantId", "GrantToken"),
    "kms.ListGrants": lambda output: {
        "Grants": [grant(entry) for entry in output.get("Grants", [])],
        **members(output, "NextMarker", "Truncated"),
    },
    "kms.RevokeGrant": lambda output: {},
    "kms.RetireGrant": lambda output: {},
    "lambda.Invoke": invocation,
}
