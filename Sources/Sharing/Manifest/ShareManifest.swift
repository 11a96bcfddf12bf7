import Governance

/// What is to be shared with whom: the wish, as its file says it.
///
/// Every key is known and every value checked; see ``ShareManifest/init(_:)`` in `ShareManifest+Decoding.swift`, and
/// docs/sharing.md for the file.
public struct ShareManifest: Hashable, Sendable {
    public let source: SourceAccount
    public let targets: [ShareTarget]
    /// SHA-256 of the file's values, placeholders filled in; comments and layout do not count.
    public let digest: String

    public init(source: SourceAccount, targets: [ShareTarget], digest: String = "") {
        self.source = source
        self.targets = targets
        self.digest = digest
    }

    /// Every region in which something is to be shared, sorted.
    public var regions: [Region] {
        Set(targets.flatMap { $0.groups.flatMap(\.regions) }).sorted()
    }
}

/// An account and how to get into it.
public struct AccountAccess: Hashable, Sendable {
    public let id: Positioned<AccountID>
    /// The account's alias in IAM; checked where it is given.
    public let alias: Positioned<String>?
    /// nil: with the credentials that the program itself has.
    public let role: RoleName?
    public let externalID: String?

    public init(id: Positioned<AccountID>, alias: Positioned<String>?, role: RoleName?, externalID: String?) {
        self.id = id
        self.alias = alias
        self.role = role
        self.externalID = externalID
    }
}

/// The account whose images are shared.
public struct SourceAccount: Hashable, Sendable {
    public let access: AccountAccess
    /// Set on every image that is shared.
    public let postShareTags: [String: String]

    public init(access: AccountAccess, postShareTags: [String: String]) {
        self.access = access
        self.postShareTags = postShareTags
    }
}

/// One with whom images are shared: an account, an organization or an organizational unit.
public struct ShareTarget: Hashable, Sendable {
    public let principal: Principal
    /// What the tag `SharedWith-<label>` calls it: the alias; where there is none, the account's, organization's or unit's
    /// id.
    public let label: String
    /// How to get into the account; nil for an organization or unit, in which nothing is done.
    public let access: AccountAccess?
    /// Whether the account gets grants for the keys of encrypted snapshots.
    public let grantsKeys: Bool
    /// Names of tags, with wildcards, that the account sets for itself: they are neither copied nor removed.
    public let keptTags: [Glob]
    /// Sorted by name.
    public let groups: [ImageGroup]

    public init(
        principal: Principal,
        label: String,
        access: AccountAccess?,
        grantsKeys: Bool,
        keptTags: [Glob],
        groups: [ImageGroup]
    ) {
        self.principal = principal
        self.label = label
        self.access = access
        self.grantsKeys = grantsKeys
        self.keptTags = keptTags
        self.groups = groups
    }

    /// The account's id where this is one.
    public var account: AccountID? {
        if case .account(let account) = principal { account } else { nil }
    }
}

/// Images that are chosen together: those that pass all filters, and of these the newest.
public struct ImageGroup: Hashable, Sendable {
    public let name: String
    /// Sorted.
    public let regions: [Region]
    public let filters: [ImageFilter]
    /// How many of the newest images; nil for all.
    public let newest: Int?
    public let maximumAge: MaximumAge?
    public let nameGlob: Glob?

    public init(
        name: String,
        regions: [Region],
        filters: [ImageFilter],
        newest: Int? = 1,
        maximumAge: MaximumAge? = nil,
        nameGlob: Glob? = nil
    ) {
        self.name = name
        self.regions = regions
        self.filters = filters
        self.newest = newest
        self.maximumAge = maximumAge
        self.nameGlob = nameGlob
    }
}

/// A condition on an image.
public struct ImageFilter: Hashable, Sendable {
    public enum Property: Hashable, Sendable {
        case tag(String)
        case name
        case id

        /// `tag:<name>`, `AMIName` or `ID`.
        public init?(_ text: String) {
            switch text {
            case "AMIName": self = .name
            case "ID": self = .id
            default:
                guard text.hasPrefix("tag:"), TagRules.isName(String(text.dropFirst(4))) else { return nil }
                self = .tag(String(text.dropFirst(4)))
            }
        }
    }

    public let property: Property
    /// What the property has to equal, letter by letter.
    public let value: String
    /// Whether the property must not equal the value. A tag that the image does not have equals no value.
    public let isInverted: Bool

    public init(property: Property, value: String, isInverted: Bool = false) {
        self.property = property
        self.value = value
        self.isInverted = isInverted
    }
}
