import AWSClient
import Governance
import Sharing
import TestSupport
import Testing

@Suite("Looking at accounts")
struct ScannerTests {
    private func cloud(_ accounts: ScriptedAccounts) throws -> AWSShareCloud {
        let source = try Sample.account(1)
        return AWSShareCloud(source: source, clients: [source: try accounts.client()])
    }

    @Test("Regions are looked at side by side, eight at a time, page by page; only own available images count")
    func pages() async throws {
        let regions = try (1...20).map { try Sample.region("eu-test-\($0)") }
        let accounts = ScriptedAccounts(together: 8) { form, region in
            let number = region.split(separator: "-").last ?? ""
            guard form["NextToken"] == nil else {
                return ScriptedAccounts.images(["ami-\(number)b"], owner: "111111111111")
            }
            return ScriptedAccounts.images(["ami-\(number)a"], owner: "111111111111", next: "more")
        }
        let images = try await ShareScanner(try cloud(accounts)).images(in: regions)
        #expect(accounts.most == 8)
        #expect(accounts.operations.count == 40)
        #expect(images.count == 20)
        for (region, found) in images {
            let number = region.text.split(separator: "-").last ?? ""
            #expect(found.map(\.id.text) == ["ami-\(number)a", "ami-\(number)b"])
            #expect(found.allSatisfy { $0.region == region })
        }
    }

    @Test("What is not available, or somebody else's, does not count")
    func others() async throws {
        let region = try Sample.region()
        for (owner, state) in [("222222222222", "available"), ("111111111111", "pending")] {
            let accounts = ScriptedAccounts { _, _ in ScriptedAccounts.images(["ami-1"], owner: owner, state: state) }
            #expect(try await ShareScanner(try cloud(accounts)).images(in: [region]) == [region: []])
        }
    }

    @Test("Everything that could not be looked at is told, by account and region")
    func failures() async throws {
        let regions = try ["eu-test-1", "eu-test-2", "eu-test-3"].map { try Sample.region($0) }
        let accounts = ScriptedAccounts { _, region in
            region == "eu-test-2"
                ? ScriptedAccounts.images([], owner: "") : ScriptedAccounts.error("UnauthorizedOperation")
        }
        let cloud = try cloud(accounts)
        let failures = await #expect(throws: ShareScanner.Failures.self) {
            try await ShareScanner(cloud).images(in: regions)
        }
        let messages = try #require(failures).messages
        #expect(
            messages.map { $0.prefix(while: { $0 != ":" }) } == [
                "account 111111111111, eu-test-1", "account 111111111111, eu-test-3",
            ]
        )
        #expect(messages.allSatisfy { $0.contains("EC2.DescribeImages: UnauthorizedOperation") })
    }

    @Test("The same failure of many images is told once")
    func repeated() async throws {
        let accounts = ScriptedAccounts { _, _ in ScriptedAccounts.error("UnauthorizedOperation") }
        let images = try (1...30).map { try Sample.image("ami-\($0)") }
        let cloud = try cloud(accounts)
        let failures = await #expect(throws: ShareScanner.Failures.self) {
            try await ShareScanner(cloud).launchPermissions(of: images)
        }
        let messages = try #require(failures).messages
        #expect(messages.count == 1)
        #expect(messages[0].hasSuffix("(30 times)"))
    }

    @Test("What need not be seen and is refused is asked a few times, not for each of many images; the rest is seen")
    func refusals() async throws {
        let regions = try ["eu-test-1", "eu-test-2"].map { try Sample.region($0) }
        let ids = (1...40).map(String.init)
        let accounts = ScriptedAccounts { form, region in
            func answer(_ operation: String, _ body: String) -> TestServer.Reply {
                .ok("<\(operation)Response>\(body)</\(operation)Response>")
            }
            switch form["Action"] {
            case "DescribeImages" where region == "eu-test-1":
                let items = ids.map {
                    "<item><imageId>ami-\($0)</imageId><imageOwnerId>111111111111</imageOwnerId>"
                        + "<imageState>available</imageState><blockDeviceMapping><item><ebs><snapshotId>snap-\($0)</snapshotId>"
                        + "</ebs></item></blockDeviceMapping></item>"
                }
                return answer("DescribeImages", "<imagesSet>\(items.joined())</imagesSet>")
            case "DescribeImages": return ScriptedAccounts.error("AuthFailure", 401)
            case "DescribeImageAttribute":
                return answer(
                    "DescribeImageAttribute",
                    "<imageId>\(form["ImageId"] ?? "")</imageId><launchPermission><item><group>all</group></item>"
                        + "</launchPermission>"
                )
            default: return ScriptedAccounts.error("UnauthorizedOperation")
            }
        }
        let reality = try await ShareScanner(try cloud(accounts)).reality(in: [regions[0]], others: [regions[1]])
        #expect(reality.images.mapValues(\.count) == [regions[0]: 40])
        #expect(reality.launchPermissions.count == 40)
        #expect(reality.launchPermissions.values.allSatisfy { $0 == [.all] })
        #expect(
            reality.unseen == [
                "what is shared in eu-test-2 cannot be seen (AuthFailure)",
                "whether snapshots are shared in eu-test-1 cannot be seen (UnauthorizedOperation)",
            ]
        )
        #expect((1...8).contains(accounts.operations.count { $0 == "DescribeSnapshotAttribute" }))
    }

    @Test("A region that has to be seen and is not makes no picture of reality")
    func failingRegion() async throws {
        let accounts = ScriptedAccounts { _, _ in ScriptedAccounts.error("UnauthorizedOperation") }
        let cloud = try cloud(accounts)
        let region = try Sample.region()
        await #expect(throws: ShareScanner.Failures.self) { try await ShareScanner(cloud).reality(in: [region]) }
    }

    @Test("An account is what it says: by its id, and by its alias where one is given")
    func accounts() async throws {
        let source = SharePlan.Account(id: try Sample.account(1), alias: "registry", role: nil, externalID: nil)
        func problems(account: String, alias: String?) async throws -> [String] {
            let accounts = ScriptedAccounts { form, _ in
                if form["Action"] == "GetCallerIdentity" {
                    return .ok(
                        """
                        <GetCallerIdentityResponse><GetCallerIdentityResult><Account>\(account)</Account>\
                        <Arn>arn:aws:iam::\(account):user/x</Arn><UserId>u</UserId></GetCallerIdentityResult>\
                        </GetCallerIdentityResponse>
                        """
                    )
                }
                let member = alias.map { "<member>\($0)</member>" } ?? ""
                return .ok(
                    """
                    <ListAccountAliasesResponse><ListAccountAliasesResult><AccountAliases>\(member)</AccountAliases>\
                    <IsTruncated>false</IsTruncated></ListAccountAliasesResult></ListAccountAliasesResponse>
                    """
                )
            }
            return try await ShareAccounts(source: source, targets: [], base: try accounts.client()).problems()
                .map(\.message)
        }
        #expect(try await problems(account: "111111111111", alias: "registry") == [])
        #expect(
            try await problems(account: "222222222222", alias: "registry") == [
                "account 111111111111: the credentials are of account 222222222222: arn:aws:iam::222222222222:user/x"
            ]
        )
        #expect(
            try await problems(account: "111111111111", alias: "other") == [
                "account 111111111111: its alias is \"other\", not \"registry\""
            ]
        )
        #expect(
            try await problems(account: "111111111111", alias: nil) == [
                "account 111111111111: it has no alias, not \"registry\""
            ]
        )
    }
}
