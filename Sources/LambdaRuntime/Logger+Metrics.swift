extension Logger {
    /// Writes metrics as a record of their own, from which CloudWatch Logs makes metrics: one line of JSON in either log
    /// format and at every level. A set that leaves nothing to write writes nothing.
    ///
    /// Where the format is JSON, Lambda itself drops records below the configured level, and takes one without a level for
    /// INFO: the record says that it is of the logger's own level where that is higher. The fields that `with(_:_:)` added
    /// are left out.
    ///
    /// - Parameter fields: Further members of the record, which can be searched for and cost no metric. One that has the
    ///   name of a metric or of a dimension is left out.
    public func emit(_ metrics: MetricSet, _ fields: Fields = [:]) {
        for metrics in metrics.records {
            sink.write { time, record in
                record.append(UInt8(ascii: "{"))
                Self.append(metrics, time, to: &record)
                if format == .json {
                    JSONText.appendName("timestamp", to: &record)
                    record.append(UInt8(ascii: "\""))
                    Timestamp.append(millisecondsSinceEpoch: time, to: &record)
                    record.append(UInt8(ascii: "\""))
                    JSONText.appendName("level", to: &record)
                    JSONText.append("\(max(.info, level).name)", to: &record)
                    JSONText.appendName("message", to: &record)
                    JSONText.append("metrics", to: &record)
                }
                if !requestID.isEmpty { Self.appendJSON("requestId", .string(requestID), to: &record) }
                for dimension in metrics.dimensions {
                    Self.appendJSON(dimension.name, .string(dimension.value), to: &record)
                }
                for metric in metrics.metrics { Self.appendJSON(metric.name, Self.field(metric.value), to: &record) }
                var names: Set<String> = []
                for (name, value) in fields where metrics.isFree(name) && names.insert(name).inserted {
                    if let field = value.logField { Self.appendJSON(name, field, to: &record) }
                }
                record += "}\n".utf8
            }
        }
    }

    /// Appends the `_aws` member, which says what of the record is a metric.
    private static func append(_ metrics: MetricSet, _ time: Int64, to record: inout [UInt8]) {
        record += #""_aws":{"Timestamp":\#(time),"CloudWatchMetrics":[{"Namespace":"#.utf8
        JSONText.append(metrics.namespace, to: &record)
        record += #","Dimensions":["#.utf8
        JSONText.append(metrics.dimensions.map(\.name), to: &record)
        record += #"],"Metrics":["#.utf8
        for (index, metric) in metrics.metrics.enumerated() {
            record += (index == 0 ? #"{"Name":"# : #",{"Name":"#).utf8
            JSONText.append(metric.name, to: &record)
            record += #","Unit":"\#(metric.unit.rawValue)"}"#.utf8
        }
        record += "]}]}".utf8
    }

    /// Whole numbers are written without a fraction.
    private static func field(_ value: Double) -> LogField {
        value.magnitude < 0x1p53 ? Int(exactly: value).map(LogField.integer) ?? .number(value) : .number(value)
    }
}
