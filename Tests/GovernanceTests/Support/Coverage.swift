@testable import Governance

/// The moment at which these tests ask.
let asked = time("2026-11-20T10:00:00Z")

/// What an account's tracker notes after a complete sweep.
func swept(
    _ account: AccountID,
    at started: String = "2026-11-20T08:00:00Z",
    skipped: [String] = [],
    resources: Int = 7
) -> CoverageRecord {
    CoverageRecord(
        account: account,
        region: region,
        lastSweep: .init(
            started: time(started),
            completed: time(started).advanced(bySeconds: 60),
            skipped: skipped,
            resources: resources
        ),
        lastEvent: time("2026-11-20T09:30:00Z"),
        lastEventHandled: time("2026-11-20T09:30:02Z")
    )
}

/// An account's coverage, by default a sweep two hours ago.
func covered(_ account: AccountID, _ entry: CoverageEntry?) -> AccountCoverage {
    AccountCoverage(of: account, entry, now: asked, maximumAgeHours: 48)
}

func covered(_ account: AccountID) -> AccountCoverage { covered(account, .record(swept(account))) }

/// A share that is in force.
func share(
    _ principal: Principal,
    since shared: String = "2026-11-01T08:00:00Z",
    of shareImage: ImageID = image
) -> ShareRecord {
    let occurrence = Occurrence(time: time(shared), eventID: "e", eventName: "ModifyImageAttribute", actor: nil)
    return ShareRecord(
        image: shareImage,
        principal: principal,
        region: region,
        permission: Sighting(.shared, occurrence),
        firstShared: occurrence.time
    )
}

/// A share that no event told of.
func found(_ principal: Principal, at time: EventTime) -> ShareRecord {
    ShareRecord(
        image: image,
        principal: principal,
        region: region,
        permission: Sighting(.shared, .found(at: time)),
        firstShared: time
    )
}
