/// A partition: a group of regions with accounts, ARNs and host names of its own.
/// The names are those of the SDKs' shared `partitions.json`.
public struct AWSPartition: Sendable, Hashable {
    /// As it stands in ARNs, for example `aws-us-gov`.
    public let id: String
    public let dnsSuffix: String
    public let dualStackDNSSuffix: String
    /// The region whose endpoints serve what the partition has only once, such as Organizations.
    public let implicitGlobalRegion: String
    /// The host of the console without the region; `nil` where AWS publishes none.
    let consoleSuffix: String?
    /// The labels a region begins with, and how many labels in all: `us-gov-west-1` is `us-gov` and 4.
    private let regionPrefixes: [String]
    private let regionLabels: Int

    private init(
        _ id: String,
        _ dnsSuffix: String,
        _ dualStackDNSSuffix: String,
        global: String,
        console: String?,
        prefixes: [String],
        labels: Int
    ) {
        self.id = id
        self.dnsSuffix = dnsSuffix
        self.dualStackDNSSuffix = dualStackDNSSuffix
        implicitGlobalRegion = global
        consoleSuffix = console
        regionPrefixes = prefixes
        regionLabels = labels
    }

    /// The partition of a region, by the form of its name, so that a region opened tomorrow is known; the commercial
    /// partition for a name of no known form. `<partition>-global`, a name some tools give, counts too.
    public init(region: String) {
        self = Self.all.first { $0.contains(region) } ?? Self.commercial
    }

    /// The partition of this id, as it stands in an ARN.
    public init?(id: String) {
        guard let partition = Self.all.first(where: { $0.id == id }) else { return nil }
        self = partition
    }

    /// `https://<region>.console.aws.amazon.com` or the partition's own form; `nil` where AWS publishes none.
    public func consoleURL(region: String) -> String? {
        consoleSuffix.map { "https://\(region).\($0)" }
    }

    public static let all = [
        commercial,
        AWSPartition(
            "aws-cn",
            "amazonaws.com.cn",
            "api.amazonwebservices.com.cn",
            global: "cn-northwest-1",
            console: "console.amazonaws.cn",
            prefixes: ["cn"],
            labels: 3
        ),
        AWSPartition(
            "aws-us-gov",
            "amazonaws.com",
            "api.aws",
            global: "us-gov-west-1",
            console: "console.amazonaws-us-gov.com",
            prefixes: ["us-gov"],
            labels: 4
        ),
        AWSPartition(
            "aws-eusc",
            "amazonaws.eu",
            "api.amazonwebservices.eu",
            global: "eusc-de-east-1",
            console: "console.amazonaws-eusc.eu",
            prefixes: ["eusc-de"],
            labels: 4
        ),
        AWSPartition(
            "aws-iso",
            "c2s.ic.gov",
            "api.aws.ic.gov",
            global: "us-iso-east-1",
            console: nil,
            prefixes: ["us-iso"],
            labels: 4
        ),
        AWSPartition(
            "aws-iso-b",
            "sc2s.sgov.gov",
            "api.aws.scloud",
            global: "us-isob-east-1",
            console: nil,
            prefixes: ["us-isob"],
            labels: 4
        ),
        AWSPartition(
            "aws-iso-e",
            "cloud.adc-e.uk",
            "api.cloud-aws.adc-e.uk",
            global: "eu-isoe-west-1",
            console: nil,
            prefixes: ["eu-isoe"],
            labels: 4
        ),
        AWSPartition(
            "aws-iso-f",
            "csp.hci.ic.gov",
            "api.aws.hci.ic.gov",
            global: "us-isof-south-1",
            console: nil,
            prefixes: ["us-isof"],
            labels: 4
        ),
    ]

    private static let commercial = AWSPartition(
        "aws",
        "amazonaws.com",
        "api.aws",
        global: "us-east-1",
        console: "console.aws.amazon.com",
        prefixes: ["us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx"],
        labels: 3
    )

    /// Whether the region's name is `<prefix>-<word>-<number>`.
    private func contains(_ region: String) -> Bool {
        if region == "\(id)-global" { return true }
        let labels = region.split(separator: "-", omittingEmptySubsequences: false)
        guard labels.count == regionLabels, let number = labels.last, !number.isEmpty,
            number.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            labels.dropLast().allSatisfy({ !$0.isEmpty })
        else { return false }
        return regionPrefixes.contains(labels.dropLast(2).joined(separator: "-"))
    }
}
