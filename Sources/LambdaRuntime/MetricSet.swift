/// Metrics for CloudWatch, written as one log record in its embedded metric format: ``Logger/emit(_:_:)``.
///
/// What CloudWatch would refuse is left out when the record is written: values that are not finite or beyond ±2^360; names
/// that are not 1 to 255 printable ASCII characters or begin with a colon; dimensions whose value is not 1 to 1,024 such
/// characters; what has the name of another member.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>,
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html>
public struct MetricSet: Sendable, Equatable {
    public struct Metric: Sendable, Equatable {
        public var name: String
        public var value: Double
        public var unit: Unit

        public init(_ name: String, _ value: Double, _ unit: Unit) {
            self.name = name
            self.value = value
            self.unit = unit
        }

        public init(_ name: String, _ value: Int, _ unit: Unit = .count) {
            self.init(name, Double(value), unit)
        }
    }

    /// The units of CloudWatch that are used. An hour is none of them: hours are given as `none`, and in the metric's name
    /// or description.
    public enum Unit: String, Sendable, CaseIterable {
        case seconds = "Seconds"
        case milliseconds = "Milliseconds"
        case bytes = "Bytes"
        case percent = "Percent"
        case count = "Count"
        case countPerSecond = "Count/Second"
        case none = "None"
    }

    public struct Dimension: Sendable, Equatable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public var namespace: String
    /// All of them together identify the metrics, at most 30. Each combination of values is a metric of its own, and is
    /// billed as one: nothing that has many values belongs here.
    public var dimensions: [Dimension]
    public var metrics: [Metric]

    public init(namespace: String, dimensions: [Dimension] = [], metrics: [Metric]) {
        self.namespace = namespace
        self.dimensions = dimensions
        self.metrics = metrics
    }
}

extension MetricSet {
    /// A record has at most so many metrics.
    static let maximumMetrics = 100
    static let maximumDimensions = 30

    /// The members that a record has besides its metrics, dimensions and fields.
    private static let ownMembers: Set<String> = ["_aws", "timestamp", "level", "message", "requestId"]

    /// The metrics as CloudWatch takes them, in as many sets as it takes records; none where nothing is left to write.
    var records: [MetricSet] {
        guard Self.isName(namespace) else { return [] }
        var taken = Self.ownMembers
        let dimensions = dimensions.filter { dimension in
            Self.isName(dimension.name) && Self.isText(dimension.value, limit: 1024)
                && dimension.value.utf8.contains { $0 != 0x20 } && taken.insert(dimension.name).inserted
        }.prefix(Self.maximumDimensions)
        let metrics = metrics.filter { metric in
            metric.value.magnitude <= 0x1p360 && Self.isName(metric.name) && taken.insert(metric.name).inserted
        }
        return stride(from: 0, to: metrics.count, by: Self.maximumMetrics).map { start in
            MetricSet(
                namespace: namespace,
                dimensions: Array(dimensions),
                metrics: Array(metrics[start..<min(start + Self.maximumMetrics, metrics.count)])
            )
        }
    }

    /// Whether a record of these metrics has no member of that name yet.
    func isFree(_ name: String) -> Bool {
        !Self.ownMembers.contains(name) && !dimensions.contains { $0.name == name }
            && !metrics.contains { $0.name == name }
    }

    private static func isName(_ text: String) -> Bool { isText(text, limit: 255) && text.utf8.first != 0x3A }

    private static func isText(_ text: String, limit: Int) -> Bool {
        (1...limit).contains(text.utf8.count) && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }
}
