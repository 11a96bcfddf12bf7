import AWSClient
import AWSServices

extension ProbedOperation {
    /// What the owner of an image asks of it: who uses it, and that nobody deregisters it.
    static let ownership: [String: ProbedOperation] = [
        "ec2.CreateImageUsageReport": ProbedOperation {
            EC2.CreateImageUsageReport(
                imageID: $0.get("ImageId") ?? "",
                resourceTypes: types($0),
                accountIDs: $0.get("AccountIds") ?? [],
                clientToken: $0.get("ClientToken"),
                tags: $0.get("Tags") ?? [:]
            )
        } _: {
            ["ReportId": .string($0.reportID)]
        },
        "ec2.DescribeImageUsageReports": ProbedOperation {
            EC2.DescribeImageUsageReports(
                reportIDs: $0.get("ReportIds") ?? [],
                imageIDs: $0.get("ImageIds") ?? [],
                filters: filters($0),
                maximumResults: $0.get("MaxResults"),
                startToken: $0.get("NextToken")
            )
        } _: { output in
            [
                "NextToken": JSONValue(output.nextToken),
                "ImageUsageReports": .array(
                    output.reports.map { report in
                        [
                            "ReportId": .string(report.reportID), "ImageId": JSONValue(report.imageID),
                            "State": JSONValue(report.state), "StateReason": JSONValue(report.stateReason),
                            "CreationTime": JSONValue(report.creationTime?.dateTimeMilliseconds),
                            "ExpirationTime": JSONValue(report.expirationTime?.dateTimeMilliseconds),
                            "AccountIds": JSONValue(strings: report.accountIDs),
                            "ResourceTypes": JSONValue(strings: report.resourceTypes), "Tags": tags(report.tags),
                        ]
                    }
                ),
            ]
        },
        "ec2.DescribeImageUsageReportEntries": ProbedOperation {
            EC2.DescribeImageUsageReportEntries(
                reportIDs: $0.get("ReportIds") ?? [],
                imageIDs: $0.get("ImageIds") ?? [],
                filters: filters($0),
                maximumResults: $0.get("MaxResults"),
                startToken: $0.get("NextToken")
            )
        } _: { output in
            [
                "NextToken": JSONValue(output.nextToken),
                "ImageUsageReportEntries": .array(
                    output.entries.map { entry in
                        [
                            "ReportId": JSONValue(entry.reportID), "ImageId": JSONValue(entry.imageID),
                            "AccountId": .string(entry.accountID), "ResourceType": .string(entry.resourceType),
                            "UsageCount": JSONValue(entry.usageCount),
                            "ReportCreationTime": JSONValue(entry.reportCreationTime?.dateTimeMilliseconds),
                        ]
                    }
                ),
            ]
        },
        "ec2.DeleteImageUsageReport": ProbedOperation {
            EC2.DeleteImageUsageReport(reportID: $0.get("ReportId") ?? "")
        } _: { _ in
            [:]
        },
        "ec2.EnableImageDeregistrationProtection": ProbedOperation {
            EC2.EnableImageDeregistrationProtection(
                imageID: $0.get("ImageId") ?? "",
                hasCooldown: $0.get("WithCooldown") ?? false
            )
        } _: { _ in
            [:]
        },
        "ec2.DisableImageDeregistrationProtection": ProbedOperation {
            EC2.DisableImageDeregistrationProtection(imageID: $0.get("ImageId") ?? "")
        } _: { _ in
            [:]
        },
    ]
}
