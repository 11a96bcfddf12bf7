import AWSClient
import AWSServices

extension ProbedOperation {
    private static func show(_ key: KMS.Key) -> JSONValue {
        [
            "KeyId": .string(key.id), "Arn": .string(key.arn), "KeyManager": JSONValue(key.manager),
            "KeyState": JSONValue(key.state),
        ]
    }

    /// The operations of the image distribution function.
    static let distribution: [String: ProbedOperation] = [
        "imagebuilder.GetDistributionConfiguration": ProbedOperation {
            ImageBuilder.GetDistributionConfiguration(arn: $0.get("distributionConfigurationArn") ?? "")
        } _: { output in
            [
                "arn": JSONValue(output.configuration.arn), "name": JSONValue(output.configuration.name),
                "description": JSONValue(output.configuration.description),
                "distributions": .array(output.configuration.distributions),
            ]
        },
        "imagebuilder.UpdateDistributionConfiguration": ProbedOperation {
            ImageBuilder.UpdateDistributionConfiguration(
                arn: $0.get("distributionConfigurationArn") ?? "",
                description: $0.get("description"),
                distributions: $0.get("distributions") ?? [],
                clientToken: $0.get("clientToken") ?? ""
            )
        } _: { _ in
            [:]
        },
        "organizations.ListAccountsForParent": ProbedOperation {
            Organizations.ListAccountsForParent(parentID: $0.get("ParentId") ?? "", startToken: $0.get("NextToken"))
        } _: { output in
            [
                "NextToken": JSONValue(output.nextToken),
                "Accounts": .array(
                    (output.accounts ?? []).map { account in
                        [
                            "Id": .string(account.id), "Status": JSONValue(account.status),
                            "State": JSONValue(account.state),
                        ]
                    }
                ),
            ]
        },
        "organizations.ListOrganizationalUnitsForParent": ProbedOperation {
            Organizations.ListOrganizationalUnitsForParent(
                parentID: $0.get("ParentId") ?? "",
                startToken: $0.get("NextToken")
            )
        } _: { output in
            [
                "NextToken": JSONValue(output.nextToken),
                "OrganizationalUnits": .array((output.organizationalUnits ?? []).map { ["Id": .string($0.id)] }),
            ]
        },
        "kms.DescribeKey": ProbedOperation {
            KMS.DescribeKey(keyID: $0.get("KeyId") ?? "")
        } _: {
            ["KeyMetadata": show($0.key)]
        },
        "kms.GetKeyPolicy": ProbedOperation {
            KMS.GetKeyPolicy(keyID: $0.get("KeyId") ?? "")
        } _: {
            ["Policy": .string($0.policy)]
        },
    ]
}
