import CCrypto
import CCurl
import Glibc
import Synchronization

/// The certificate authorities that a TLS server's chain may end in.
///
/// Parsing a system bundle takes longer than everything else a function does at start, so that by default only Amazon's own
/// roots are loaded, and the system's bundle once, when a chain does not verify with them (other partitions, a proxy's
/// certificate). The parsed store is shared by all connections.
public final class TrustStore: Sendable {
    public enum Source: Sendable {
        /// Amazon Trust Services, then the system's bundle.
        case amazonThenSystem
        /// A file of PEM certificates, alone.
        case file(String)
    }

    /// Where Linux distributions keep their bundle.
    static let systemBundles = [
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/ssl/cert.pem",
    ]

    private struct State {
        var store: ThreadSafePointer<OpaquePointer>?
        var usesSystem = false
    }

    private let source: Source
    /// Where the source comes from, for errors.
    private let setting: String?
    private let state = Mutex(State())

    public convenience init(_ source: Source = .amazonThenSystem) {
        self.init(source, setting: nil)
    }

    private init(_ source: Source, setting: String?) {
        self.source = source
        self.setting = setting
    }

    /// `AWS_CA_BUNDLE` where it is set, else the default.
    public static func fromEnvironment() -> TrustStore {
        let setting = "AWS_CA_BUNDLE"
        guard let path = getenv(setting).map({ String(cString: $0) }), !path.isEmpty else { return TrustStore() }
        return TrustStore(.file(path), setting: setting)
    }

    /// Parses the certificates now rather than at the first connection.
    ///
    /// - Throws: ``HTTPError/Code-swift.enum/tls`` where the file cannot be read, or has no certificate.
    public func load() throws(HTTPError) {
        if loadedStore() == nil { throw unusable }
    }

    private var unusable: HTTPError {
        let what =
            switch source {
            case .amazonThenSystem: "Amazon's certificates"
            case .file(let path): "\(setting.map { "\($0): " } ?? "")\(path)"
            }
        return HTTPError(code: .tls, message: "\(what) cannot be read as certificates in PEM format")
    }

    /// Whether connections made now are verified against the system's bundle.
    var usesSystem: Bool { state.withLock { $0.usesSystem } }

    /// Turns to the system's bundle, once; a store read from a file stays as it is.
    func fallBackToSystem() {
        guard case .amazonThenSystem = source else { return }
        state.withLock { state in
            guard !state.usesSystem else { return }
            state.usesSystem = true
            let bundles = Self.systemBundles.lazy.compactMap { Self.read($0) }
            state.store = bundles.compactMap { Self.parse($0) }.first ?? state.store
        }
    }

    private func loadedStore() -> OpaquePointer? {
        state.withLock { state in
            if state.store == nil {
                switch source {
                case .amazonThenSystem: state.store = Self.parse(Array(amazonRootCertificates.utf8))
                case .file(let path): state.store = Self.read(path).flatMap { Self.parse($0) }
                }
            }
            return state.store?.pointer
        }
    }

    /// Makes a transfer verify its server against this store, and no other.
    ///
    /// - Returns: what is wrong, where there is no store: then no server can be trusted.
    func configure(_ handle: UnsafeMutableRawPointer) -> HTTPError? {
        ccurl_set_pointer(handle, CURLOPT_CAINFO, nil)
        ccurl_set_pointer(handle, CURLOPT_CAPATH, nil)
        guard let store = loadedStore() else { return unusable }
        ccurl_set_tls_callback(handle) { _, context, store in
            SSL_CTX_set1_cert_store(context.map { OpaquePointer($0) }, store.map { OpaquePointer($0) })
            return CURLE_OK
        }
        ccurl_set_pointer(handle, CURLOPT_SSL_CTX_DATA, UnsafeRawPointer(store))
        return nil
    }

    /// A store of the PEM certificates in `bytes`; `nil` when there is none.
    private static func parse(_ bytes: [UInt8]) -> ThreadSafePointer<OpaquePointer>? {
        guard let store = X509_STORE_new() else { return nil }
        var count = 0
        bytes.withUnsafeBytes { buffer in
            guard let source = BIO_new_mem_buf(buffer.baseAddress, Int32(clamping: buffer.count)) else { return }
            defer { BIO_free(source) }
            while let certificate = PEM_read_bio_X509(source, nil, nil, nil) {
                if X509_STORE_add_cert(store, certificate) == 1 { count += 1 }
                X509_free(certificate)
            }
            // The end of the input is reported as an error, which the next call on this thread must not see.
            ERR_clear_error()
        }
        guard count > 0 else {
            X509_STORE_free(store)
            return nil
        }
        return ThreadSafePointer(pointer: store)
    }

    private static func read(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return count == 0 ? bytes : nil }
            bytes.append(contentsOf: buffer[..<count])
        }
    }
}
