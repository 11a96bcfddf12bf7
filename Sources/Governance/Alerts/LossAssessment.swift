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
    public let loss: ImageLoss
    /// The principals that have the image after the loss.
    public let remaining: Set<Principal>
    /// The accounts that the loss takes a share of their own from, as far as shares are known.
    public let accounts: Set<AccountID>
    /// Since when they had it.
    public let possessions: [AccountID: Possession]

    /// - Parameters:
    ///   - shares: what is known now of the image's principals. It may or may not have this loss in it already; a share
    ///     newer than the loss counts, one of the same second does not. Times are those of ``Occurrence/order``.
    ///   - image: what is known of the image. A state change is stamped seconds after the call that it reports: where the
    ///     call is known, its time counts.
    public init(_ loss: ImageLoss, shares: [ShareRecord], image: ImageRecord?) {
        self.loss = loss
        let time = Self.time(of: loss, image)
        remaining = Set(
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
        let lost: [Principal] =
            switch loss.scope {
            case .everyone: shares.filter { $0.permission.status == .shared && $0.status != .shared }.map(\.principal)
            case .principals(let principals): principals
            }
        let accounts = Set(lost.compactMap(\.account))
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

    /// Whether the verdict depends on what the account belongs to.
    public func needsMembership(of account: AccountID) -> Bool {
        verdict(for: account, .unknown) == .alarmed(isMembershipUnknown: true)
    }

    public func verdict(for account: AccountID, _ membership: Membership) -> LossVerdict {
        // Organizations and units of which it would have to be known whether the account belongs to them.
        var deciding = remaining.filter(Self.isMembership)
        if case .principals(let lost) = loss.scope, !lost.contains(.all), !lost.contains(.account(account)) {
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
        if account == loss.creator, loss.status == .removed { return .ownership }
        if remaining.contains(.account(account)) { return .ownShare }
        if remaining.contains(.all) { return .everyone }
        return remaining.filter { Self.isMembership($0) && membership.includes($0) }.min().map(Reach.membership)
    }
}
