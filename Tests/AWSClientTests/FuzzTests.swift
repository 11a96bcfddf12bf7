import TestSupport
import Testing
import Transport

@testable import AWSClient

/// Damaged input from outside ends in a value or in an error that says what was wrong, never in a crash or a hang.
struct FuzzTests {
    @Test func times() {
        var mutator = Mutator(seed: 1)
        var read = 0
        for number in 0..<20_000 {
            let good = number % 2 == 0 ? "2026-11-20T08:00:00.123+01:00" : "Fri, 20 Nov 2026 08:00:00 GMT"
            let text = mutator.mutate(good)
            if let time = Timestamp(dateTime: text) ?? Timestamp(httpDate: text) {
                read += 1
                #expect(Timestamp(dateTime: time.dateTime) == time)
            }
        }
        #expect(read > 100)
    }

    @Test func endpointURLs() {
        var mutator = Mutator(seed: 2)
        var accepted = 0
        for _ in 0..<20_000 {
            let text = mutator.mutate("https://dynamodb.eu-west-1.amazonaws.com:8443/base/path")
            do throws(AWSError) {
                let endpoint = try AWSEndpoint(url: text, signingRegion: "r", setting: "SETTING")
                accepted += 1
                #expect(!endpoint.authority.isEmpty)
                #expect(endpoint.authority.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "@") })
            } catch {
                #expect(error.message.hasPrefix("SETTING: "))
            }
        }
        #expect(accepted > 100)
    }

    @Test func regionsMakeOneHostLabelOrAnError() {
        var mutator = Mutator(seed: 3)
        for _ in 0..<10_000 {
            let region = mutator.mutate("us-gov-west-1")
            guard let endpoint = try? EndpointTests.resolve(.ssm, region) else { continue }
            #expect(endpoint.authority.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "/") })
            #expect(endpoint.authority.hasPrefix("ssm"))
        }
    }

    @Test func credentialsDocuments() {
        var mutator = Mutator(seed: 4)
        var read = 0
        for _ in 0..<10_000 {
            let bytes = mutator.mutate(Array(MetadataCredentialsTests.document.utf8))
            do throws(AWSError) {
                let credentials = try CredentialsDocument.parse(bytes, from: "the source")
                    .credentials(from: "the source")
                read += 1
                #expect(!credentials.secretAccessKey.isEmpty)
            } catch {
                #expect(error.kind == .credentials)
                #expect(error.message.hasPrefix("the source"))
            }
        }
        #expect(read > 100)
    }

    @Test func answersOfSTS() {
        guard case .send(let reply) = RoleCredentialsTests.answer("ONE").steps[0],
            let body = String(decoding: reply, as: UTF8.self).split(separator: "\r\n\r\n", maxSplits: 1).last
        else { return }
        var mutator = Mutator(seed: 5)
        let call = AssumeRoleCall(session: RoleCredentialsTests.session)
        var read = 0
        for _ in 0..<10_000 {
            do throws(AWSError) {
                let response = HTTPResponse(status: 200, body: mutator.mutate(Array(body.utf8)))
                #expect(!(try call.credentials(in: response).accessKeyID.isEmpty))
                read += 1
            } catch {
                #expect(error.kind == .malformedResponse)
                #expect(!error.message.isEmpty)
            }
        }
        #expect(read > 100)
    }

    /// Damaged HTTP replies, one after another over real connections.
    @Test func repliesOfAService() async throws {
        let good = Array(
            ("HTTP/1.1 400 Bad Request\r\nx-amzn-RequestId: r\r\nDate: Fri, 20 Nov 2026 08:00:00 GMT\r\n"
                + "x-amz-retry-after: 5\r\nContent-Length: 24\r\n\r\nThrottlingException|slow").utf8
        )
        let mutator = SharedMutator(seed: 6)
        let server = TestServer { _ in .raw(mutator.mutate(good)) }
        let fixture = try ClientFixture([], environment: ["AWS_ENDPOINT_URL": server.url, "AWS_MAX_ATTEMPTS": "1"])
        for _ in 0..<1000 {
            do throws(AWSError) {
                let response = try await fixture.client.send(ClientFixture.request())
                #expect((200...299).contains(response.status))
            } catch {
                #expect(!error.code.isEmpty)
                #expect(error.attempts == 1)
            }
        }
        #expect(server.requests.count >= 1000)
    }
}
