import Governance
import Testing

@testable import CommandLineInterface

struct ReportDataTests {
    private func image(_ outcome: Verdict.Outcome, created: Int64?, launched: Int64?, state: String = "available")
        -> ReportData.Image
    {
        let now = ReportFixture().now
        return ReportData.Image(
            id: ImageID("ami-0abc")!,
            state: state,
            created: created.map { now.advanced(bySeconds: -$0 * 86_400) },
            lastLaunched: launched.map { now.advanced(bySeconds: -$0 * 86_400) },
            outcome: outcome
        )
    }

    private var data: ReportData {
        let fixture = ReportFixture()
        return ReportData(owner: fixture.owner, region: fixture.region, generated: fixture.now, staleDays: 90)
    }

    @Test func `stale is what is old, was not launched lately and is not in use`() {
        #expect(data.isStale(image(.clear, created: 200, launched: 100)))
        #expect(data.isStale(image(.unknown, created: 200, launched: nil)))
        #expect(!data.isStale(image(.inUse, created: 200, launched: 100)))
        #expect(!data.isStale(image(.clear, created: 200, launched: 89)))
        #expect(!data.isStale(image(.clear, created: 89, launched: nil)))
        #expect(!data.isStale(image(.clear, created: nil, launched: nil)))
        #expect(!data.isStale(image(.clear, created: 200, launched: nil, state: "deregistered")))
    }

    @Test func `launches are counted by how long ago they were`() {
        var data = data
        for days: Int64? in [0, 6, 7, 29, 100, 364, 365, 900, nil] {
            data.images.append(image(.clear, created: 1000, launched: days))
        }
        data.images.append(image(.clear, created: 1000, launched: 0, state: "deregistered"))
        #expect(data.launches.map(\.count) == [2, 2, 0, 1, 1, 2, 1])
        #expect(data.launches.map(\.age) == [.recent, .recent, .recent, .old, .old, .old, .none])
    }
}
