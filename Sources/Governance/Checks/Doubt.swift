/// Why it is not known whether an image is used.
public indirect enum Doubt: Hashable, Sendable {
    /// Neither EC2 nor the tables know the image: most likely its id is mistyped.
    case noSuchImage
    /// EC2 does not tell whom the image is shared with; there may be accounts that the share recorder never heard of.
    case sharesNotKnown(reason: String)
    case unreadableRows(Int)
    /// EC2 counts uses of accounts that it does not name: they may be of those asked about.
    case unnamedUses(Int)
    /// Shared with accounts that cannot be listed. `report`: of when EC2's report is, where it was asked for.
    case group(Principal, report: EventTime?)
    case noTracker(AccountID)
    case neverSwept(AccountID)
    case unreadableCoverage(AccountID, attribute: String)
    /// The last sweep began too long ago.
    case stale(AccountID, sweep: EventTime)
    /// The last sweep began before the account got the image.
    case sweptBeforeShare(AccountID, sweep: EventTime, share: EventTime)
    /// The last sweep began before the account was found to have the image; no event told since when it has it.
    case sweptBeforeFound(AccountID, sweep: EventTime, found: EventTime)
    /// The last sweep began before the account lost the image.
    case sweptBeforeLoss(AccountID, sweep: EventTime, loss: EventTime)
    /// Nothing is recorded of when the account got the image, so that no sweep is known to be later. `isLost`: it has it no
    /// longer.
    case shareNotRecorded(AccountID, isLost: Bool)
    /// It is not known when the image was made, so that no sweep of its owner is known to be later.
    case creationNotKnown(AccountID)
    case skippedSections(AccountID, [String])
    /// A doubt about an account that has the image no longer, and may have gone on to use it.
    case former(Doubt, until: EventTime)
    /// Accounts that cannot be listed had the image.
    case formerGroup(Principal, until: EventTime, report: EventTime?)
    /// The image is older than what was recorded of shares.
    case olderThanRecords(created: EventTime, recorded: EventTime, report: EventTime?)
    /// The image is older than what was recorded of shares, and was then taken from everybody by an event that names nobody.
    case revokedFromUnknown(at: EventTime, report: EventTime)
    /// Whether the image is older than what was recorded of shares is not known.
    case ageNotKnown(reason: String)

    /// Why the use by an account is not known well; none where it is.
    static func doubts(about coverage: AccountCoverage) -> [Doubt] {
        let account = coverage.account
        var doubts: [Doubt] = []
        switch (coverage.entry, coverage.lastSweep?.started, coverage.staleness) {
        case (nil, _, _): doubts.append(.noTracker(account))
        case (.unreadable(let attribute), _, _): doubts.append(.unreadableCoverage(account, attribute: attribute))
        case (_, nil, _): doubts.append(.neverSwept(account))
        case (_, .some, nil): break
        case (_, let sweep?, .tooOld): doubts.append(.stale(account, sweep: sweep))
        case (_, let sweep?, .before(let share)):
            doubts.append(.sweptBeforeShare(account, sweep: sweep, share: share))
        case (_, let sweep?, .beforeFound(let found)):
            doubts.append(.sweptBeforeFound(account, sweep: sweep, found: found))
        case (_, let sweep?, .beforeLoss(let loss)):
            doubts.append(.sweptBeforeLoss(account, sweep: sweep, loss: loss))
        case (_, .some, .shareNotRecorded(let isLost)): doubts.append(.shareNotRecorded(account, isLost: isLost))
        case (_, .some, .creationNotKnown): doubts.append(.creationNotKnown(account))
        }
        if !coverage.missingSections.isEmpty { doubts.append(.skippedSections(account, coverage.missingSections)) }
        return doubts
    }
}

extension Doubt {
    /// Whether it stays, where it comes from what is recorded alone, whatever EC2 and its report say of the image: EC2 can
    /// tell of more shares, and of an earlier time by which the owner had the image; its report settles what has ended.
    func stands(whateverEC2SaysOfImagesOf owner: AccountID?) -> Bool {
        switch self {
        case .group, .noTracker, .neverSwept, .unreadableCoverage, .stale, .skippedSections: true
        case .sweptBeforeShare(let account, _, _), .sweptBeforeFound(let account, _, _): account != owner
        case .noSuchImage, .sharesNotKnown, .unreadableRows, .unnamedUses, .sweptBeforeLoss, .shareNotRecorded,
            .creationNotKnown,
            .former,
            .formerGroup, .olderThanRecords, .revokedFromUnknown, .ageNotKnown:
            false
        }
    }
}

