/// What a request came to.
struct CustomResourceOutcome: Sendable, Hashable, Codable {
    enum Status: String, Sendable, Codable {
        case success = "SUCCESS"
        case failed = "FAILED"
    }

    var status: Status
    var physicalResourceID: String
    /// Why it failed; empty after a success.
    var reason = ""
    var data: ResourceData?

    static func failed(_ reason: String, physicalResourceID: String) -> CustomResourceOutcome {
        CustomResourceOutcome(status: .failed, physicalResourceID: physicalResourceID, reason: reason)
    }
}

/// The attributes of the resource, for `Fn::GetAtt`.
struct ResourceData: Sendable, Hashable, Codable {
    var configurationARN: String
    var regions: [String]
    var publishingAccounts: [String]
    var sharingAccounts: [String]

    /// Names and values; each list is cut, at whole elements, to the bytes it is given.
    ///
    /// The regions come first, for they are few; the two lists of accounts share what is left.
    func attributes(listBytes: Int) -> [String: String] {
        func size(_ list: [String]) -> Int { list.reduce(0) { $0 + $1.utf8.count + 1 } }
        let regionBytes = min(size(regions), listBytes)
        let rest = listBytes - regionBytes
        let publishing = size(publishingAccounts)
        let sharing = size(sharingAccounts)
        let publishingBytes = min(publishing, max(rest / 2, rest - sharing))
        return [
            "AmiDistributionArn": configurationARN,
            "AwsDistributionRegions": TargetList.text(regions, limit: regionBytes),
            "PublishingAccountIds": TargetList.text(publishingAccounts, limit: publishingBytes),
            "PublishingAccountCount": String(publishingAccounts.count),
            "SharingAccountIds": TargetList.text(sharingAccounts, limit: rest - publishingBytes),
            "SharingAccountCount": String(sharingAccounts.count),
        ]
    }
}
