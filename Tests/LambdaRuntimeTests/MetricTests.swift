import FoundationEssentials
import Testing

@testable import LambdaRuntime

/// A record in the embedded metric format, read by the rules of its specification alone.
private struct EmbeddedMetrics: Decodable {
    struct Metadata: Decodable {
        var timestamp: Int64
        var directives: [Directive]

        enum CodingKeys: String, CodingKey {
            case timestamp = "Timestamp"
            case directives = "CloudWatchMetrics"
        }
    }

    struct Directive: Decodable {
        var namespace: String
        var dimensions: [[String]]
        var metrics: [Definition]

        enum CodingKeys: String, CodingKey {
            case namespace = "Namespace"
            case dimensions = "Dimensions"
            case metrics = "Metrics"
        }
    }

    struct Definition: Decodable {
        var name: String
        var unit: String

        enum CodingKeys: String, CodingKey {
            case name = "Name"
            case unit = "Unit"
        }
    }

    enum Value: Decodable, Equatable {
        case number(Double)
        case text(String)
        case other

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Double.self) {
                self = .number(number)
            } else if let text = try? container.decode(String.self) {
                self = .text(text)
            } else {
                self = .other
            }
        }
    }

    struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    var metadata: Metadata
    var members: [String: Value] = [:]

    init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: Key.self)
        metadata = try root.decode(Metadata.self, forKey: Key(stringValue: "_aws"))
        for key in root.allKeys where key.stringValue != "_aws" {
            members[key.stringValue] = try root.decode(Value.self, forKey: key)
        }
    }

    /// The units of the specification's schema.
    static let units: Set<String> = {
        let sizes = ["Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes"]
        let bits = ["Bits", "Kilobits", "Megabits", "Gigabits", "Terabits"]
        let plain = ["Seconds", "Microseconds", "Milliseconds", "Percent", "Count", "None", "Count/Second"]
        return Set(plain + sizes + bits + (sizes + bits).map { $0 + "/Second" })
    }()

    /// What breaks the specification.
    var violations: [String] {
        var violations: [String] = []
        if metadata.directives.isEmpty { violations.append("no directive") }
        for directive in metadata.directives {
            if !(1...255).contains(directive.namespace.count) { violations.append("namespace") }
            if directive.dimensions.isEmpty { violations.append("no dimension set") }
            for set in directive.dimensions {
                if set.count > 30 { violations.append("too many dimensions") }
                for name in set {
                    guard (1...255).contains(name.count), case .text(let value)? = members[name], !value.isEmpty,
                        value.count <= 1024
                    else {
                        violations.append("dimension \(name)")
                        continue
                    }
                }
            }
            if !(1...100).contains(directive.metrics.count) { violations.append("number of metrics") }
            for metric in directive.metrics {
                guard (1...255).contains(metric.name.count), Self.units.contains(metric.unit),
                    case .number(let value)? = members[metric.name], value.isFinite
                else {
                    violations.append("metric \(metric.name)")
                    continue
                }
            }
        }
        return violations
    }
}

@Suite struct MetricTests {
    private let capture = LogCapture()

    private func logger(_ format: LogFormat, _ level: LogLevel = .info) -> Logger {
        Logger(level: level, format: format, sink: capture.sink()).with(requestID: "8476a536", tenantID: nil)
    }

    private func records() throws -> [EmbeddedMetrics] {
        try capture.records.map { try JSONDecoder().decode(EmbeddedMetrics.self, from: Data($0.utf8)) }
    }

    private let alerts = MetricSet(
        namespace: "AMISteward",
        dimensions: [.init("FunctionName", "checker")],
        metrics: [.init("AlertsSent", 3), .init("SweepAge", 26.5, .none)]
    )

