import AWSServices
import Testing

@testable import Governance

@Suite struct UsageIndexTests {
    /// An item of the usage table, without some attributes and with others.
    private func item(
        _ row: UsageRow,
        without missing: [String] = [],
        with changes: [String: String] = [:]
    ) -> DynamoDB.Item {
        var texts = row.attributes
        texts[UsageRow.Key.accountKey] = row.key.account.text
        texts[UsageRow.Key.resourceKey] = row.key.sortKey
        for name in missing { texts[name] = nil }
        return texts.merging(changes) { $1 }.mapValues { .string($0) }
    }

    @Test func rowsComeBackInTheirOrder() {
        let written = instances(3) + [version(3), launchConfiguration("web")]
        let (rows, unreadable) = UsageIndex.rows(written.map { item($0) })
        #expect(rows == written)
        #expect(unreadable.isEmpty)
    }

    /// An account can write anything into its own rows.
    @Test(arguments: [
        ("first_seen", ["first_seen"], [:]), ("first_seen", [], ["first_seen": "yesterday"]),
        ("last_seen", ["last_seen"], [:]), ("event_id", ["event_id"], [:]), ("source", [], ["source": "hearsay"]),
        ("region", [], ["region": "<b>"]), ("resource", [], ["resource": "ami-1#instance#<script>"]),
    ])
    func oneUnreadableRowHidesNoOther(attribute: String, missing: [String], changes: [String: String]) throws {
        let other = AccountID(checked: "777788889999")
        let good = instances(2) + instances(1, of: other)
        var items = good.map { item($0) }
        items.insert(item(version(3), without: missing, with: changes), at: 1)
        let (rows, unreadable) = UsageIndex.rows(items)
        #expect(rows == good)
        #expect(
            unreadable.map(\.errorMessage) == ["a usage row of account \(consumer) has no valid \(attribute)"]
        )
    }

    @Test func theFailureSaysWhatWasLeftOut() {
        let failure = AlertSender.Failure(account: consumer, reason: "no valid address is configured")
        let cases: [([AlertSender.Failure], Int, String)] = [
            (
                [failure], 0,
                "\(image): not every account's owner was told: \(consumer): no valid address is configured"
            ),
            ([], 2, "\(image): usage rows that cannot be read: 2"),
            (
                [failure], 1,
                "\(image): not every account's owner was told: \(consumer): no valid address is configured; "
                    + "usage rows that cannot be read: 1"
            ),
        ]
        for (failures, unreadable, message) in cases {
            let error = UndeliveredAlerts(image: image, failures: failures, unreadableRows: unreadable)
            #expect(error.errorMessage == message)
        }
    }
}
