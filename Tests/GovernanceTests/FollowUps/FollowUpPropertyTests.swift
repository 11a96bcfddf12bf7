import Testing

@testable import Governance

/// In any order of reports of a loss, late events, sweeps, hourly runs and invocations that are cut off.
@Suite struct FollowUpPropertyTests {
    private typealias E = ShareEvents

    /// How an account's use comes to be known, where it uses the image.
    private enum Knowledge: CaseIterable {
        case beforeTheLoss, lateEvent, sweep
    }

    private struct Account {
        let id: AccountID
        let isUser: Bool
        let knowledge: Knowledge
        /// Whether the loss is one of this account.
        let isLoser: Bool

        var row: UsageRow {
            UsageRow(
                key: .init(account: id, image: image, resource: .instance(.init(checked: "i-\(id)"))),
                resourceName: nil,
                region: region,
                mark: EventMark(time: time("2026-11-20T08:30:00Z"), eventID: "e"),
                lastSeen: time("2026-11-20T08:30:00Z"),
                source: .event
            )
        }
    }

    private enum Step {
        case report(GovernanceEvent)
        case lateEvent(Int)
        case sweep(Int)
        case hour
    }

    /// What is lost, as it is reported, and the shares of before.
    private static func losses(_ losers: [Principal], _ keeper: Principal) -> [(
        reports: [GovernanceEvent], isEverybodys: Bool
    )] {
        let all = losers + [keeper]
        return [
            ([E.unshare("09:59:00", losers)], false),
            ([E.unshare("09:59:00", losers + [.all])], false),
            ([E.reset("09:59:00")], true),
            ([E.deregister("09:59:00"), E.state("09:59:05", .deregistered)], true),
            ([E.state("09:59:05", .disabled), E.disable("09:59:00")], true),
            // Lost twice, with the image in between.
            (
                [
                    E.unshare("09:57:00", all, id: "first"), E.share("09:58:00", all),
                    E.unshare("09:59:00", losers, id: "second"),
                ], false
            ),
        ]
    }

