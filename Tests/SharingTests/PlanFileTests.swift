import Sharing
import Testing

@Suite("The plan's file")
struct PlanFileTests {
    private func complaint(_ text: String) -> String? {
        do throws(ManifestFaults) {
            _ = try SharePlan(Array(text.utf8), file: "file.yaml")
            return nil
        } catch {
            return error.description
        }
    }

    @Test(
        "What is no plan is told to be none, and what it is instead",
        arguments: [
            (ManifestTests.whole, "it is a manifest; amictl share plan makes a plan of one"),
            ("source-account: {id: 111111111111}\n", "it is a manifest; amictl share plan makes a plan of one"),
            // No YAML without its placeholders filled in.
            ("source-account: {id: {{ .Account }}-x}\n", "it is a manifest; amictl share plan makes a plan of one"),
            ("- a\n", "it has no \"amictl-plan\""),
            ("a: {{ .Name }}\n", "it has no \"amictl-plan\""),
        ]
    )
    func others(_ text: String, _ kind: String) {
        #expect(complaint(text) == "file.yaml:1:1: the file is no plan: \(kind)")
    }

    @Test("What is a plan, or cannot be read, is told what is wrong with it")
    func plans() {
        #expect(
            complaint("amictl-plan: '1'\namictl-plan: '1'\nkind: [\n")?.hasPrefix(
                "file.yaml:2:1: the key \"amictl-plan\" is there already, at 1:1\nfile.yaml:4:1: did not find"
            ) == true
        )
        #expect(complaint("amictl-plan: '2'\n")?.contains("which is not a version that this program reads") == true)
        #expect(complaint("") == "file.yaml:1:1: the text has no document")
    }
}
