import AWSServices
import TestSupport

@testable import DistributionResource

/// What several tests speak of.
enum Fixtures {
    static let arn = "arn:aws:imagebuilder:eu-central-1:111111111111:distribution-configuration/base"
    static let organization = "arn:aws:organizations::111111111111:organization/o-exampleorgid"
    static let unit = "arn:aws:organizations::111111111111:ou/o-exampleorgid/ou-exam-pleouid01"
    static let template = "lt-0123456789abcdef0"

    /// The two properties that are required, and others.
    static func properties(_ others: [String: JSONValue] = [:]) -> [String: JSONValue] {
        var members: [String: JSONValue] = [
            "ServiceToken": .string("arn:aws:lambda:eu-central-1:111111111111:function:image-distribution"),
            "AmiDistributionArn": .string(arn),
            "AwsDistributionRegions": JSONValue(strings: ["eu-central-1"]),
        ]
        members.merge(others) { $1 }
        return members
    }

    static func accounts(_ count: Int, from first: Int = 1) -> [String] {
        (first..<first + count).map { number in
            let digits = String(number)
            return String(repeating: "0", count: 12 - digits.utf8.count) + digits
        }
    }

    static func desired(
        _ others: [String: JSONValue] = [:],
        regions: [String] = ["eu-central-1"],
        publishing: [String]? = nil,
        sharing: [String]? = nil
    ) throws -> DesiredDistribution {
        try DesiredDistribution(
            properties: DistributionProperties(properties(others)),
            regions: regions,
            publishingAccounts: publishing,
            sharingAccounts: sharing
        )
    }

    /// A JSON document as a value.
    static func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    static func request(
        _ kind: String = "Create",
        requestID: String = "5a1c0b1e-0000-4000-8000-000000000001",
        _ others: [String: JSONValue] = [:]
    ) throws -> CustomResourceRequest {
        var members: [String: JSONValue] = [
            "RequestType": .string(kind),
            "ResponseURL": .string("https://127.0.0.1/answer?X-Amz-Signature=abc"),
            "StackId": .string("arn:aws:cloudformation:eu-central-1:111111111111:stack/images/1b2c"),
            "RequestId": .string(requestID),
            "ResourceType": .string("Custom::ImageDistribution"),
            "LogicalResourceId": .string("Distribution"),
            "ResourceProperties": .object(properties()),
        ]
        if kind != "Create" { members["PhysicalResourceId"] = .string(arn) }
        members.merge(others) { $1 }
        return try CustomResourceRequest(.object(members))
    }
}

extension SeededGenerator {
    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
}
