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

    @Test func amazonRootsAreTheFiveOfAmazonTrustServices() {
        let marker = "-----BEGIN CERTIFICATE-----"
        let count = amazonRootCertificates.utf8.split(separator: UInt8(ascii: "\n")).count {
            $0.elementsEqual(marker.utf8)
        }
        #expect(count == 5)
    }
}
