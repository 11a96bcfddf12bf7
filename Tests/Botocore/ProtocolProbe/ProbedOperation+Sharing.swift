import AWSClient
import AWSServices

extension ProbedOperation {
    private static func permissions(_ input: JSONValue, _ name: String, _ list: String) -> [EC2.LaunchPermission] {
        principals(input, name, list).map {
            EC2.LaunchPermission(
                group: $0.get("Group"),
                userID: $0.get("UserId"),
                organizationARN: $0.get("OrganizationArn"),
                organizationalUnitARN: $0.get("OrganizationalUnitArn")
            )
        }
    }

    private static func principals(_ input: JSONValue, _ name: String, _ list: String) -> [JSONValue] {
        input.get(name, as: JSONValue.self)?.get(list) ?? []
    }

    private static func volumes(_ input: JSONValue, _ list: String) -> [EC2.CreateVolumePermission] {
        principals(input, "CreateVolumePermission", list).map {
            EC2.CreateVolumePermission(group: $0.get("Group"), userID: $0.get("UserId"))
        }
    }

    private static func show(_ grant: KMS.Grant) -> JSONValue {
        [
            "GrantId": .string(grant.id), "KeyId": JSONValue(grant.keyID), "Name": JSONValue(grant.name),
            "GranteePrincipal": JSONValue(grant.granteePrincipal),
            "RetiringPrincipal": JSONValue(grant.retiringPrincipal),
            "IssuingAccount": JSONValue(grant.issuingAccount),
            "Operations": grant.operations.map { JSONValue(strings: $0) } ?? .null,
            "CreationDate": JSONValue(grant.creationDate?.dateTimeMilliseconds),
        ]
    }

