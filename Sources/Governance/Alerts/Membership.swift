/// The organization and the organizational units that an account belongs to, as far as it is known.
public enum Membership: Hashable, Sendable {
    case unknown
    case known([Principal])

    /// Reads what is kept for the account: ARNs of its organization and its organizational units, the ones above them
    /// included. What is no such ARN is left out; where nothing remains, nothing is known.
    public init(arns: [String]) {
        let principals = arns.compactMap { text in
            let text = String(text.trimmingSpaces)
            return Principal(organizationARN: text) ?? Principal(organizationalUnitARN: text)
        }
        self = principals.isEmpty ? .unknown : .known(principals)
    }

    /// Whether what is known tells if the account belongs to this organization or unit. Who is known to be in an
    /// organization, but in no unit of it, may be in any.
    public func decides(_ principal: Principal) -> Bool {
        guard case .known(let principals) = self else { return false }
        guard case .organizationalUnit = principal else { return true }
        let related = principals.filter { $0.organizationID == principal.organizationID }
        return related.isEmpty || related.contains { if case .organizationalUnit = $0 { true } else { false } }
    }

    /// Whether the account is known to belong to this organization or unit. Who belongs to a unit belongs to its
    /// organization.
    public func includes(_ principal: Principal) -> Bool {
        guard case .known(let principals) = self else { return false }
        if principals.contains(principal) { return true }
        guard case .organization = principal else { return false }
        return principals.contains { $0.organizationID == principal.organizationID }
    }
}

extension String {
    var trimmingSpaces: Substring {
        let isSpace: (Character) -> Bool = { $0.isWhitespace }
        guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) })
        else { return "" }
        return self[first...last]
    }
}
