import Governance

@testable import CommandLineInterface

/// A report of many images: deterministic, with everything a page has to cope with.
struct ReportFixture {
    let owner = AccountID("111122223333")!
    let region = Region("eu-central-1")!
    let now = EventTime("2026-11-20T09:30:00.000Z")!
    private var state: UInt64 = 42

    private mutating func random(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }

    private func time(daysAgo days: Int) -> EventTime { now.advanced(bySeconds: -Int64(days) * 86_400 - 7_000) }

    private func account(_ number: Int) -> AccountID { AccountID(String(210_000_000_000 + number * 7_919_331))! }

    private func image(_ number: Int) -> ImageID {
        let digits = String(number * 7919 + 4096, radix: 16)
        return ImageID("ami-0" + String(repeating: "a", count: 16 - digits.count) + digits)!
    }

    mutating func data(images count: Int, accounts accountCount: Int) -> ReportData {
        var data = ReportData(owner: owner, region: region, generated: now, staleDays: 90)
        let families = [
            "golden-web", "golden-worker", "eks-node", "bastion", "ci-runner", "windows-2025-core", "gpu-train",
        ]
        var standings: [AccountStanding] = []
        for number in 0..<accountCount {
            let id = account(number)
            standings.append(AccountStanding(id: id, coverage: coverage(of: id, number)))
        }
        for number in 0..<count {
            let age = random(900)
            let family = families[random(families.count)]
            var image = ReportData.Image(
                id: self.image(number),
                name: "\(family)-\(2024 + (900 - age) / 365).\(1 + random(12)).\(random(40))",
                state: random(40) == 0 ? "disabled" : "available",
                isPublic: number == 3,
                isProtected: random(60) == 0,
                created: time(daysAgo: age + 1),
                lastLaunched: random(3) == 0 ? nil : time(daysAgo: random(age + 1)),
                outcome: .clear
            )
            for _ in 0..<random(4) {
                let index = random(accountCount)
                if image.shares.contains(where: { $0.principal == .account(account(index)) }) { continue }
                image.shares.append(.init(principal: .account(account(index)), since: time(daysAgo: random(age + 1))))
                standings[index].sharedImages += 1
                if random(5) == 0 { use(&image, by: index, &standings[index]) }
            }
            image.shares.sort { $0.principal < $1.principal }
            image.usage.sort { $0.account < $1.account }
            if !image.usage.isEmpty { image.outcome = .inUse }
            let doubtful = image.shares.filter { share in
                standings.contains { .account($0.id) == share.principal && $0.coverage.status != .swept }
            }
            image.doubts = doubtful.map { "account \($0.principal.value) has no usage tracker" }
            if image.isPublic { image.doubts.append("the image is public: not every account that has it is known") }
            if image.usage.isEmpty, !image.doubts.isEmpty { image.outcome = .unknown }
            data.images.append(image)
        }
        data.accounts = standings
        return data
    }

    private mutating func use(_ image: inout ReportData.Image, by index: Int, _ standing: inout AccountStanding) {
        var summary = UsageSummary(account: standing.id, limit: 10)
        for _ in 0..<(1 + random(30)) {
            summary.add(row(image.id, standing.id, .instance(InstanceID("i-0" + String(random(1 << 30), radix: 16))!)))
        }
        if random(2) == 0 {
            let template = LaunchTemplateID("lt-0" + String(random(1 << 30), radix: 16))!
            summary.add(row(image.id, standing.id, .launchTemplateVersion(template, 1 + random(9)), name: "web"))
        }
        image.usage.append(summary)
        standing.usedImages += 1
        for kind in summary.presentKinds { standing.counts[kind, default: 0] += summary[kind].count }
    }

    func row(_ image: ImageID, _ account: AccountID, _ resource: Resource, name: String? = nil) -> UsageRow {
        UsageRow(
            key: .init(account: account, image: image, resource: resource),
            resourceName: name,
            region: region,
            mark: EventMark(time: time(daysAgo: 20), eventID: "event-1"),
            lastSeen: time(daysAgo: 0),
            source: .sweep
        )
    }

    private mutating func coverage(of id: AccountID, _ number: Int) -> AccountCoverage {
        let entry: CoverageEntry?
        switch number % 9 {
        case 0 where number > 0: entry = nil
        case 4: entry = .record(CoverageRecord(account: id, region: region, lastEvent: time(daysAgo: 1)))
        case 7:
            entry = .record(
                CoverageRecord(
                    account: id,
                    region: region,
                    lastSweep: .init(started: time(daysAgo: 9), completed: time(daysAgo: 9), resources: 40),
                    lastEvent: time(daysAgo: 3)
                )
            )
        default:
            entry = .record(
                CoverageRecord(
                    account: id,
                    region: region,
                    lastSweep: .init(
                        started: now.advanced(bySeconds: -Int64(3600 + random(60_000))),
                        completed: now.advanced(bySeconds: -Int64(600 + random(3000))),
                        skipped: number % 8 == 1 ? ["containerRecipes"] : [],
                        resources: 40
                    ),
                    lastEvent: time(daysAgo: 0)
                )
            )
        }
        return AccountCoverage(of: id, entry, now: now, maximumAgeHours: 48)
    }
}
