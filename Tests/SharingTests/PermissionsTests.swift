import Foundation
import Sharing
import Testing

@Suite("What the roles allow")
struct PermissionsTests {
    @Test("The Terraform module grants just what sharing needs", arguments: ["provider", "consumer"])
    func module(_ role: String) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = root.appending(path: "terraform/modules/share_roles/\(role)_role.tf")
        let text = try String(contentsOf: file, encoding: .utf8)
        let granted = text.split(separator: "\n").filter { $0.contains("actions") }
            .flatMap { $0.matches(of: /"([a-z0-9]+:[A-Za-z]+)"/).map { String($0.output.1) } }
        let statements = role == "provider" ? SharePermissions.provider : SharePermissions.consumer
        #expect(Set(granted) == Set(statements.flatMap(\.actions)))
    }
}
