/// By what an account still reaches an image.
public enum Reach: Hashable, Sendable {
    case ownership
    case ownShare
    case everyone
    /// By an organization or an organizational unit that it is known to belong to.
    case membership(Principal)
}

/// What a loss means for one account that uses the image.
public enum LossVerdict: Hashable, Sendable {
    /// The account no longer reaches the image. `isMembershipUnknown`: or so it must be assumed; were its organization
    /// and units known, it might turn out otherwise.
    case alarmed(isMembershipUnknown: Bool)
    case stillReached(Reach)
    /// The loss is not this account's.
    case unaffected
}

/// Decides for each account that uses an image what a loss means for it.
public struct LossAssessment: Sendable {
    /// The loss; of the principals that it names, those that had the image.
    public let loss: ImageLoss
    /// All principals that it names, where some had lost the image before: by what is recorded, their launch permission was taken
    /// away once more. The event of a share in between may be late.
    private let named: [Principal]?
    /// When it happened: where a state change reports a call that is known, the call's time.
    public let time: EventTime
    /// The principals that have the image after the loss.
    public let remaining: Set<Principal>
    /// The accounts that the loss takes a share of their own from, as far as shares are known.
    public let accounts: Set<AccountID>
    /// Since when they had it.
    public let possessions: [AccountID: Possession]
    /// Whether it takes the image from others than ``accounts`` as well: the members of an organization or unit, the public.
    public let concernsGroups: Bool
    /// Whether the image was enabled, or restored, since: its owner can launch it again.
    let isThereAgain: Bool
    /// The accounts of which the last that is known is that they lost a share of their own later than by this loss.
    public let lostLater: Set<AccountID>

    /// - Parameters:
    ///   - shares: what is known now of the image's principals. It may or may not have this loss in it already; a share
    ///     newer than the loss counts, one of the same second does not. Times are those of ``Occurrence/order``.
    ///   - image: what is known of the image. A state change is stamped seconds after the call that it reports: where the
    ///     call is known, its time counts.
    public init(_ loss: ImageLoss, shares: [ShareRecord], image: ImageRecord?) {
        let time = Self.time(of: loss, image)
        let whole = loss
        let loss = whole.excluding(
            Set(shares.filter { $0.permission.status == .removed && $0.orderSince < time }.map(\.principal))
        )
        (self.loss, self.time) = (loss, time)
        if loss != whole, case .principals(let principals) = whole.scope { named = principals } else { named = nil }
        let state = image?.states.effective
        isThereAgain = state.map { $0.status == .available && $0.occurrence.order > time } ?? false
        let remaining = Set(
            shares.filter { share in
                guard share.status == .shared else { return false }
                let isTaken =
                    switch loss.scope {
                    case .everyone: true
                    case .principals(let principals): principals.contains(share.principal)
                    }
                return !isTaken || share.permission.occurrence.order > time
            }.map(\.principal)
        )
        self.remaining = remaining
        let lost: [Principal] =
            switch loss.scope {
            case .everyone:
                shares.filter { $0.permission.status == .shared }.map(\.principal)
                    .filter { !remaining.contains($0) }
            case .principals(let principals): principals
            }
        let accounts = Set(lost.compactMap(\.account))
        concernsGroups = lost.contains { $0.account == nil }
        lostLater = Set(
            shares.filter { share in
                // The other report of being disabled or deregistered is minutes away.
                let isReportedTwice = loss.status != .removed && share.status == loss.status
                let later = share.orderSince.milliseconds - time.milliseconds
                return share.status != .shared && later > (isReportedTwice ? AlertRecord.sameLossSeconds * 1000 : 0)
            }.compactMap(\.principal.account)
        )
        let recorded = Dictionary(shares.map { ($0.principal, $0.possession) }) { first, _ in first }
        possessions = Dictionary(
            uniqueKeysWithValues: accounts.map { account in
                let possession = recorded[.account(account)] ?? .notRecorded(isLost: true)
                // Its own image is the owner's without a share.
                return (account, possession.time == nil && account == loss.creator ? .noMatter : possession)
            }
        )
        self.accounts = accounts
    }

    private static func time(of loss: ImageLoss, _ image: ImageRecord?) -> EventTime {
        let seen = Sighting(loss.status, loss.occurrence)
        guard !loss.occurrence.isCall, let call = image?.revocations.call,
            let effective = Sightings(call: call, stateChange: seen).effective, effective.status == seen.status
        else { return loss.occurrence.order }
        return effective.occurrence.order
    }

    private static func isMembership(_ principal: Principal) -> Bool { principal.organizationID != nil }

    /// Whether the account must be told, unless its membership speaks against it.
    func concerns(_ account: AccountID) -> Bool {
        guard case .alarmed = verdict(for: account, .unknown) else { return false }
        return true
    }

    /// Whether the account would have to be told, had everybody whom the loss names had the image.
    func mayConcern(_ account: AccountID) -> Bool {
        guard let named, case .alarmed = verdict(for: account, .unknown, of: named) else { return false }
        return true
    }

    /// The accounts that the loss concerns, as far as they can be listed: of groups, those that have a usage tracker; and so the
    /// owner of an image that nobody can launch any more. What a later loss takes from an account's own share, that one tells.
    ///
    /// - Parameter tracked: The accounts that have a usage tracker.
    func awaited(tracked: Set<AccountID>) -> Set<AccountID> {
        var awaited = accounts
        if concernsGroups { awaited.formUnion(tracked) }
        if loss.status != .removed, tracked.contains(loss.creator) { awaited.insert(loss.creator) }
        return awaited.filter { concerns($0) && !lostLater.contains($0) }
    }

    /// Whether the verdict depends on what the account belongs to.
    public func needsMembership(of account: AccountID) -> Bool {
        verdict(for: account, .unknown) == .alarmed(isMembershipUnknown: true)
    }

    public func verdict(for account: AccountID, _ membership: Membership) -> LossVerdict {
        guard case .principals(let lost) = loss.scope else { return verdict(for: account, membership, of: nil) }
        return verdict(for: account, membership, of: lost)
    }

    /// - Parameter lost: Who lost the image; nil for everyone.
    private func verdict(for account: AccountID, _ membership: Membership, of lost: [Principal]?) -> LossVerdict {
        // Organizations and units of which it would have to be known whether the account belongs to them.
        var deciding = remaining.filter(Self.isMembership)
        if let lost, !lost.contains(.all), !lost.contains(.account(account)) {
            let units = lost.filter(Self.isMembership)
            if !units.contains(where: membership.includes) {
                guard units.contains(where: { !membership.decides($0) }) else { return .unaffected }
                deciding.formUnion(units)
            }
        }
        if let reach = reach(of: account, membership) { return .stillReached(reach) }
        return .alarmed(isMembershipUnknown: deciding.contains { !membership.decides($0) })
    }

    private func reach(of account: AccountID, _ membership: Membership) -> Reach? {
        if account == loss.creator, loss.status == .removed || isThereAgain { return .ownership }
        if remaining.contains(.account(account)) { return .ownShare }
        if remaining.contains(.all) { return .everyone }
        return remaining.filter { Self.isMembership($0) && membership.includes($0) }.min().map(Reach.membership)
    }
}
