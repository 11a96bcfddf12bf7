/// The forms of the names that properties hold, as Image Builder's, Organizations' and EC2's models give them.
enum Identifiers {
    /// `123456789012`.
    static func isAccount(_ text: some StringProtocol) -> Bool {
        text.utf8.count == 12 && text.utf8.allSatisfy(isDigit)
    }

    /// `eu-central-1`, `us-gov-west-1`: lower-case words and a number, joined by hyphens.
    static func isRegion(_ text: some StringProtocol) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 3, let number = parts.last else { return false }
        return (1...2).contains(number.utf8.count) && number.utf8.allSatisfy(isDigit)
            && parts.dropLast().allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isLowercase) }
            && parts[0].utf8.count <= 4
    }

    /// `arn:aws:organizations::123456789012:organization/o-exampleorgid`.
    static func isOrganization(_ text: String) -> Bool {
        guard let resource = organizationsResource(text) else { return false }
        let parts = resource.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2 && parts[0] == "organization" && isOrganizationID(parts[1])
    }

    /// `arn:aws:organizations::123456789012:ou/o-exampleorgid/ou-examplerootid-exampleouid`.
    static func isOrganizationalUnit(_ text: String) -> Bool {
        guard let resource = organizationsResource(text) else { return false }
        let parts = resource.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 3 && parts[0] == "ou" && isOrganizationID(parts[1]) && isOrganizationalUnitID(parts[2])
    }

    /// `ou-examplerootid-exampleouid`.
    static func isOrganizationalUnitID(_ text: some StringProtocol) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return parts.count == 3 && parts[0] == "ou" && (4...32).contains(parts[1].utf8.count)
            && (8...32).contains(parts[2].utf8.count) && parts.allSatisfy { $0.utf8.allSatisfy(isLowercaseOrDigit) }
    }

    /// `r-examplerootid`: the root of an organization, parent of all its units.
    static func isRootID(_ text: some StringProtocol) -> Bool {
        text.hasPrefix("r-") && (6...34).contains(text.utf8.count)
            && text.utf8.dropFirst(2).allSatisfy(isLowercaseOrDigit)
    }

    /// `lt-0123456789abcdef0`.
    static func isLaunchTemplate(_ text: String) -> Bool {
        text.hasPrefix("lt-") && text.utf8.count == 20
            && text.utf8.allSatisfy { isLowercaseOrDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
    }

    /// `arn:aws:license-manager:eu-central-1:123456789012:license-configuration:lic-0123456789abcdef0123456789abcdef`.
    static func isLicenseConfiguration(_ text: String) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 7 && isPartition(parts[0], parts[1]) && parts[2] == "license-manager" && !parts[3].isEmpty
            && isAccount(parts[4]) && parts[5] == "license-configuration" && parts[6].hasPrefix("lic-")
            && parts[6].utf8.count == 36
            && parts[6].utf8.allSatisfy {
                isLowercaseOrDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
            }
    }

    /// The name of an SSM parameter, `/images/accounts`, or the ARN of one.
    static func isParameter(_ text: String) -> Bool {
        if text.hasPrefix("arn:") {
            let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
            return parts.count == 6 && isPartition(parts[0], parts[1]) && parts[2] == "ssm" && isRegion(parts[3])
                && isAccount(parts[4]) && parts[5].hasPrefix("parameter/") && isParameterName(parts[5].dropFirst(10))
        }
        return isParameterName(text)
    }

    /// Letters, digits and `_.-/`, at most 1,011 of them.
    static func isParameterName(_ text: some StringProtocol) -> Bool {
        (1...1011).contains(text.utf8.count)
            && text.utf8.allSatisfy { isLetterOrDigit($0) || "_.-/".utf8.contains($0) }
    }

    /// The name of an AMI as Image Builder takes it: letters, digits, `-_`, and inside also blanks and `:{}.`; 3 to 127
    /// characters, for example `base {{ imagebuilder:buildDate }}`.
    static func isImageName(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard (3...127).contains(bytes.count), let first = bytes.first, let last = bytes.last else { return false }
        func isEnd(_ byte: UInt8) -> Bool {
            isLetterOrDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        }
        return (isEnd(first) || first == UInt8(ascii: "{")) && (isEnd(last) || last == UInt8(ascii: "}"))
            && bytes.allSatisfy { isEnd($0) || ":{}. \t".utf8.contains($0) }
    }

    /// A key's id, alias or ARN, as KMS takes them.
    static func isKey(_ text: String) -> Bool {
        guard (1...1024).contains(text.utf8.count) else { return false }
        if text.hasPrefix("arn:") {
            let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
            return parts.count == 6 && isPartition(parts[0], parts[1]) && parts[2] == "kms" && isRegion(parts[3])
                && isAccount(parts[4]) && (parts[5].hasPrefix("key/") || parts[5].hasPrefix("alias/"))
        }
        return text.utf8.allSatisfy { isLetterOrDigit($0) || "-_/".utf8.contains($0) }
    }

    /// A tag's key as Image Builder takes it: at most 128 letters, digits, blanks and `_.:/=+-@`, not beginning with `aws:`.
    static func isTagKey(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count) && !text.hasPrefix("aws:")
            && text.utf8.allSatisfy { isLetterOrDigit($0) || "_.:/=+-@ ".utf8.contains($0) }
    }

    // MARK: Parts

    static func isPartition(_ scheme: Substring, _ partition: Substring) -> Bool {
        scheme == "arn" && partition.hasPrefix("aws")
            && partition.utf8.allSatisfy { isLowercaseOrDigit($0) || $0 == UInt8(ascii: "-") }
    }

    private static func organizationsResource(_ text: String) -> Substring? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6, isPartition(parts[0], parts[1]), parts[2] == "organizations", parts[3].isEmpty,
            isAccount(parts[4])
        else { return nil }
        return parts[5]
    }

    private static func isOrganizationID(_ text: Substring) -> Bool {
        text.hasPrefix("o-") && (12...34).contains(text.utf8.count)
            && text.utf8.dropFirst(2).allSatisfy(isLowercaseOrDigit)
    }

    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    static func isLowercase(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte) }
    static func isLowercaseOrDigit(_ byte: UInt8) -> Bool { isLowercase(byte) || isDigit(byte) }
    static func isLetterOrDigit(_ byte: UInt8) -> Bool { isLowercaseOrDigit(byte) || (0x41...0x5a).contains(byte) }
}
