import Testing

@testable import Governance

/// Whatever happens to events and sweeps, one undisturbed sweep later the rows are what is really there; and what is there
/// all the time is never missing.
@Suite struct SweepSimulationTests {
    @Test(arguments: 0..<UInt64(20))
    func everyInterleaving(block: UInt64) async throws {
        for seed in block * 100..<block * 100 + 100 {
            let findings = try await Simulation(seed: seed).run()
            #expect(findings.surplus == [], "seed \(seed)")
            #expect(findings.missing == [], "seed \(seed)")
            #expect(findings.broken == [], "seed \(seed)")
            #expect(findings.revived == [], "seed \(seed)")
        }
    }
}
