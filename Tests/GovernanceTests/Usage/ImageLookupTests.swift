import AWSServices
import Glibc
import LambdaRuntime
import Synchronization
import Testing

@testable import Governance

/// Whose images are, where nobody can describe them here.
@Suite struct ImageLookupTests {
    private struct Watch {
        var underWay = 0
        var most = 0
    }

    /// The creator's account is asked about four images at a time.
    @Test func imagesThatCannotBeDescribed() async throws {
        let images = (0..<6).map { ImageID(checked: "ami-0000000\($0)") }
        let shared: Set = [images[0], images[2], images[4]]
        let watch = Mutex(Watch())
        let fixture = try CloudFixture { operation, body in
            guard operation == "GetItem" else { return CloudFixture.xml(operation, "<imagesSet></imagesSet>") }
            watch.withLock { watch in
                watch.underWay += 1
                watch.most = max(watch.most, watch.underWay)
            }
            usleep(20_000)
            watch.withLock { $0.underWay -= 1 }
            // Every other one is known as shared with the account.
            let isShared = body.contains("account#") && shared.contains { body.contains("\"\($0)\"") }
            return .ok(isShared ? #"{"Item":{"image_id":{"S":"ami-1"}}}"# : "{}")
        }
        let lookup = ImageLookup(
            creatorAccount: creator,
            client: fixture.client,
            shares: DynamoDB(fixture.client),
            sharesTable: "shares"
        )
        func found() async throws -> Set<ImageID> {
            try await lookup.creatorImages(among: Set(images), of: consumer, logger: Logger(level: .fatal))
        }
        #expect(try await found() == shared)
        #expect((2...4).contains(watch.withLock { $0.most }))
        #expect(fixture.bodies(of: "GetItem").count == 12)
        // What is known as shared stays so; of the others, an event may be under way.
        #expect(try await found() == shared)
        #expect(fixture.bodies(of: "GetItem").count == 18)
    }
}
