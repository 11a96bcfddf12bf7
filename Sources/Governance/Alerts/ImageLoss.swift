/// An event by which principals lose an image.
public struct ImageLoss: Hashable, Sendable {
    public enum Scope: Hashable, Sendable {
        case principals([Principal])
        /// Every principal, whether it is known or not.
        case everyone
    }

    public let image: ImageID
    public let region: Region
    /// The account that owns the image.
    public let creator: AccountID
    /// `removed`, `disabled` or `deregistered`.
    public let status: ShareStatus
    public let scope: Scope
    public let occurrence: Occurrence

    public init(
        image: ImageID,
        region: Region,
        creator: AccountID,
        status: ShareStatus,
        scope: Scope,
        occurrence: Occurrence
    ) {
        self.image = image
        self.region = region
        self.creator = creator
        self.status = status
        self.scope = scope
        self.occurrence = occurrence
    }

    /// - Returns: nil where nobody loses anything.
    public init?(_ event: GovernanceEvent) {
        guard let changes = ShareChanges(event) else { return nil }
        let status: ShareStatus
        let scope: Scope
        if let revocation = changes.imageChange?.revocations.effective {
            (status, scope) = (revocation.status, .everyone)
        } else {
            let removed = changes.permissions.filter { $0.permission.status == .removed }.map(\.principal)
            guard !removed.isEmpty else { return nil }
            (status, scope) = (.removed, .principals(removed))
        }
        self.init(
            image: changes.image,
            region: changes.region,
            creator: event.account,
            status: status,
            scope: scope,
            occurrence: event.occurrence
        )
    }

    /// The same text for every report of the same loss, together with its time (``AlertRecord/sameLossSeconds``): a removal
    /// is reported by one event, being disabled or deregistered by a call and by a state change, or found with EC2. A removal
    /// that was found has no event of its own: the time tells one end of an image's shares from another. Its event, should
    /// it come after all, is another report, by another text.
    public var identity: String {
        guard status == .removed else { return status.rawValue }
        return "removed#\(occurrence.eventID)" + (occurrence.isFound ? "#\(occurrence.time)" : "")
    }

    /// Who took it away, as far as is known.
    var whoDidIt: String {
        if let actor = occurrence.actor { return actor }
        guard occurrence.isFound else { return "not known: EC2 reported only the change of state" }
        let found =
            switch status {
            case .deregistered: "EC2 was found not to have the image any more"
            case .disabled: "EC2 was found to have the image disabled"
            case .removed, .shared: "EC2 was found not to list the launch permission any more"
            }
        return "not known: no event told of it; " + found
    }

    /// When, as far as is known.
    var when: String {
        let time = occurrence.time.readable
        guard occurrence.isFound else { return time }
        switch status {
        case .deregistered, .disabled: return "not known: EC2 no longer listed the image on \(time)"
        case .removed, .shared: return "not known: it had happened by \(time)"
        }
    }

    /// The loss without principals that had lost the image before: their launch permission was taken away once more.
    func excluding(_ principals: Set<Principal>) -> ImageLoss {
        guard case .principals(let named) = scope, named.contains(where: principals.contains) else { return self }
        return ImageLoss(
            image: image,
            region: region,
            creator: creator,
            status: status,
            scope: .principals(named.filter { !principals.contains($0) }),
            occurrence: occurrence
        )
    }

    /// The principals that lost the image and may concern the account: never another account.
    public func principals(concerning account: AccountID) -> [Principal] {
        guard case .principals(let principals) = scope else { return [] }
        return principals.filter { principal in
            if case .account(let other) = principal { other == account } else { true }
        }
    }
}
