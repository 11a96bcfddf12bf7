/// The addresses of one account, as kept in the Parameter Store.
public struct Recipients: Hashable, Sendable {
    /// SES sends one message to at most 50.
    public static let maximum = 50

    /// Valid addresses, each once, at most `maximum`.
    public let addresses: [String]
    /// How many texts were no valid address.
    public let invalidCount: Int
    /// How many valid addresses were too many.
    public let surplusCount: Int

    /// Reads addresses that are separated by commas, semicolons, spaces or line ends, each perhaps in `<` `>`.
    public init(_ value: String) {
        var valid: [String] = []
        var seen: Set<String> = []
        var invalidCount = 0
        for part in value.split(whereSeparator: { $0 == "," || $0 == ";" || $0.isWhitespace }) {
            var address = String(part)
            if address.hasPrefix("<"), address.hasSuffix(">") { address = String(address.dropFirst().dropLast()) }
            if !Self.isAddress(address) {
                invalidCount += 1
            } else if seen.insert(address.lowercased()).inserted {
                valid.append(address)
            }
        }
        addresses = Array(valid.prefix(Self.maximum))
        surplusCount = valid.count - addresses.count
        self.invalidCount = invalidCount
    }

    /// Whether it is a dot-atom address of RFC 5321 with a domain of at least two labels, all in ASCII, as SES takes them.
    static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, text.utf8.count <= 254 else { return false }
        let local = parts[0]
        let atoms = local.split(separator: ".", omittingEmptySubsequences: false)
        let special = Array("!#$%&'*+-/=?^_`{|}~".utf8)
        guard (1...64).contains(local.utf8.count),
            atoms.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { $0.isLetterOrDigit || special.contains($0) } })
        else { return false }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        return labels.count >= 2
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.utf8.allSatisfy { $0.isLetterOrDigit || $0 == 0x2D }
            }
    }
}