    /// The operations by which images are shared.
    static let sharing: [String: ProbedOperation] = [
        "ec2.ModifyImageAttribute": ProbedOperation {
            EC2.ModifyImageLaunchPermissions(
                imageID: $0.get("ImageId") ?? "",
                added: permissions($0, "LaunchPermission", "Add"),
                removed: permissions($0, "LaunchPermission", "Remove")
            )
        } _: { _ in
            [:]
        },
        "ec2.DescribeRegions": ProbedOperation {
            EC2.DescribeRegions(
                names: $0.get("RegionNames") ?? [],
                filters: filters($0),
                includesDisabled: $0.get("AllRegions") ?? false
            )
        } _: { output in
            [
                "Regions": .array(
                    output.regions.map {
                        ["RegionName": .string($0.name), "OptInStatus": JSONValue($0.optInStatus)]
                    }
                )
            ]
        },
        "ec2.DescribeSnapshots": ProbedOperation {
            EC2.DescribeSnapshots(
                snapshotIDs: $0.get("SnapshotIds") ?? [],
                owners: $0.get("OwnerIds") ?? [],
                restorableBy: $0.get("RestorableByUserIds") ?? [],
                filters: filters($0),
                maximumResults: $0.get("MaxResults"),
                startToken: $0.get("NextToken")
            )
        } _: { output in
            [
                "NextToken": JSONValue(output.nextToken),
                "Snapshots": .array(
                    output.snapshots.map { snapshot in
                        [
                            "SnapshotId": .string(snapshot.snapshotID), "OwnerId": JSONValue(snapshot.ownerID),
                            "State": JSONValue(snapshot.state), "Encrypted": .boolean(snapshot.isEncrypted),
                            "KmsKeyId": JSONValue(snapshot.kmsKeyID), "Tags": tags(snapshot.tags),
                        ]
                    }
                ),
            ]
        },
        "ec2.DescribeSnapshotAttribute": ProbedOperation {
            EC2.DescribeSnapshotPermissions(snapshotID: $0.get("SnapshotId") ?? "")
        } _: { output in
            [
                "SnapshotId": .string(output.snapshotID),
                "CreateVolumePermissions": .array(
                    output.permissions.map { ["Group": JSONValue($0.group), "UserId": JSONValue($0.userID)] }
                ),
            ]
        },
        "ec2.ModifySnapshotAttribute": ProbedOperation {
            EC2.ModifySnapshotPermissions(
                snapshotID: $0.get("SnapshotId") ?? "",
                added: volumes($0, "Add"),
                removed: volumes($0, "Remove")
            )
        } _: { _ in
            [:]
        },
        "ec2.CreateTags": ProbedOperation {
            EC2.CreateTags(resourceIDs: $0.get("Resources") ?? [], tags: $0.get("Tags") ?? [:])
        } _: { _ in
            [:]
        },
        "ec2.DeleteTags": ProbedOperation {
            EC2.DeleteTags(resourceIDs: $0.get("Resources") ?? [], keys: $0.get("Tags") ?? [])
        } _: { _ in
            [:]
        },
        "ec2.DescribeTags": ProbedOperation {
            EC2.DescribeTags(
                filters: filters($0),
                maximumResults: $0.get("MaxResults"),
                startToken: $0.get("NextToken")
            )
        } _: { output in
            [
                "NextToken": JSONValue(output.nextToken),
                "Tags": .array(
                    output.tags.map {
                        [
                            "Key": .string($0.key), "Value": .string($0.value), "ResourceId": .string($0.resourceID),
                            "ResourceType": JSONValue($0.resourceType),
                        ]
                    }
                ),
            ]
        },
        "iam.ListAccountAliases": ProbedOperation {
            IAM.ListAccountAliases(maximumItems: $0.get("MaxItems"), startToken: $0.get("Marker"))
        } _: { output in
            [
                "AccountAliases": JSONValue(strings: output.aliases), "IsTruncated": .boolean(output.isTruncated),
                "Marker": JSONValue(output.marker),
            ]
        },
        "kms.CreateGrant": ProbedOperation {
            KMS.CreateGrant(
                keyID: $0.get("KeyId") ?? "",
                granteePrincipal: $0.get("GranteePrincipal") ?? "",
                retiringPrincipal: $0.get("RetiringPrincipal"),
                operations: $0.get("Operations") ?? [],
                grantName: $0.get("Name")
            )
        } _: {
            ["GrantId": .string($0.grantID), "GrantToken": JSONValue($0.grantToken)]
        },
        "kms.ListGrants": ProbedOperation {
            KMS.ListGrants(
                keyID: $0.get("KeyId") ?? "",
                grantID: $0.get("GrantId"),
                granteePrincipal: $0.get("GranteePrincipal"),
                limit: $0.get("Limit"),
                startToken: $0.get("Marker")
            )
        } _: { output in
            [
                "Grants": .array((output.grants ?? []).map(show)), "NextMarker": JSONValue(output.nextMarker),
                "Truncated": output.isTruncated.map { .boolean($0) } ?? .null,
            ]
        },
        "kms.RevokeGrant": ProbedOperation {
            KMS.RevokeGrant(keyID: $0.get("KeyId") ?? "", grantID: $0.get("GrantId") ?? "")
        } _: { _ in
            [:]
        },
        "kms.RetireGrant": ProbedOperation {
            KMS.RetireGrant(keyID: $0.get("KeyId") ?? "", grantID: $0.get("GrantId") ?? "")
        } _: { _ in
            [:]
        },
        "lambda.Invoke": ProbedOperation {
            Lambda.Invoke(
                functionName: $0.get("FunctionName") ?? "-",
                qualifier: $0.get("Qualifier"),
                invocationType: Lambda.Invoke.InvocationType(rawValue: $0.get("InvocationType") ?? "")
                    ?? .requestResponse,
                includesLogTail: $0.get("LogType", as: String.self) == "Tail",
                payload: Array(($0.get("Payload", as: String.self) ?? "").utf8)
            )
        } _: { output in
            [
                "StatusCode": JSONValue(output.status), "FunctionError": JSONValue(output.functionError),
                "ExecutedVersion": JSONValue(output.executedVersion),
                "Payload": .string(String(decoding: output.payload, as: UTF8.self)),
            ]
        },
    ]
}
