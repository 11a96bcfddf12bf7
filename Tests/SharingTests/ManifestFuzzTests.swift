import Sharing
import TestSupport
import Testing

@Suite("Manifests that are broken in any way")
struct ManifestFuzzTests {
    @Test("Each is read, or refused with a place in the text", arguments: 0..<40)
    func mutations(_ seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let original = Array(ManifestTests.whole.utf8)
        let pieces =
            [
                "{{", "}}", "{{ .Odd }}", "&a ", "*a", "- ", ": ", "\n", "\t", "\u{0}", "[", "]", "\"", "'", "|",
                "!!str ", "---\n", "\u{FEFF}",
            ]
            .map { Array($0.utf8) } + [[0xFF], [0xE2, 0x82]]
        for _ in 0..<40 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let start = Int.random(in: bytes.indices, using: &random)
                let end = min(bytes.count, start + Int.random(in: 0...6, using: &random))
                bytes.replaceSubrange(start..<end, with: pieces.randomElement(using: &random) ?? [])
            }
            let lines = bytes.count { $0 == 0x0A } + 1
            do throws(ManifestFaults) {
                _ = try ShareManifest(bytes, file: "config.yaml") { ManifestTests.environment[$0] }
            } catch {
                #expect(!error.faults.isEmpty)
                #expect(
                    error.faults.allSatisfy { (1...lines).contains($0.position.line) && $0.position.column >= 1 },
                    "\(error)"
                )
            }
        }
    }
}
