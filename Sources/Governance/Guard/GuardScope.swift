import LambdaRuntime

/// Which images the guard looks after.
public enum GuardScope: Hashable, Sendable {
    case off
    case tagged(key: String, value: String)
    case all
    /// No image any more: whatever protection the guard gave is taken away again, used or not.
    case release

    /// - Parameters:
    ///   - mode: `off` (also nil), `tagged`, `all` or `release`.
    ///   - tag: For `tagged`: `key=value`; the key ends at the first equals sign.
    public init(mode: String?, tag: String?) throws(ConfigurationError) {
        switch mode {
        case nil, "off": self = .off
        case "all": self = .all
        case "release": self = .release
        case "tagged":
            let parts = (tag ?? "").split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw ConfigurationError(message: "GUARD_TAG is not key=value")
            }
            self = .tagged(key: String(parts[0]), value: String(parts[1]))
        default: throw ConfigurationError(message: "GUARD is not off, tagged, all or release")
        }
    }

    /// As it is set.
    public var name: String {
        switch self {
        case .off: "off"
        case .tagged: "tagged"
        case .all: "all"
        case .release: "release"
        }
    }
}
