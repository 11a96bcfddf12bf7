import CYAML

/// Writes documents through libyaml: block style, two spaces, one value a line whatever its length.
public enum YAMLEmitter {
    /// Why a document could not be written.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// The document's text, which ends with a line feed. A string that YAML 1.1 or 1.2 could take for anything else is
    /// quoted, so that every reader gets back the string.
    ///
    /// - Throws: ``Failure``, with what libyaml says.
    public static func text(_ value: YAMLValue) throws(Failure) -> String {
        let output = Output()
        let emitter = UnsafeMutablePointer<yaml_emitter_t>.allocate(capacity: 1)
        defer { emitter.deallocate() }
        guard yaml_emitter_initialize(emitter) == 1 else { throw Failure(description: "out of memory") }
        defer { yaml_emitter_delete(emitter) }
        yaml_emitter_set_unicode(emitter, 1)
        yaml_emitter_set_width(emitter, -1)
        yaml_emitter_set_indent(emitter, 2)
        yaml_emitter_set_output(
            emitter,
            { context, bytes, count in
                guard let context, let bytes else { return 0 }
                Unmanaged<Output>.fromOpaque(context).takeUnretainedValue()
                    .bytes.append(contentsOf: UnsafeBufferPointer(start: bytes, count: count))
                return 1
            },
            Unmanaged.passUnretained(output).toOpaque()
        )
        try withExtendedLifetime(output) { () throws(Failure) in
            var writer = EventWriter(emitter: emitter)
            try writer.document(value)
        }
        return String(decoding: output.bytes, as: UTF8.self)
    }

    private final class Output {
        var bytes: [UInt8] = []
    }
}

/// Turns values into the events that libyaml writes.
private struct EventWriter {
    let emitter: UnsafeMutablePointer<yaml_emitter_t>

    mutating func document(_ value: YAMLValue) throws(YAMLEmitter.Failure) {
        try emit { yaml_stream_start_event_initialize(&$0, YAML_UTF8_ENCODING) }
        try emit { yaml_document_start_event_initialize(&$0, nil, nil, nil, 1) }
        try write(value)
        try emit { yaml_document_end_event_initialize(&$0, 1) }
        try emit { yaml_stream_end_event_initialize(&$0) }
    }

    private mutating func write(_ value: YAMLValue) throws(YAMLEmitter.Failure) {
        switch value {
        case .null: try scalar("null", YAML_PLAIN_SCALAR_STYLE)
        case .boolean(let value): try scalar(value ? "true" : "false", YAML_PLAIN_SCALAR_STYLE)
        case .integer(let value): try scalar(String(value), YAML_PLAIN_SCALAR_STYLE)
        case .string(let text): try string(text)
        case .sequence(let elements):
            let style = elements.isEmpty ? YAML_FLOW_SEQUENCE_STYLE : YAML_BLOCK_SEQUENCE_STYLE
            try emit { yaml_sequence_start_event_initialize(&$0, nil, nil, 1, style) }
            for element in elements { try write(element) }
            try emit { yaml_sequence_end_event_initialize(&$0) }
        case .mapping(let members):
            let style = members.isEmpty ? YAML_FLOW_MAPPING_STYLE : YAML_BLOCK_MAPPING_STYLE
            try emit { yaml_mapping_start_event_initialize(&$0, nil, nil, 1, style) }
            for member in members {
                try string(member.name)
                try write(member.value)
            }
            try emit { yaml_mapping_end_event_initialize(&$0) }
        }
    }

    private mutating func string(_ text: String) throws(YAMLEmitter.Failure) {
        if Self.isPlain(text) {
            try scalar(text, YAML_ANY_SCALAR_STYLE)
        } else {
            let hasControls = text.unicodeScalars.contains(where: Self.isControl)
            try scalar(text, hasControls ? YAML_DOUBLE_QUOTED_SCALAR_STYLE : YAML_SINGLE_QUOTED_SCALAR_STYLE)
        }
    }

    /// Whether nobody takes the text for a number, a truth value, a time or nothing: it begins with a letter or a slash,
    /// and is no word that means something. What would not be one scalar, libyaml quotes by itself.
    private static func isPlain(_ text: String) -> Bool {
        switch text.utf8.first ?? 0 {
        case 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "/"): break
        default: return false
        }
        return !words.contains(text.lowercased()) && !text.unicodeScalars.contains(where: isControl)
    }

    private static let words: Set<String> = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"]

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || scalar.value == 0x2028 || scalar.value == 0x2029
    }

    private mutating func scalar(_ text: String, _ style: yaml_scalar_style_t) throws(YAMLEmitter.Failure) {
        var text = text
        let event: (Int32, yaml_event_t) = text.withUTF8 { bytes in
            var event = yaml_event_t()
            let empty: [UInt8] = [0]
            let status = empty.withUnsafeBufferPointer { empty in
                yaml_scalar_event_initialize(
                    &event,
                    nil,
                    nil,
                    bytes.baseAddress ?? empty.baseAddress,
                    Int32(bytes.count),
                    1,
                    1,
                    style
                )
            }
            return (status, event)
        }
        guard event.0 == 1 else { throw YAMLEmitter.Failure(description: "a text that is not UTF-8, or too long") }
        var made = event.1
        try send(&made)
    }

    private mutating func emit(_ make: (inout yaml_event_t) -> Int32) throws(YAMLEmitter.Failure) {
        var event = yaml_event_t()
        guard make(&event) == 1 else { throw YAMLEmitter.Failure(description: "out of memory") }
        try send(&event)
    }

    /// Takes the event over, whatever becomes of it.
    private mutating func send(_ event: inout yaml_event_t) throws(YAMLEmitter.Failure) {
        guard yaml_emitter_emit(emitter, &event) == 1 else {
            let problem = emitter.pointee.problem.map { String(cString: $0) } ?? "libyaml cannot write the document"
            throw YAMLEmitter.Failure(description: problem)
        }
    }
}
