"""Inputs of the operations by which images are shared; see `inputs`."""

from generate import TRUE, filters, same

KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def lists(g, principal):
    """Who is added and who is removed, either of which may be nobody."""
    return g.nonempty(Add=lambda: some(g, principal), Remove=lambda: some(g, principal))


def some(g, principal):
    return [principal(g) for _ in range(g.random.randint(0, 3))]


def launcher(g):
    return g.random.choice(
        [{"UserId": g.text()}, {"Group": "all"}, {"OrganizationArn": g.text()}, {"OrganizationalUnitArn": g.text()}]
    )


def reader(g):
    return g.random.choice([{"UserId": g.text()}, {"Group": "all"}])


def snapshot_attribute(g):
    snapshot = g.text()
    return {"SnapshotId": snapshot}, {"SnapshotId": snapshot, "Attribute": "createVolumePermission"}


def modify_snapshot(g):
    ours = {"SnapshotId": g.text(), "CreateVolumePermission": lists(g, reader)}
    return ours, {**ours, "Attribute": "createVolumePermission"}


def create_tags(g):
    tags = {text: g.text() for text in g.texts(1)}
    ours = {"Resources": g.texts(1), "Tags": tags}
    pairs = [{"Key": key, "Value": tags[key]} for key in sorted(tags, key=lambda key: key.encode())]
    return ours, {**ours, "Tags": pairs}


def delete_tags(g):
    ours = {"Resources": g.texts(1), "Tags": g.texts(1)}
    return ours, {**ours, "Tags": [{"Key": key} for key in ours["Tags"]]}


def invoke(g):
    ours = {
        "FunctionName": g.random.choice(["checker", "111122223333:function:checker"]),
        "InvocationType": g.random.choice(["RequestResponse", "Event", "DryRun"]),
        "Payload": '{"check":"ami-1"}',
        **g.some(Qualifier=lambda: "$LATEST", LogType=lambda: "Tail"),
    }
    return ours, {**ours, "Payload": ours["Payload"].encode()}


GRANT = {"KeyId": KEY, "GrantId": "0c237476b39f8bc44e45212e08498fbe3151305030726c0590dd8d3e9f3d6a60"}

INPUTS = {
    "ec2.ModifyImageAttribute": same(lambda g: {"ImageId": g.text(), "LaunchPermission": lists(g, launcher)}),
    "ec2.DescribeRegions": same(
        lambda g: g.nonempty(RegionNames=g.texts, Filters=lambda: filters(g), AllRegions=TRUE)
    ),
    "ec2.DescribeSnapshots": same(
        lambda g: g.nonempty(
            SnapshotIds=g.texts, OwnerIds=g.texts, RestorableByUserIds=g.texts, Filters=lambda: filters(g),
            MaxResults=lambda: 5, NextToken=g.token,
        )
    ),
    "ec2.DescribeSnapshotAttribute": snapshot_attribute,
    "ec2.ModifySnapshotAttribute": modify_snapshot,
    "ec2.CreateTags": create_tags,
    "ec2.DeleteTags": delete_tags,
    "ec2.DescribeTags": same(
        lambda g: g.some(Filters=lambda: filters(g), MaxResults=lambda: 5, NextToken=g.token)
    ),
    "iam.ListAccountAliases": same(lambda g: g.some(Marker=g.token, MaxItems=lambda: 10)),
    "kms.CreateGrant": same(
        lambda g: {
            "KeyId": KEY, "GranteePrincipal": "arn:aws:iam::111122223333:root",
            "Operations": g.random.sample(["Decrypt", "CreateGrant", "DescribeKey", "ReEncryptFrom"], 2),
            **g.some(RetiringPrincipal=lambda: "arn:aws:iam::111122223333:role/share", Name=lambda: "ami-steward:1"),
        }
    ),
    "kms.ListGrants": same(
        lambda g: {
            "KeyId": KEY,
            **g.some(GrantId=lambda: GRANT["GrantId"], GranteePrincipal=lambda: "arn:aws:iam::111122223333:root",
                     Limit=lambda: 100, Marker=g.token),
        }
    ),
    "kms.RevokeGrant": same(lambda g: GRANT),
    "kms.RetireGrant": same(lambda g: GRANT),
    "lambda.Invoke": invoke,
}
