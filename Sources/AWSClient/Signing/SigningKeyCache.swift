import Synchronization

/// Derived signing keys. A key depends on secret, day, region and service, so one derivation serves a whole day.
public final class SigningKeyCache: Sendable {
    private struct Scope: Hashable {
        let secretAccessKey: String
        let day: String
        let region: String
        let service: String
    }

    private struct State {
        var keys: [Scope: [UInt8]] = [:]
    }

    /// More scopes than this (a long-running process with many roles and regions) empty the cache.
    private static let maximumKeys = 64
    private let state = Mutex(State())

    public init() {}

    /// The signing key of <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>.
    func key(secretAccessKey: String, day: String, region: String, service: String) -> [UInt8] {
        let scope = Scope(secretAccessKey: secretAccessKey, day: day, region: region, service: service)
        return state.withLock { state in
            if let key = state.keys[scope] { return key }
            var key = Digest.hmac(key: Array("AWS4\(secretAccessKey)".utf8), day)
            for text in [region, service, "aws4_request"] { key = Digest.hmac(key: key, text) }
            if state.keys.count >= Self.maximumKeys { state.keys.removeAll() }
            state.keys[scope] = key
            return key
        }
    }
}
