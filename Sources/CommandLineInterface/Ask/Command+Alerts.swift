import AWSServices
import Governance
import YAML

extension Command {
    private static let image = Positional("image", "only alerts about this image, ami-…", arity: .optional)
    private static let account = CommandOption("account", .many("id"), "only alerts to this account; may be repeated")

    /// `alerts [<ami>]`: who was told what and when.
    static let alerts = Command(
        "alerts",
        summary: "list which accounts were told of which loss, and when",
        details: [
            "An alert is complete when the account's owner has got an e-mail and the topic a message. Where the owner"
                + " could not be told, the administrator was, and the alert is tried again with the event, and each hour"
                + " for 30 days. Addresses are not shown. Of accounts of which it is not known whether they used what they lost, the administrator"
                + " and the topic are told: those alerts are listed under the images account. Alerts"
                + " are kept for 400 days."
        ],
        positionals: [image],
        options: [account] + TableOptions.all,
        run: { context in
            let arguments = context.arguments
            let image: ImageID? = try arguments[image].map { try arguments.image($0, "<image>") }
            let accounts = Set(
                try arguments.all(account).map { text throws -> AccountID in
                    try arguments.identifier(text, "--account")
                }
            )
            let contents = try await arguments.tables(DynamoDB(try context.aws.client()))
                .shares(of: image) { context.console.progress("reading alerts:", $0) }
            context.warn(contents.unreadable)
            let alerts = contents.alerts
                .filter { accounts.isEmpty || accounts.contains($0.account) }
                .sorted { ($1.record.lossTime, $0.image, $0.account) < ($0.record.lossTime, $1.image, $1.account) }
            try context.show(output(alerts, contents.images))
            return .success
        }
    )

    private static func output(_ alerts: [AlertEntry], _ images: [ImageID: ImageRecord]) -> CommandOutput {
        var table = Table([
            .init("LOST AT"), .init("ACCOUNT"), .init("IMAGE"), .init("NAME", minimumWidth: 12), .init("LOSS"),
            .init("OWNER TOLD"), .init("ADMINISTRATOR TOLD"), .init("TOPIC"), .init("STATUS"),
        ])
        for alert in alerts {
            table.add(
                [
                    .init(Moment.text(alert.record.lossTime)), .init(alert.account.text), .init(alert.image.text),
                    .init(optional: images[alert.image]?.name),
                    .init(alert.isAboutUnknownUse ? "\(alert.loss.rawValue), use not known" : alert.loss.rawValue),
                ] + AlertRecord.Channel.allCases.map { told(alert.record, $0) } + [
                    alert.record.isComplete ? .init("complete", .good) : .init("pending", .warning)
                ]
            )
        }
        let documents = alerts.map { alert -> YAMLValue in
            [
                "image_id": .string(alert.image.text),
                "image_name": YAMLValue(images[alert.image]?.name),
                "account_id": .string(alert.account.text),
                "loss": .string(alert.loss.rawValue),
                "about": .string(alert.isAboutUnknownUse ? "unknown-use" : "use"),
                "lost_at": .string(alert.record.lossTime.description),
                "complete": .boolean(alert.record.isComplete),
                "told": .sequence(
                    AlertRecord.Channel.allCases.filter { alert.record.sent[$0] != nil }.map { channel in
                        [
                            "channel": .string(channel.rawValue),
                            "time": YAMLValue(alert.record.sentTimes[channel]?.description),
                            "message_id": YAMLValue(alert.record.sent[channel]),
                        ]
                    }
                ),
            ]
        }
        return CommandOutput(
            document: ["alerts": .sequence(documents)],
            alerts.isEmpty ? [.text("no alerts", .faint)] : [.table(table)]
        )
    }

    private static func told(_ record: AlertRecord, _ channel: AlertRecord.Channel) -> Table.Cell {
        guard record.sent[channel] != nil else { return .init(optional: nil) }
        return .init(record.sentTimes[channel].map { Moment.text($0) } ?? "yes")
    }
}
