import AWSServices
import Governance
import YAML

extension Command {
    private static let image = Positional("image", "only this image, ami-…", arity: .optional)
    private static let account = CommandOption("account", .many("id"), "only shares with this account; may be repeated")
    private static let all = CommandOption("all", letter: "a", .flag, "also those that have lost the image")

    /// `shares [<ami>]`: who has what.
    static let shares = Command(
        "shares",
        summary: "list which accounts, organizations and units have which image",
        details: [
            "What is listed is what has been recorded. A share that no event told of, as one of before the installation, is"
                + " found within a day, and counts since then (event_name is DescribeImageAttribute); amictl check asks EC2"
                + " for the launch permissions of an image as they are."
        ],
        positionals: [image],
        options: [account, all] + TableOptions.all,
        examples: [
            .init("shares ami-0abcdef1234567890 --all", "who has the image, and who had it"),
            .init("shares --account 222222222222 --output json", "everything one account has"),
        ],
        run: { context in
            let arguments = context.arguments
            let image: ImageID? = try arguments[image].map { try arguments.image($0, "<image>") }
            let accounts = Set(
                try arguments.all(account).map { text throws -> AccountID in
                    try arguments.identifier(text, "--account")
                }
            )
            let contents = try await arguments.tables(DynamoDB(try context.aws.client()))
                .shares(of: image) { context.console.progress("reading shares:", $0) }
            context.warn(contents.unreadable)
            let records = contents.shares
                .filter { arguments.isSet(all) || $0.status == .shared }
                .filter { record in
                    guard !accounts.isEmpty else { return true }
                    if case .account(let account) = record.principal { return accounts.contains(account) }
                    return false
                }
                .sorted { ($0.image, $0.principal) < ($1.image, $1.principal) }
            try context.show(output(records, contents.images))
            return .success
        }
    )

    private static func output(_ records: [ShareRecord], _ images: [ImageID: ImageRecord]) -> CommandOutput {
        var table = Table([
            .init("IMAGE"), .init("NAME", minimumWidth: 12), .init("SHARED WITH", minimumWidth: 14), .init("STATUS"),
            .init("SINCE"), .init("LAST CHANGE"), .init("BY", minimumWidth: 10),
        ])
        for record in records {
            table.add([
                .init(record.image.text),
                .init(optional: images[record.image]?.name),
                .init(record.principal.words, record.principal == .all ? .warning : .plain),
                .init(record.status.rawValue, record.status == .shared ? .good : .faint),
                .init(optional: Moment.text(record.firstShared)),
                .init(Moment.text(record.current.occurrence.time)),
                record.current.occurrence.isFound
                    ? .init("found: no event told of it", .faint)
                    : .init(optional: record.current.occurrence.actor.map(Actor.shortened)),
            ])
        }
        let shares = records.map { record -> YAMLValue in
            [
                "image_id": .string(record.image.text),
                "image_name": YAMLValue(images[record.image]?.name),
                "principal_type": .string(record.principal.type),
                "principal": .string(record.principal.value),
                "status": .string(record.status.rawValue),
                "region": .string(record.region.text),
                "first_shared": YAMLValue(record.firstShared?.description),
                "changed_at": .string(record.current.occurrence.time.description),
                "changed_by": YAMLValue(record.current.occurrence.actor),
                "event_name": .string(record.current.occurrence.eventName),
            ]
        }
        let count = Counted.text(Set(records.map(\.image)).count, "image")
        return CommandOutput(
            document: ["shares": .sequence(shares)],
            records.isEmpty
                ? [.text("no shares", .faint)]
                : [.table(table), .text("\(Counted.text(records.count, "share")) of \(count)", .faint)]
        )
    }
}

/// Who did something, by ARN.
enum Actor {
    /// What follows the account in an ARN, `assumed-role/deploy/alice`; other texts as they are.
    static func shortened(_ arn: String) -> String {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        return parts.count == 6 && !parts[5].isEmpty ? String(parts[5]) : arn
    }
}

extension CommandContext {
    /// Says that items cannot be read: the first few, and how many there are.
    func warn(_ unreadable: [UnreadableItem]) {
        for item in unreadable.prefix(3) { console.note("warning: \(item)", .warning) }
        if unreadable.count > 3 { console.note("warning: and \(unreadable.count - 3) more", .warning) }
    }
}
