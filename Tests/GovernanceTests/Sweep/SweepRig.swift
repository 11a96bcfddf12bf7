import LambdaRuntime

@testable import Governance

/// A simulated account with its tables.
struct SweepRig: Sendable {
    let seed: UInt64
    let clock: SimulatedClock
    let account: SimulatedAccount
    let store: UsageStoreInMemory

    init(
        _ initial: AccountState,
        seed: UInt64 = 1,
        longestStep: Int64 = 60_000,
        pageSize: Int = 2,
        store: UsageStoreInMemory = UsageStoreInMemory(),
        lied: @escaping @Sendable (Resource) -> Void = { _ in }
    ) {
        self.seed = seed
        clock = SimulatedClock(seed: seed, longestStep: longestStep)
        account = SimulatedAccount(initial, clock: clock, seed: seed, pageSize: pageSize, lied: lied)
        self.store = store
    }

    /// - Parameter seconds: until the invocation is cut off; nil for as long as it takes.
    func sweep(seconds: Int64? = nil, isForced: Bool = false, region swept: Region = region) async throws
        -> SweepOutcome
    {
        let outcome = try await Interleaver.alone(seed: seed) {
            try await invocation(seconds: seconds, isForced: isForced, region: swept)
        }
        guard let outcome else { throw ConfigurationError(message: "the sweep has no outcome") }
        return outcome
    }

    private func invocation(seconds: Int64?, isForced: Bool, region swept: Region) async throws -> SweepOutcome {
        var budget = SweepBudget(
            remaining: seconds.map { .seconds($0) },
            now: { clock.now },
            instant: { clock.instant },
            sleep: { clock.advance($0) }
        )
        // No request waits for the real clock.
        budget.requestDeadline = nil
        return try await Sweep(
            ledger: UsageLedger(store: store, account: consumer, region: swept),
            inventory: account,
            images: account,
            intervalHours: 24,
            budget: budget,
            logger: Logger(level: .fatal)
        ).run(isForced: isForced)
    }

    /// What an event about a parameter makes of it.
    var parameterLook: ParameterLook<UsageStoreInMemory, SimulatedAccount, SimulatedAccount> {
        ParameterLook(
            ledger: UsageLedger(store: store, account: consumer, region: region),
            inventory: account,
            images: account,
            now: { clock.now },
            sleep: { clock.advance($0) }
        )
    }

    func decision() async throws -> SweepDecision {
        let schedule = SweepSchedule(intervalHours: 24, account: consumer, region: region)
        return SweepDecision(try await store.checkpoint(), at: clock.now, schedule: schedule)
    }

    var rows: Set<String> { Set(store.contents.rows.keys) }
}