extension Doubt: CustomStringConvertible {
    /// One sentence, without a full stop.
    public var description: String {
        switch self {
        case .noSuchImage:
            "EC2 knows no such image in this account and region, and nothing was ever recorded of who had it"
        case .sharesNotKnown(let reason):
            "EC2 does not tell whom the image is shared with (\(reason))"
        case .unreadableRows(let count):
            "\(count) row\(count == 1 ? "" : "s") of the usage table cannot be read"
        case .unnamedUses(let count):
            "EC2 counts \(count) use\(count == 1 ? "" : "s") of accounts that it does not name, and the usage table has none of "
                + "other accounts for \(count == 1 ? "it" : "them")"
        case .group(let principal, let report):
            "the image is \(principal.reached): "
                + (report.map { "EC2's report of \($0.readable) may lack what its accounts began in the days before" }
                    ?? "not every account that has it is known")
        case .noTracker(let account):
            "account \(account) has no usage tracker"
        case .neverSwept(let account):
            "account \(account) has never been swept completely"
        case .unreadableCoverage(let account, let attribute):
            "what account \(account) notes of its sweeps cannot be read: \(attribute)"
        case .stale(let account, let sweep):
            "the last complete sweep of account \(account) began at \(sweep.readable), which is too long ago"
        case .sweptBeforeShare(let account, let sweep, let share):
            "the last complete sweep of account \(account) began at \(sweep.readable), "
                + "before it got the image at \(share.readable)"
        case .sweptBeforeFound(let account, let sweep, let found):
            "the last complete sweep of account \(account) began at \(sweep.readable), before the account was found to have "
                + "the image at \(found.readable); no event told since when"
        case .sweptBeforeLoss(let account, let sweep, let loss):
            "the last complete sweep of account \(account) began at \(sweep.readable), before it lost the image at "
                + "\(loss.readable): its next sweep settles this"
        case .shareNotRecorded(let account, isLost: false):
            "it is not recorded since when account \(account) has the image, so that no sweep is known to be later: the "
                + "deregistration checker records it when it next looks at the image, within a day"
        case .shareNotRecorded(let account, isLost: true):
            "it is not recorded since when account \(account) had the image: a sweep that begins after it lost it settles this"
        case .creationNotKnown(let account):
            "it is not known when the image was made, so that no sweep of its owner, account \(account), is known to be later"
        case .skippedSections(let account, let sections):
            "the last sweep of account \(account) had to leave out: "
                + Display.line(sections.joined(separator: ", "), limit: 400)
        case .former(let doubt, _) where doubt.tellsLoss: doubt.description
        case .former(let doubt, let until):
            "\(doubt); it had the image until \(until.readable)"
        case .formerGroup(let principal, let until, let report):
            "the image was \(principal.reached) until \(until.readable): " + Self.whatAReportWouldTell(report)
        case .olderThanRecords(let created, let recorded, let report):
            "the image is of \(created.readable), shares are recorded since \(recorded.readable): accounts that lost it "
                + "before are not known; " + Self.whatAReportWouldTell(report)
        case .revokedFromUnknown(let revoked, let report):
            "the image is older than the records of shares, and was taken from everybody at \(revoked.readable), perhaps from "
                + "accounts that are not known: " + Self.whatAReportWouldTell(report)
        case .ageNotKnown(let reason):
            "it is not known whether the image is older than the records of its shares (\(reason))"
        }
    }

    private var tellsLoss: Bool { if case .sweptBeforeLoss = self { true } else { false } }

    private static func whatAReportWouldTell(_ report: EventTime?) -> String {
        guard let report else { return "what they still use only EC2's usage report tells" }
        return "EC2's report of \(report.readable) is too early to have all they began until then"
    }
}

extension Principal {
    /// "public", "shared with organization#…"
    fileprivate var reached: String {
        self == .all ? "public" : "shared with \(Display.line(description))"
    }
}
