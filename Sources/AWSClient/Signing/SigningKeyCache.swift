import Synchronization

/// Derived signing keys. A key depends on secret, day, region and service, so one derivation serves a whole day.
public final class SigningKeyCache: Sendable {
    private struct Scope: Equatable {
        let secretAccessKey: String
        let day: String
        let region: String
        let service: String
    }

    private struct State {
        /// The one used last is the first: there are few, and mostly the same is used again.
        var keys: [(scope: Scope, key: HMACKey)] = []
    }

    /// More scopes than this (a long-running process with many roles and regions) empty the cache.
    private static let maximumKeys = 64
    private let state = Mutex(State())

    public init() {}

    /// The signature of a string to sign: 32 bytes.
    func signature(
        of text: [UInt8],
        secretAccessKey: String,
        day: String,
        region: String,
        service: String
    ) -> [UInt8] {
        let scope = Scope(secretAccessKey: secretAccessKey, day: day, region: region, service: service)
        return state.withLock { state in
            if let index = state.keys.firstIndex(where: { $0.scope == scope }) {
                if index > 0 { state.keys.swapAt(0, index) }
            } else {
                let key = Self.key(secretAccessKey: secretAccessKey, day: day, region: region, service: service)
                if state.keys.count >= Self.maximumKeys { state.keys.removeAll() }
                state.keys.insert((scope, HMACKey(key)), at: 0)
            }
            return state.keys[0].key.code(of: text)
        }
    }

    /// The signing key of <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>.
    static func key(secretAccessKey: String, day: String, region: String, service: String) -> [UInt8] {
        [day, region, service, "aws4_request"].reduce(Array("AWS4\(secretAccessKey)".utf8)) { key, text in
            HMACKey(key).code(of: text.utf8)
        }
    }
}
