import AWSServices
import Governance

/// Options that say where the creator account's tables are.
public enum TableOptions {
    public static let prefix = CommandOption(
        "prefix",
        .single("name"),
        variable: "AMI_STEWARD_PREFIX",
        "the deployment's name_prefix, with which its tables begin; ami-steward by default"
    )
    public static let shares = CommandOption(
        "shares-table",
        .single("name"),
        variable: "AMI_STEWARD_SHARES_TABLE",
        "the table of shares; <prefix>-shares by default"
    )
    public static let usage = CommandOption(
        "usage-table",
        .single("name"),
        variable: "AMI_STEWARD_USAGE_TABLE",
        "the table of usage; <prefix>-usage by default"
    )

    public static let all = [prefix, shares, usage]
}

extension ParsedArguments {
    /// The tables that the options mean, read through `dynamoDB`.
    public func tables(_ dynamoDB: DynamoDB) -> GovernanceTables {
        GovernanceTables(dynamoDB, sharesTable: sharesTable, usageTable: usageTable)
    }

    /// The names of the tables.
    var tableNames: [String] { [sharesTable, usageTable] }

    private var prefix: String { self[TableOptions.prefix] ?? "ami-steward" }
    private var sharesTable: String { self[TableOptions.shares] ?? "\(prefix)-shares" }
    private var usageTable: String { self[TableOptions.usage] ?? "\(prefix)-usage" }

    /// The value of a positional or option as the id of an image, as EC2 makes them: 8 hexadecimal digits, of new ones 17.
    ///
    /// - Throws: `UsageError`, naming the argument and what it must be.
    func image(_ text: String, _ argument: String) throws(UsageError) -> ImageID {
        let digits = text.utf8.dropFirst("ami-".utf8.count)
        let isHexadecimal = digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        guard let image = ImageID(text), isHexadecimal, [8, 17].contains(digits.count) else {
            throw UsageError(
                "\(argument) is \"\(text)\", and not an image id (ami- and 8 or 17 hexadecimal digits)"
            )
        }
        return image
    }

    /// The value of a positional or option as an identifier.
    ///
    /// - Throws: `UsageError`, naming the argument and what it must be.
    func identifier<ID: ValidatedText>(_ text: String, _ argument: String) throws(UsageError) -> ID {
        guard let identifier = ID(text) else {
            throw UsageError("\(argument) is \"\(text)\", and not \(ID.expectation)")
        }
        return identifier
    }
}
