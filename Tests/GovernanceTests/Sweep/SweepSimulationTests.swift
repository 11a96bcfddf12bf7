import Testing

@testable import Governance

/// Whatever happens to events and sweeps, one undisturbed sweep later the rows are what is really there; and what is there
/// all the time is never missing.
@Suite struct SweepSimulationTests {
    @Test(arguments: 0..<UInt64(20))
    func everyInterleaving(block: UInt64) async throws {
        for seed in Self.seeds(block) { try await check(seed) }
    }

    /// AWS tells and says of what is there that it is gone: the rows are wrong then, until the next sweep.
    @Test(arguments: 0..<UInt64(10))
    func wrongReleases(block: UInt64) async throws {
        for seed in Self.seeds(block) { try await check(seed, isLying: true) }
    }

    private static func seeds(_ block: UInt64) -> Range<UInt64> { block * 100..<block * 100 + UInt64(Cases.of(100)) }

    private func check(_ seed: UInt64, isLying: Bool = false) async throws {
        let findings = try await Simulation(seed: seed, isLying: isLying).run()
        #expect(findings.surplus == [], "seed \(seed)")
        #expect(findings.missing == [], "seed \(seed)")
        #expect(findings.broken == [], "seed \(seed)")
        #expect(findings.revived == [], "seed \(seed)")
        #expect(findings.unseen == [], "seed \(seed)")
    }
}
