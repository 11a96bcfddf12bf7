/// The ARN of a distribution configuration, `arn:aws:imagebuilder:eu-central-1:123456789012:distribution-configuration/base`.
/// It is the physical id of the custom resource.
struct ConfigurationARN: Sendable, Hashable {
    let text: String
    let partition: String
    let region: String
    let account: String

    init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6, Identifiers.isPartition(parts[0], parts[1]), parts[2] == "imagebuilder",
            Identifiers.isRegion(parts[3]), Identifiers.isAccount(parts[4]),
            parts[5].hasPrefix("distribution-configuration/"), parts[5].utf8.count > 27,
            parts[5].utf8.dropFirst(27).allSatisfy({
                Identifiers.isLowercaseOrDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
            })
        else { return nil }
        self.text = text
        partition = String(parts[1])
        region = String(parts[3])
        account = String(parts[4])
    }
}
