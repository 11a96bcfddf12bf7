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
    /// In the order in which they are looked for; the system's where it is nil.
    private let bundles: [String]?
    private let state = Mutex(State())

    public convenience init(_ source: Source = .amazonThenSystem) {
        self.init(source, setting: nil)
    }

    /// The default, with other files in place of the system's bundles.
    convenience init(bundles: [String]) {
        self.init(.amazonThenSystem, setting: nil, bundles: bundles)
    }

    private init(_ source: Source, setting: String?, bundles: [String]? = nil) {
        self.source = source
        self.setting = setting
        self.bundles = bundles
    }

    /// `AWS_CA_BUNDLE` where it is set, else the default.
    public static func fromEnvironment() -> TrustStore {
        let setting = "AWS_CA_BUNDLE"
        guard let path = getenv(setting).map({ String(cString: $0) }), !path.isEmpty else { return TrustStore() }
        return TrustStore(.file(path), setting: setting)
    }

    /// Parses the certificates now rather than at the first connection.
    ///
    /// - Throws: ``HTTPError/Code-swift.enum/tls`` where the file cannot be read, has no certificate, or a malformed one.
    public func load() throws(HTTPError) {
        _ = try loadedStore()
    }

    /// - Parameter number: Of the certificate that is malformed, from 1; nil where there is none.
    private func unusable(malformed number: Int? = nil) -> HTTPError {
        let what =
            switch source {
            case .amazonThenSystem: "Amazon's certificates"
            case .file(let path): "\(setting.map { "\($0): " } ?? "")\(path)"
            }
        let why = number.map { ": number \($0) is malformed" } ?? ""
        return HTTPError(code: .tls, message: "\(what) cannot be read as certificates in PEM format\(why)")
    }

    /// Whether connections made now are verified against the system's bundle.
    var usesSystem: Bool { state.withLock { $0.usesSystem } }

    /// Turns to the system's bundle, once; a store read from a file stays as it is. A bundle that is missing, empty or malformed
    /// is passed over.
    func fallBackToSystem() {
        guard case .amazonThenSystem = source else { return }
        state.withLock { state in
            guard !state.usesSystem else { return }
            state.usesSystem = true
            let bundles = (bundles ?? Self.systemBundles).lazy.compactMap { Self.read($0) }
            state.store = bundles.compactMap { Self.parse($0).store }.first ?? state.store
        }
    }

    private func loadedStore() throws(HTTPError) -> OpaquePointer {
        try state.withLock { state throws(HTTPError) in
            if let store = state.store { return store.pointer }
            let bytes =
                switch source {
                case .amazonThenSystem: Array(amazonRootCertificates.utf8)
                case .file(let path): Self.read(path) ?? []
                }
            switch Self.parse(bytes) {
            case .store(let store):
                state.store = store
                return store.pointer
            case .none: throw unusable()
            case .malformed(let number): throw unusable(malformed: number)
            }
        }
    }

    /// Makes a transfer verify its server against this store, and no other.
    ///
    /// - Returns: what is wrong, where there is no store: then no server can be trusted.
    func configure(_ handle: UnsafeMutableRawPointer) -> HTTPError? {
        ccurl_set_pointer(handle, CURLOPT_CAINFO, nil)
        ccurl_set_pointer(handle, CURLOPT_CAPATH, nil)
        let store: OpaquePointer
        do throws(HTTPError) { store = try loadedStore() } catch { return error }
        // libcurl from 7.87 up to 8.2 keeps, for all connections of the loop, the store that the first callback has set, and puts
        // it in the place of what later ones set (curl pull request 11805): the system's bundle would never be asked.
        ccurl_set_long(handle, CURLOPT_CA_CACHE_TIMEOUT, 0)
        ccurl_set_tls_callback(handle) { _, context, store in
            SSL_CTX_set1_cert_store(context.map { OpaquePointer($0) }, store.map { OpaquePointer($0) })
            return CURLE_OK
        }
        ccurl_set_pointer(handle, CURLOPT_SSL_CTX_DATA, UnsafeRawPointer(store))
        return nil
    }

    /// What a text comes to.
    private enum Parsed {
        case store(ThreadSafePointer<OpaquePointer>)
        /// There is no certificate in it.
        case none
        /// The certificate of this number, from 1, cannot be read: what follows it would be missing from the store.
        case malformed(number: Int)

        var store: ThreadSafePointer<OpaquePointer>? {
            if case .store(let store) = self { store } else { nil }
        }
    }

    /// A store of the PEM certificates in `bytes`, of which every single one must be well-formed.
    private static func parse(_ bytes: [UInt8]) -> Parsed {
        guard !bytes.isEmpty, let store = X509_STORE_new() else { return .none }
        var count = 0
        let isWhole = bytes.withUnsafeBytes { buffer in
            guard let source = BIO_new_mem_buf(buffer.baseAddress, Int32(clamping: buffer.count)) else { return false }
            defer {
                BIO_free(source)
                // The end of the input is reported as an error, which the next call on this thread must not see.
                ERR_clear_error()
            }
            while let certificate = PEM_read_bio_X509(source, nil, nil, nil) {
                let isAdded = X509_STORE_add_cert(store, certificate) == 1
                X509_free(certificate)
                guard isAdded else { return false }
                count += 1
            }
            let error = ERR_peek_last_error()
            return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE
        }
        guard isWhole, count > 0 else {
            X509_STORE_free(store)
            return isWhole ? .none : .malformed(number: count + 1)
        }
        return .store(ThreadSafePointer(pointer: store))
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
