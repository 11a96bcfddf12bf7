import YAML

/// Everything that is wrong with a manifest, or a plan, in the order of the file.
public struct ManifestFaults: Error, Hashable, Sendable, CustomStringConvertible {
    /// As the user named the file.
    public let file: String
    public let faults: [YAMLFault]

    public init(file: String, faults: [YAMLFault]) {
        self.file = file
        self.faults = faults.sorted { $0.position < $1.position }
    }

    /// One line each: `config.yaml:12:5: unknown key "filter"; did you mean "filters"?`
    public var description: String { faults.map { "\(file):\($0)" }.joined(separator: "\n") }
}

/// A value of the manifest and where it stands, for what is found out about it later.
public struct Positioned<Value: Hashable & Sendable>: Hashable, Sendable {
    public let value: Value
    public let position: YAMLPosition

    public init(_ value: Value, at position: YAMLPosition) {
        self.value = value
        self.position = position
    }
}

/// Gathers what is wrong, so that all of it is told at once.
struct Diagnostics {
    private(set) var faults: [YAMLFault] = []

    mutating func add(_ message: String, at position: YAMLPosition) {
        faults.append(YAMLFault(message, at: position))
    }
}