    @Test func textFormat() {
        logger(.text).emit(alerts, ["image_id": "ami-1"])
        #expect(
            capture.text == #"{"_aws":{"Timestamp":1795161600123,"CloudWatchMetrics":[{"Namespace":"AMISteward","#
                + #""Dimensions":[["FunctionName"]],"Metrics":[{"Name":"AlertsSent","Unit":"Count"},"#
                + #"{"Name":"SweepAge","Unit":"None"}]}]},"requestId":"8476a536","FunctionName":"checker","#
                + #""AlertsSent":3,"SweepAge":26.5,"image_id":"ami-1"}"# + "\n"
        )
    }

    @Test func jsonFormatSaysTimeAndLevelAsLambdaWantsThem() throws {
        logger(.json).emit(alerts)
        let record = try #require(try records().first)
        #expect(record.members["timestamp"] == .text("2026-11-20T08:00:00.123Z"))
        #expect(record.members["level"] == .text("INFO"))
        #expect(record.members["message"] == .text("metrics"))
        #expect(record.members["requestId"] == .text("8476a536"))
        #expect(record.violations == [])
    }

    @Test(arguments: LogLevel.allCases) func noLevelDropsMetrics(_ level: LogLevel) throws {
        logger(.json, level).emit(alerts)
        logger(.text, level).emit(alerts)
        let records = try records()
        #expect(records.count == 2)
        // Lambda drops what is below the level that is set.
        guard case .text(let name)? = records[0].members["level"] else {
            Issue.record("no level")
            return
        }
        let written = try #require(LogLevel(name: name))
        #expect(written >= level && written >= .info)
        #expect(records.allSatisfy { $0.violations.isEmpty })
    }

    @Test(arguments: [LogFormat.json, .text]) func oneLineInOneWrite(_ format: LogFormat) throws {
        logger(format).emit(alerts, ["what": "two\nlines \u{2028}", "quote": "\""])
        #expect(capture.writeSizes.count == 1)
        #expect(capture.records.count == 1)
        #expect(try records()[0].members["what"] == .text("two\nlines \u{2028}"))
    }

    @Test func whatCloudWatchRefusesIsLeftOut() throws {
        let long = String(repeating: "a", count: 256)
        let set = MetricSet(
            namespace: "AMISteward",
            dimensions: [
                .init("FunctionName", "checker"), .init("FunctionName", "again"), .init("Empty", ""),
                .init("Blank", " "),
                .init("Long", String(repeating: "a", count: 1025)), .init(":colon", "x"), .init("", "x"),
                .init("Umlaut", "ä"), .init("level", "x"),
            ],
            metrics: [
                .init("Good", 1), .init("Good", 2), .init("NaN", Double.nan, .none),
                .init("Infinite", .infinity, .none),
                .init("Huge", 1e300, .none), .init(long, 1), .init("", 1), .init(":a", 1), .init("a\nb", 1),
                .init("FunctionName", 1), .init("_aws", 1), .init("requestId", 1), .init("timestamp", 1),
            ]
        )
        logger(.json).emit(set, ["Good": 7, "FunctionName": "z", "_aws": 1, "own": 5, "none": nil as Int?])
        let record = try #require(try records().first)
        #expect(record.violations == [])
        #expect(record.metadata.directives.map(\.dimensions) == [[["FunctionName"]]])
        #expect(record.metadata.directives.map { $0.metrics.map(\.name) } == [["Good"]])
        #expect(
            Set(record.members.keys) == ["timestamp", "level", "message", "requestId", "FunctionName", "Good", "own"]
        )
        #expect(record.members["Good"] == .number(1))
        #expect(record.members["FunctionName"] == .text("checker"))
    }

    @Test func nothingToWriteWritesNothing() {
        logger(.json).emit(MetricSet(namespace: "AMISteward", metrics: []))
        logger(.json).emit(MetricSet(namespace: "AMISteward", metrics: [.init("x", .nan, .none)]))
        logger(.json).emit(MetricSet(namespace: "", metrics: [.init("x", 1)]))
        #expect(capture.text.isEmpty)
    }

    @Test func manyMetricsAreSeveralRecords() throws {
        let metrics = (0..<205).map { MetricSet.Metric("m\($0)", $0) }
        let dimensions = (0..<40).map { MetricSet.Dimension("d\($0)", "x") }
        logger(.text).emit(MetricSet(namespace: "AMISteward", dimensions: dimensions, metrics: metrics))
        let records = try records()
        #expect(records.map { $0.metadata.directives[0].metrics.count } == [100, 100, 5])
        #expect(records.allSatisfy { $0.violations.isEmpty && $0.metadata.directives[0].dimensions[0].count == 30 })
        #expect(records.flatMap { $0.metadata.directives[0].metrics.map(\.name) } == metrics.map(\.name))
    }

    @Test func withoutDimensionsTheSetIsEmpty() throws {
        logger(.text).emit(MetricSet(namespace: "AMISteward", metrics: [.init("x", 1)]))
        let record = try #require(try records().first)
        #expect(record.metadata.directives[0].dimensions == [[]])
        #expect(record.violations == [])
    }

    @Test(arguments: [0, -1, 0.1, 1e-7, 1e15, 1e16, 123_456_789.25, -0x1p360]) func numbersAreJSON(_ value: Double)
        throws
    {
        logger(.text).emit(MetricSet(namespace: "AMISteward", metrics: [.init("x", value, .none)]))
        #expect(try records()[0].members["x"] == .number(value))
    }

    @Test func theUnitsAreThoseOfTheSchema() {
        #expect(MetricSet.Unit.allCases.allSatisfy { EmbeddedMetrics.units.contains($0.rawValue) })
    }
}
