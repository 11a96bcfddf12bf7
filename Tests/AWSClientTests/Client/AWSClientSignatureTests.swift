import Glibc
import Synchronization
import TestSupport
import Testing
import Transport

@testable import AWSClient

/// What follows when a service refuses a signature: a clock that is wrong, credentials that have expired, a wrong secret.
struct AWSClientSignatureTests {
    @Test func theClockIsCorrectedOnce() async throws {
        // The service is ten minutes ahead.
        let skewed = AWSClientTests.error(
            403,
            "RequestTimeTooSkewed",
            headers: [("Date", "Fri, 20 Nov 2026 08:10:00 GMT")]
        )
        let fixture = try ClientFixture([skewed, .ok(""), .ok(""), skewed])
        _ = try await fixture.client.send(ClientFixture.request())
        _ = try await fixture.client.send(ClientFixture.request())
        #expect(
            fixture.server.requests.map { $0.header("x-amz-date") }
                == ["20261120T080000Z", "20261120T081000Z", "20261120T081000Z"]
        )
        #expect(fixture.server.requests[1].header("amz-sdk-request") == "ttl=20261120T081100Z; attempt=2; max=3")
        #expect(fixture.test.sleeps.isEmpty)
        #expect(fixture.client.quota(for: .ssm).available == 500)
    }

    @Test func theCorrectionGoesWithEveryClientMadeOfAnother() async throws {
        let skewed = AWSClientTests.error(
            403,
            "RequestTimeTooSkewed",
            headers: [("Date", "Fri, 20 Nov 2026 08:10:00 GMT")]
        )
        let fixture = try ClientFixture([skewed] + Array(repeating: .ok(""), count: 6))
        let (client, url) = (fixture.client, fixture.server.url)
        let early = client.with(region: "eu-west-2")
        _ = try await client.send(ClientFixture.request())
        let late = [
            early, client.with(region: "eu-west-2"), client.with(maximumAttempts: 1), client.with(endpoint: url),
            client.with(credentials: StaticCredentialsProvider(ClientFixture.credentials)),
        ]
        for client in late { _ = try await client.send(ClientFixture.request()) }
        #expect(
            fixture.server.requests.map { $0.header("x-amz-date") }
                == ["20261120T080000Z"] + Array(repeating: "20261120T081000Z", count: 6)
        )
    }

    /// Services that name no skew refuse the signature. Both requests are on their way before the first is answered, so
    /// that the second is answered when the clock is corrected already.
    @Test func requestsOnTheirWayAreMendedWithTheClock() async throws {
        let arrived = Mutex(0)
        let server = TestServer { request in
            guard request.header("x-amz-date") == "20261120T080000Z" else { return .ok("") }
            let number = arrived.withLock { arrived in
                arrived += 1
                return arrived
            }
            while arrived.withLock({ $0 }) < 2 { _ = sched_yield() }
            let reply = TestServer.Reply.status(
                400,
                headers: [("Date", "Fri, 20 Nov 2026 08:10:00 GMT")],
                body: "InvalidSignatureException|Signature expired"
            )
            return number == 1 ? reply : reply.delayed(by: .milliseconds(100))
        }
        let fixture = try ClientFixture([], environment: ["AWS_ENDPOINT_URL": server.url])
        let client = fixture.client
        async let first = client.send(ClientFixture.request())
        async let second = client.send(ClientFixture.request())
        #expect(try await first.status == 200)
        #expect(try await second.status == 200)
    }

    @Test func aClockThatCannotBeCorrectedIsAnError() async throws {
        let skewed = AWSClientTests.error(
            403,
            "RequestTimeTooSkewed|The difference is too large.",
            headers: [("Date", "Fri, 20 Nov 2026 08:10:00 GMT")]
        )
        let fixture = try ClientFixture([skewed, skewed, skewed])
        let error = try #require(await fixture.failure())
        #expect(error.code == "RequestTimeTooSkewed")
        #expect(error.attempts == 2)
    }

    @Test func aRefusedSignatureWithTheRightClockIsNotRetriedAndQuotesNothing() async throws {
        let secret = "x-amz-security-token:session-token-of-the-test"
        let fixture = try ClientFixture([
            AWSClientTests.error(
                403,
                "InvalidSignatureException|The signature does not match.\n\nThe Canonical String was\n\(secret)",
                headers: [("Date", "Fri, 20 Nov 2026 08:00:00 GMT")]
            )
        ])
        let error = try #require(await fixture.failure())
        #expect(error.message == "The signature does not match.")
        #expect(error.response == nil)
        var dumped = ""
        dump(error, to: &dumped)
        #expect(!dumped.contains("session-token-of-the-test"))
        #expect(fixture.server.requests.count == 1)
    }

    @Test func expiredCredentialsAreRenewedOnce() async throws {
        let credentials = RotatingCredentials()
        let expired = AWSClientTests.error(400, "ExpiredTokenException|The security token is expired")
        let fixture = try ClientFixture([expired, .ok(""), expired, expired], credentials: credentials)
        _ = try await fixture.client.send(ClientFixture.request())
        #expect(fixture.server.requests.map { $0.header("x-amz-security-token") } == ["token-1", "token-2"])
        let error = try #require(await fixture.failure())
        #expect(error.kind == .credentials)
        #expect(error.attempts == 2)
    }
}

/// A new token after each invalidation.
private final class RotatingCredentials: CredentialsProvider {
    private let number = Mutex(1)

    func credentials(deadline: ContinuousClock.Instant?) -> AWSCredentials {
        AWSCredentials(accessKeyID: "A", secretAccessKey: "S", sessionToken: "token-\(number.withLock { $0 })")
    }

    func invalidate(_ credentials: AWSCredentials) {
        number.withLock { $0 += 1 }
    }
}
