import Testing

@testable import Governance

/// Whatever happens to events and sweeps, one undisturbed sweep later the rows are what is really there; and what is there
/// all the time is never missing.
@Suite struct SweepSimulationTests {
    @Test(arguments: 0..<UInt64(20))
    func everyInterleaving(block: UInt64) async throws {
        for seed in block * 100..<block * 100 + 100 {
            let (surplus, missing, broken) = try await Simulation(seed: seed).run()
            #expect(surplus == [], "seed \(seed)")
            #expect(missing == [], "seed \(seed)")
            #expect(broken == [], "seed \(seed)")
        }
    }
}
