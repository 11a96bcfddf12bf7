import FoundationEssentials
import Testing

@testable import Governance

/// Dashboards show what the functions publish, and nothing else.
@Suite struct DashboardTests {
    private static let modules = URL(filePath: #filePath).appending(path: "../../../../terraform/modules").standardized

    /// The names of a dashboard's metrics in the functions' namespace.
    private static func names(in module: String) throws -> Set<String> {
        let text = try String(contentsOf: modules.appending(path: "\(module)/dashboard.tf"), encoding: .utf8)
        let namespace = "namespace = \"\(GovernanceMetrics.namespace)\""
        let charts = text.split(separator: "\n").filter { $0.contains(namespace) }
        return Set(
            charts.flatMap { chart in
                chart.split(separator: "metrics = {").last?.prefix { $0 != "}" }.split(separator: ",").compactMap {
                    $0.split(separator: "=").first.map { String($0.filter { $0 != " " }) }
                } ?? []
            }
        )
    }

    @Test func everyMetricIsInADashboard() throws {
        let consumer = try Self.names(in: "ami_consumer")
        let creator = try Self.names(in: "ami_creator")
        #expect(consumer.isDisjoint(with: creator))
        #expect(consumer.union(creator) == Set(GovernanceMetrics.Name.allCases.map(\.rawValue)))
        #expect(creator.contains("AlertsFailed"))
        #expect(consumer.contains("SweepRevived"))
    }

    /// There is no other way to publish one.
    @Test func metricsHaveNamesOnlyThere() throws {
        let sources = Self.modules.appending(path: "../../Sources/Governance").standardized
        let files = try FileManager.default.subpathsOfDirectory(atPath: sources.path())
            .filter { $0.hasSuffix(".swift") }
        #expect(files.count > 100)
        for file in files where !file.hasSuffix("/GovernanceMetrics.swift") {
            let text = try String(contentsOf: sources.appending(path: file), encoding: .utf8)
            #expect(!text.contains("MetricSet("), "\(file)")
        }
    }
}
