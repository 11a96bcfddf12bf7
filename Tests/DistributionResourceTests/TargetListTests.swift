import Testing

@testable import DistributionResource

@Suite struct TargetListTests {
    @Test(arguments: [
        (0, ""), (1, "000000000001"), (2, "000000000001,000000000002"),
    ])
    func shortListsAreWhole(_ count: Int, _ text: String) {
        #expect(TargetList.text(Fixtures.accounts(count), limit: 256) == text)
    }

    @Test func nineteenAccountsFitIntoATagAndTwentyDoNot() {
        let nineteen = TargetList.text(Fixtures.accounts(19), limit: 256)
        #expect(nineteen == Fixtures.accounts(19).joined(separator: ","))
        let twenty = TargetList.text(Fixtures.accounts(20), limit: 256)
        #expect(twenty == Fixtures.accounts(19).joined(separator: ",") + ",+1 more")
    }

    /// Whatever the limit: whole ids from the beginning, then the exact number of the rest.
    @Test(arguments: [1, 19, 20, 21, 100, 1536])
    func aCutListSaysHowManyAreMissing(_ count: Int) throws {
        let accounts = Fixtures.accounts(count)
        for limit in 12...300 {
            let text = TargetList.text(accounts, limit: limit)
            #expect(text.utf8.count <= limit)
            var parts = text.split(separator: ",").map(String.init)
            if let last = parts.last, last.hasPrefix("+") {
                let missing = try #require(Int(last.dropFirst().prefix { $0 != " " }))
                #expect(missing == count - (parts.count - 1) && missing > 0)
                parts.removeLast()
            } else {
                #expect(parts.count == count)
            }
            #expect(parts == Array(accounts.prefix(parts.count)))
        }
    }

    @Test func sharingTargetsNameOrganizationsByTheirIds() throws {
        let distribution = try Fixtures.json(
            """
            {"amiDistributionConfiguration":{"launchPermission":{"userIds":["222222222222"],
              "organizationArns":["\(Fixtures.organization)"],"organizationalUnitArns":["\(Fixtures.unit)"]}}}
            """
        )
        #expect(
            TargetTag.targets(of: distribution)[TargetTag.share]
                == ["222222222222", "o-exampleorgid", "ou-exam-pleouid01"]
        )
    }
}
