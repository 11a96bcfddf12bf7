import AWSClient
import AWSServices
import Synchronization
import TestSupport

@testable import Governance

/// An account's images, and what EC2 says of each of them to the daily search.
final class ShareSearchWorld: Sendable {
    let table: SharesTableOnPaper
    let images: Mutex<[ImageID: [Principal]]>
    /// The images that are not listed, and their states, which EC2 tells whoever asks for them by their ids.
    let states = Mutex<[ImageID: String]>([:])
    /// EC2's error code for an image, or for all of them.
    let failing = Mutex<[ImageID?: String]>([:])
    /// DynamoDB's error code for a scan.
    let scanFailure = Mutex<String?>(nil)
    let now = Mutex(asked)
    /// Whether there are permissions of an unknown kind.
    let galaxy = Mutex(false)
    /// Called as each page of the images is listed.
    let onListing = Mutex<(@Sendable () -> Void)?>(nil)

    init(_ images: [ImageID: [Principal]], _ shares: [ShareRecord] = []) {
        self.images = Mutex(images)
        table = SharesTableOnPaper(shares)
    }

    static func image(_ number: Int) -> ImageID { .init(checked: "ami-\(10_000_000 + number)") }

    func reply(_ operation: String, _ body: String) -> TestServer.Reply {
        if operation == "Scan", let code = scanFailure.withLock({ $0 }) { return CloudFixture.dynamoDBError(code) }
        if let reply = table.reply(operation, body) { return reply }
        let images = images.withLock { $0 }
        if operation == "DescribeImages" { return body.contains("ImageId.1=") ? described(body) : listed(body) }
        guard operation == "DescribeImageAttribute",
            let image = images.keys.first(where: { body.contains($0.text) })
        else { return .status(500) }
        if let code = failing.withLock({ $0[image] ?? $0[nil] }) { return CloudFixture.ec2Error(code) }
        let items = (images[image] ?? []).map { principal in
            principal.account.map { "<item><userId>\($0)</userId></item>" } ?? "<item><group>all</group></item>"
        }
        let unknown = galaxy.withLock { $0 } ? "<item><galaxy>all</galaxy></item>" : ""
        let permissions = "<launchPermission>\(items.joined())\(unknown)</launchPermission>"
        return CloudFixture.xml(operation, "<imageId>\(image)</imageId>\(permissions)")
    }

    private func listed(_ body: String) -> TestServer.Reply {
        onListing.withLock { $0 }?()
        let states = states.withLock { $0 }
        let ids = images.withLock { $0 }.keys.filter { states[$0] == nil }.sorted { $1 < $0 }
        let half = ids.count / 2
        let page = body.contains("NextToken") ? ids[half...] : ids[..<half]
        let items = page.map { "<item><imageId>\($0)</imageId><name>golden-\($0)</name></item>" }
        let token = body.contains("NextToken") ? "" : "<nextToken>more</nextToken>"
        return CloudFixture.xml("DescribeImages", "<imagesSet>\(items.joined())</imagesSet>\(token)")
    }

    private func described(_ body: String) -> TestServer.Reply {
        if let code = failing.withLock({ $0[nil] }) { return CloudFixture.ec2Error(code) }
        guard body.contains("IncludeDisabled=true"),
            let image = images.withLock({ $0 }).keys.first(where: { body.contains($0.text) })
        else { return CloudFixture.ec2Error("InvalidAMIID.NotFound") }
        let state = states.withLock { $0[image] } ?? "available"
        return CloudFixture.xml(
            "DescribeImages",
            "<imagesSet><item><imageId>\(image)</imageId><imageState>\(state)</imageState></item></imagesSet>"
        )
    }

    func set(_ code: String?, for image: ImageID?) { failing.withLock { $0[image] = code } }

    func wait(hours: Int64) { now.withLock { $0 = $0.advanced(bySeconds: hours * 3600) } }

    func search() throws -> (CloudFixture, ShareSearch) {
        let fixture = try CloudFixture { self.reply($0, $1) }
        var effects = fixture.effects
        effects.now = { Timestamp(seconds: self.now.withLock { $0 }.epochSeconds, nanoseconds: 0) }
        let store = DynamoDBShareStore(DynamoDB(fixture.client), table: "shares")
        return (fixture, ShareSearch(ec2: EC2(fixture.client), store: store, region: region, effects: effects))
    }
}
