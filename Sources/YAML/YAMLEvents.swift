import CYAML

/// One event of libyaml's parser.
struct YAMLEvent {
    enum Kind {
        case streamStart
        case streamEnd
        case documentStart
        case documentEnd
        case alias(String)
        case scalar(YAMLNode.Scalar, anchor: String?, tag: String?)
        case sequenceStart(anchor: String?, tag: String?)
        case sequenceEnd
        case mappingStart(anchor: String?, tag: String?)
        case mappingEnd
    }

    let kind: Kind
    let position: YAMLPosition
}

/// The events of a text, by libyaml's parser (<https://pyyaml.org/wiki/LibYAML>).
final class YAMLEvents {
    /// libyaml's parser keeps its own address.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>

    /// - Parameter bytes: A valid UTF-8 text.
    init(_ bytes: [UInt8]) {
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        input = .allocate(capacity: bytes.count)
        _ = input.initialize(from: bytes)
        let status = yaml_parser_initialize(parser)
        precondition(status == 1, "out of memory")
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        input.deallocate()
    }

    /// The next event; after the end of the stream there is none to ask for.
    func next() throws(YAMLFault) -> YAMLEvent {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw fault() }
        defer { yaml_event_delete(&event) }
        let kind: YAMLEvent.Kind =
            switch event.type {
            case YAML_STREAM_START_EVENT: .streamStart
            case YAML_DOCUMENT_START_EVENT: .documentStart
            case YAML_DOCUMENT_END_EVENT: .documentEnd
            case YAML_ALIAS_EVENT: .alias(Self.text(event.data.alias.anchor) ?? "")
            case YAML_SCALAR_EVENT: Self.scalar(event)
            case YAML_SEQUENCE_START_EVENT:
                .sequenceStart(
                    anchor: Self.text(event.data.sequence_start.anchor),
                    tag: Self.text(event.data.sequence_start.tag)
                )
            case YAML_SEQUENCE_END_EVENT: .sequenceEnd
            case YAML_MAPPING_START_EVENT:
                .mappingStart(
                    anchor: Self.text(event.data.mapping_start.anchor),
                    tag: Self.text(event.data.mapping_start.tag)
                )
            case YAML_MAPPING_END_EVENT: .mappingEnd
            default: .streamEnd
            }
        return YAMLEvent(kind: kind, position: Self.position(event.start_mark))
    }

    private static func scalar(_ event: yaml_event_t) -> YAMLEvent.Kind {
        let data = event.data.scalar
        let bytes = UnsafeBufferPointer(start: data.value, count: data.length)
        let scalar = YAMLNode.Scalar(
            String(decoding: bytes, as: UTF8.self),
            isPlain: data.style == YAML_PLAIN_SCALAR_STYLE && data.tag == nil
        )
        return .scalar(scalar, anchor: text(data.anchor), tag: text(data.tag))
    }

    private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        pointer.map { String(cString: $0) }
    }

    private static func position(_ mark: yaml_mark_t) -> YAMLPosition {
        YAMLPosition(line: mark.line + 1, column: mark.column + 1)
    }

    private func fault() -> YAMLFault {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "the text cannot be parsed"
        switch parser.pointee.error {
        case YAML_READER_ERROR:
            let offset = min(max(0, parser.pointee.problem_offset), input.count)
            let before = String(decoding: input[..<offset], as: UTF8.self)
            return YAMLFault(problem, at: TextScanner.position(after: Substring(before)))
        case YAML_MEMORY_ERROR:
            return YAMLFault("out of memory", at: Self.position(parser.pointee.mark))
        default:
            let context = parser.pointee.context.map { " " + String(cString: $0) } ?? ""
            return YAMLFault(problem + context, at: Self.position(parser.pointee.problem_mark))
        }
    }
}