    @Test(arguments: UInt64(1)...UInt64(Cases.of(100)))
    func everyAccountThatUsedItIsToldOnce(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let isEverybodys: Bool
        var reports: [GovernanceEvent]
        let ids = (0..<5).map { AccountID(checked: "\(100_000_000_000 + $0)") }
        let keeper = ids[4]
        let losses = Self.losses(ids.dropLast().map(Principal.account), .account(keeper))
        (reports, isEverybodys) = losses[Int(seed) % losses.count]
        let accounts = ids.map { id in
            Account(
                id: id,
                isUser: Bool.random(using: &generator),
                knowledge: Knowledge.allCases.randomElement(using: &generator) ?? .sweep,
                isLoser: id != keeper || isEverybodys
            )
        }
        let world = FollowUpWorld((ids.map(Principal.account) + [.all]).map { share($0) })
        // The public one alone would let everybody keep it.
        if !isEverybodys, seed % 6 != 1 {
            world.table.set("status", "removed", image.text, "group#all")
        }
        let alerts = try world.start()
        for account in accounts {
            if account.isUser, account.knowledge == .beforeTheLoss { world.use(by: account.id, account.row) }
            if Bool.random(using: &generator) { world.sweep(account.id) }
        }
        // The loss is some minutes old when it is told of; sweeps are later than that.
        world.wait(60)

        // MARK: What happens, in some order
        var steps = reports.map(Step.report)
        for report in reports where Bool.random(using: &generator) { steps.append(.report(report)) }
        for (index, account) in accounts.enumerated() {
            if account.isUser, account.knowledge == .lateEvent { steps.append(.lateEvent(index)) }
            for _ in 0..<Int.random(in: 0...2, using: &generator) { steps.append(.sweep(index)) }
        }
        for _ in 0..<Int.random(in: 2...5, using: &generator) { steps.append(.hour) }
        steps.shuffle(using: &generator)
        if reports.contains(where: { ImageLoss($0) == nil }) {
            // What an event gives back is recorded by the share recorder, as soon as it comes.
            for report in reports {
                if let changes = ShareChanges(report), ImageLoss(report) == nil {
                    try await ShareLedger(store: alerts.shares).apply(changes)
                }
            }
        }
        var kills = 0

        func sweep(_ account: Account) {
            // AWS's lists may be as old as ten minutes, and the index as a minute.
            let isListed = world.now > time("2026-11-20T10:09:00Z") || Bool.random(using: &generator)
            if account.isUser, account.knowledge == .beforeTheLoss || isListed {
                world.use(
                    by: account.id,
                    account.row,
                    after: known(account) ? 0 : Int64.random(in: 0...60, using: &generator)
                )
            }
            world.sweep(account.id)
        }

        func known(_ account: Account) -> Bool {
            world.state.withLock { state in state.rows.contains { $0.row == account.row && $0.visible <= state.now } }
        }

        while !steps.isEmpty {
            let step = steps.removeFirst()
            world.wait(Int64.random(in: 1...400, using: &generator))
            switch step {
            case .lateEvent(let index):
                let account = accounts[index]
                if !known(account) {
                    world.use(by: account.id, account.row, after: Int64.random(in: 0...2, using: &generator))
                }
            case .sweep(let index):
                sweep(accounts[index])
            case .report, .hour:
                if Int.random(in: 0..<3, using: &generator) == 0 {
                    let requests = Int.random(in: 1...30, using: &generator)
                    let hasEffect = Bool.random(using: &generator)
                    world.state.withLock { $0.kill = (requests, hasEffect) }
                }
                var isDone: Bool
                do {
                    if case .report(let event) = step {
                        let report = try await world.tell(event, alerts)
                        isDone = report.map { $0.round.failures.isEmpty } ?? true
                    } else {
                        try await world.hour(alerts)
                        isDone = true
                    }
                } catch {
                    isDone = false
                }
                let isKilled = world.state.withLock(\.isKilled)
                world.revive()
                if isKilled {
                    kills += 1
                    world.wait(120)
                } else {
                    #expect(isDone, "seed \(seed)")
                }
                guard case .report(let event) = step, !isDone, let loss = ImageLoss(event) else { continue }
                // Lambda delivers the event again, or never does once it is noted.
                let key = LossFollowUp.sortKey(of: loss, part: 0)
                let isNoted = world.table.partition(LossFollowUp.partitionKey)[key] != nil
                if !isNoted || Bool.random(using: &generator) {
                    steps.insert(step, at: Int.random(in: 0...steps.count, using: &generator))
                }
            }
        }

        // MARK: Everything comes to be known
        world.wait(1200)
        for account in accounts { sweep(account) }
        for _ in 0..<3 {
            world.wait(3600)
            let report = try await world.hour(alerts)
            #expect(report.failures.isEmpty, "seed \(seed)")
        }
        for account in accounts {
            let mails = world.mails(to: account.id)
            let repeats = world.state.withLock { $0.repeats[FollowUpWorld.address(account.id)] ?? 0 }
            let isTold = account.isUser && account.isLoser
            // An account that lost it twice is told of each loss of which it can be told at the time.
            let losses = Set(reports.compactMap { ImageLoss($0)?.identity }).count
            let (least, most) = isTold ? (1, losses + repeats) : (0, account.isUser && losses > 1 ? 1 + repeats : 0)
            #expect((least...most).contains(mails.count), "seed \(seed): \(account) \(mails.count)")
            if account.knowledge == .beforeTheLoss {
                #expect(mails.allSatisfy { !$0.isLate }, "seed \(seed): \(account)")
            }
        }
        let notices = world.state.withLock { $0.mails.count { $0.recipient == "administrator@example.com" } }
        #expect(notices <= Set(reports.compactMap { ImageLoss($0)?.identity }).count + kills, "seed \(seed)")
        let before = world.operations.count
        let last = try await world.hour(alerts)
        #expect((last.lookedAt, last.pending) == (0, 0), "seed \(seed)")
        #expect(world.operations.dropFirst(before) == ["Query"], "seed \(seed)")
    }
}
