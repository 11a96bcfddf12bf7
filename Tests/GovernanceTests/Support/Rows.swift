@testable import Governance

func row(
    _ resource: Resource,
    of account: AccountID = consumer,
    named name: String? = nil,
    image used: ImageID = image
) -> UsageRow {
    UsageRow(
        key: .init(account: account, image: used, resource: resource),
        resourceName: name,
        region: region,
        mark: EventMark(time: time("2026-11-20T08:30:00Z"), eventID: "e"),
        lastSeen: time("2026-11-20T08:30:00Z"),
        source: .event
    )
}

func instances(_ count: Int, of account: AccountID = consumer) -> [UsageRow] {
    (0..<count).map { row(.instance(.init(checked: "i-\(100_000 + $0)")), of: account) }
}

func launchConfiguration(_ name: String, of account: AccountID = consumer) -> UsageRow {
    row(.launchConfiguration(.init(checked: name)), of: account)
}

func version(_ number: Int, of account: AccountID = consumer, named name: String? = "web") -> UsageRow {
    row(.launchTemplateVersion(SampleTests.template, number), of: account, named: name)
}

func summary(_ rows: [UsageRow], limit: Int = 50) -> UsageSummary {
    var summary = UsageSummary(account: rows.first?.key.account ?? consumer, limit: limit)
    for row in rows { summary.add(row) }
    return summary
}
