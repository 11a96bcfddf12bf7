/// Builds the form body of a query or ec2Query request. A value of nil writes nothing.
public struct QueryForm: Sendable {
    private let dialect: QueryAPI.Dialect
    private var bytes: [UInt8] = []
    /// What stands before every name, ending in a point unless empty.
    private var prefix = ""

    public init(dialect: QueryAPI.Dialect) {
        self.dialect = dialect
    }

    /// The body: names and values percent-encoded, in the order written.
    public var encoded: [UInt8] { bytes }

    public mutating func set(_ name: String, _ value: String?) {
        guard let value else { return }
        if !bytes.isEmpty { bytes.append(UInt8(ascii: "&")) }
        PercentEncoding.append(prefix + name, to: &bytes)
        bytes.append(UInt8(ascii: "="))
        PercentEncoding.append(value, to: &bytes)
    }

    public mutating func set(_ name: String, _ value: Int?) {
        set(name, value.map { String($0) })
    }

    public mutating func set(_ name: String, _ value: Bool?) {
        set(name, value.map { $0 ? "true" : "false" })
    }

    /// A timestamp as `2026-11-20T08:00:00Z`.
    public mutating func set(_ name: String, _ value: Timestamp?) {
        set(name, value?.dateTime)
    }

    /// A list of strings: `Name.member.1` or, flattened and in EC2's dialect, `Name.1`. An empty list is `Name=` in the
    /// query dialect and nothing in EC2's, where it cannot be expressed.
    public mutating func list(_ name: String, _ values: [String]?, isFlattened: Bool = false) {
        list(name, values, isFlattened: isFlattened) { form, element, value in form.set(element, value) }
    }

    /// A list of structures, each written by `write` with names relative to it.
    public mutating func list<Element>(
        _ name: String,
        structures values: [Element]?,
        isFlattened: Bool = false,
        _ write: (inout QueryForm, Element) -> Void
    ) {
        list(name, values, isFlattened: isFlattened) { form, element, value in
            form.nested(element) { write(&$0, value) }
        }
    }

    /// A structure, written by `write` with names relative to it.
    public mutating func nested(_ name: String, _ write: (inout QueryForm) -> Void) {
        let outer = prefix
        prefix += "\(name)."
        write(&self)
        prefix = outer
    }

    /// A map: `Name.entry.1.key` and `Name.entry.1.value`, in the order of its keys; flattened, `Name.1.key`.
    public mutating func map<Value>(
        _ name: String,
        _ values: [String: Value]?,
        keyName: String = "key",
        valueName: String = "value",
        isFlattened: Bool = false,
        _ write: (inout QueryForm, String, Value) -> Void
    ) {
        guard let values else { return }
        for (index, entry) in values.sorted(by: { $0.key < $1.key }).enumerated() {
            nested(isFlattened ? "\(name).\(index + 1)" : "\(name).entry.\(index + 1)") { form in
                form.set(keyName, entry.key)
                write(&form, valueName, entry.value)
            }
        }
    }

    private mutating func list<Element>(
        _ name: String,
        _ values: [Element]?,
        isFlattened: Bool,
        _ write: (inout QueryForm, String, Element) -> Void
    ) {
        guard let values else { return }
        if values.isEmpty, dialect == .query { set(name, "") }
        let isFlat = isFlattened || dialect == .ec2
        for (index, value) in values.enumerated() {
            write(&self, isFlat ? "\(name).\(index + 1)" : "\(name).member.\(index + 1)", value)
        }
    }
}
