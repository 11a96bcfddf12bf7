import Governance

/// What one step changes: what is there now, and what will be.
///
/// Each is small and can be read back, so a step that is repeated, or taken back, knows what is left of it to do.
public enum StateChange: Hashable, Sendable {
    /// Whether the step's image may be launched by a principal.
    case launchPermission(Principal, Transition<Bool>)
    /// Whether an account may make volumes of a snapshot.
    case volumePermission(SnapshotID, AccountID, Transition<Bool>)
    /// Whether an account has the grant of that name for a key, an ARN.
    case keyGrant(key: String, AccountID, Transition<Bool>)
    /// Tags of an image or snapshot, as the account sees them; of one resource, several at a time.
    case tags(resource: String, account: AccountID, [TagChange])

    public struct Transition<Value: Hashable & Sendable>: Hashable, Sendable {
        public let now: Value
        public let then: Value

        public init(now: Value, then: Value) {
            self.now = now
            self.then = then
        }
    }

    /// A tag's value before and after; nil where it is not there.
    public struct TagChange: Hashable, Sendable {
        public let name: String
        public let now: String?
        public let then: String?

        public init(_ name: String, now: String?, then: String?) {
            self.name = name
            self.now = now
            self.then = then
        }
    }

    /// What takes the change back.
    public var inverse: StateChange {
        switch self {
        case .launchPermission(let principal, let change): .launchPermission(principal, change.inverse)
        case .volumePermission(let snapshot, let account, let change):
            .volumePermission(snapshot, account, change.inverse)
        case .keyGrant(let key, let account, let change): .keyGrant(key: key, account, change.inverse)
        case .tags(let resource, let account, let changes):
            .tags(
                resource: resource,
                account: account,
                changes.map { TagChange($0.name, now: $0.then, then: $0.now) }
            )
        }
    }
}

extension StateChange.Transition {
    var inverse: Self { Self(now: then, then: now) }
}

extension StateChange.Transition where Value == Bool {
    /// From absent to present.
    public static var granted: Self { Self(now: false, then: true) }
    /// From present to absent.
    public static var revoked: Self { Self(now: true, then: false) }
}
