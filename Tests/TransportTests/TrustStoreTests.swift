import Glibc
import Testing

@testable import Transport

@Suite struct TrustStoreTests {
    private func outcome(port: Int, host: String = "127.0.0.1", trust: TrustStore) async -> HTTPError.Code? {
        var request = HTTPRequest(url: "https://\(host):\(port)/")
        request.usesProxy = false
        request.timeout = .seconds(20)
        do throws(HTTPError) {
            // A loop of its own: connections that another store verified are not used again.
            return try await HTTPClient(loop: EventLoop(), trust: trust).send(request).status == 200 ? nil : .other
        } catch { return error.code }
    }

    @Test func aServerIsTrustedByItsOwnCertificateOnly() async throws {
        let server = try TLSServer()
        #expect(await outcome(port: server.port, trust: TrustStore(.file(server.certificatePath))) == nil)
        let amazon = TrustStore()
        #expect(await outcome(port: server.port, trust: amazon) == .tls)
        // Neither Amazon's roots nor the system's know it; both were asked.
        #expect(amazon.usesSystem)
        let nowhere = TrustStore(.file("/nowhere/bundle.pem"))
        #expect(await outcome(port: server.port, trust: nowhere) == .tls)
        let error = #expect(throws: HTTPError.self) { try nowhere.load() }
        #expect(error?.message == "/nowhere/bundle.pem cannot be read as certificates in PEM format")
        // The certificate names an address, and no host.
        let file = TrustStore(.file(server.certificatePath))
        #expect(await outcome(port: server.port, host: "localhost", trust: file) == .tls)
    }

    @Test func aFileIsNeverReplacedByTheSystemBundle() async throws {
        let server = try TLSServer()
        let other = try TLSServer()
        let trust = TrustStore(.file(other.certificatePath))
        #expect(await outcome(port: server.port, trust: trust) == .tls)
        #expect(!trust.usesSystem)
    }

    @Test func concurrentFirstConnectionsShareTheFallback() async throws {
        let server = try TLSServer()
        let trust = TrustStore(.amazonThenSystem)
        let port = server.port
        let outcomes = await withTaskGroup(of: HTTPError.Code?.self) { group in
            for _ in 0..<8 { group.addTask { await outcome(port: port, trust: trust) } }
            return await group.reduce(into: [HTTPError.Code?]()) { $0.append($1) }
        }
        #expect(outcomes == Array(repeating: .tls, count: 8))
    }

    @Test func theSystemBundleIsTurnedToWhereAmazonsRootsDoNotVerify() async throws {
        let server = try TLSServer()
        let trust = TrustStore(bundles: ["/nowhere/bundle.pem", server.certificatePath])
        #expect(await outcome(port: server.port, trust: trust) == nil)
        #expect(trust.usesSystem)
        #expect(await outcome(port: server.port, trust: trust) == nil)
    }

    @Test func concurrentFirstConnectionsSucceedByTheFallback() async throws {
        let server = try TLSServer()
        let port = server.port
        for _ in 0..<5 {
            let trust = TrustStore(bundles: [server.certificatePath])
            let outcomes = await withTaskGroup(of: HTTPError.Code?.self) { group in
                for _ in 0..<8 { group.addTask { await outcome(port: port, trust: trust) } }
                return await group.reduce(into: [HTTPError.Code?]()) { $0.append($1) }
            }
            #expect(outcomes == Array(repeating: nil, count: 8))
        }
    }

    @Test func concurrentFirstRequestsOfOneClientSucceedByTheFallback() async throws {
        let server = try TLSServer()
        let url = "https://127.0.0.1:\(server.port)/"
        let client = HTTPClient(loop: EventLoop(), trust: TrustStore(bundles: [server.certificatePath]))
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var request = HTTPRequest(url: url)
                    request.usesProxy = false
                    return try await client.send(request).status
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses == Array(repeating: 200, count: 8))
    }

    // MARK: Bundles

    private static let begin = "-----BEGIN CERTIFICATE-----\n"
    private static let end = "-----END CERTIFICATE-----\n"
    /// What is no certificate: not base 64, not DER, without an end.
    private static let malformed = [begin + "M*II\n" + end, begin + "AAAA\n" + end, begin + "MIIB"]

    @Test(arguments: malformed) func aBundleWithAMalformedCertificateIsNotTrusted(_ malformed: String) throws {
        let amazon = amazonRootCertificates + "\n"
        for (text, number) in [(malformed + "\n" + amazon, 1), (amazon + malformed, 6)] {
            let file = try TextFile(text)
            let error = #expect(throws: HTTPError.self) { try TrustStore(.file(file.path)).load() }
            #expect(
                error?.message
                    == "\(file.path) cannot be read as certificates in PEM format: number \(number) is malformed"
            )
        }
    }

    @Test(arguments: malformed) func aMalformedSystemBundleIsPassedOver(_ malformed: String) async throws {
        let server = try TLSServer()
        let broken = try TextFile(amazonRootCertificates + "\n" + malformed)
        let trust = TrustStore(bundles: [broken.path, server.certificatePath])
        #expect(await outcome(port: server.port, trust: trust) == nil)
    }

    @Test func whatIsNoCertificateMayStandBetweenThem() throws {
        let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
        let text = "# A comment\n\n" + key + amazonRootCertificates + "\n" + key + "\n\nThe end\n"
        for text in [text, text.replacing("\n", with: "\r\n")] {
            let file = try TextFile(text)
            try TrustStore(.file(file.path)).load()
        }
    }

    @Test(arguments: ["", "\n", "no certificate\n"])
    func aBundleWithoutCertificatesIsNotTrusted(_ text: String) throws {
        let file = try TextFile(text)
        let error = #expect(throws: HTTPError.self) { try TrustStore(.file(file.path)).load() }
        #expect(error?.message == "\(file.path) cannot be read as certificates in PEM format")
    }

    @Test func theSystemsBundlesAreUsable() throws {
        let bundles = TrustStore.systemBundles.filter { access($0, R_OK) == 0 }
        #expect(!bundles.isEmpty)
        for bundle in bundles { try TrustStore(.file(bundle)).load() }
    }

    @Test func amazonRootsAreTheFiveOfAmazonTrustServices() {
        let marker = "-----BEGIN CERTIFICATE-----"
        let count = amazonRootCertificates.utf8.split(separator: UInt8(ascii: "\n")).count {
            $0.elementsEqual(marker.utf8)
        }
        #expect(count == 5)
    }
}

/// A temporary file.
private final class TextFile {
    let path: String

    struct Failure: Error {}

    init(_ text: String) throws {
        var template = Array("/tmp/bundle.XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw Failure() }
        defer { close(descriptor) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let count = Array(text.utf8).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard count == text.utf8.count else { throw Failure() }
    }

    deinit { unlink(path) }
}
