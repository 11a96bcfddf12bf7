import AWSClient
import YAML

/// JSON for people and programs alike: members in the order of the document, two spaces a level.
enum JSONText {
    /// The document, which ends with a line feed.
    static func indented(_ value: YAMLValue) -> String {
        var bytes: [UInt8] = []
        write(value, indentation: 0, to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The document in one line, without spaces.
    static func compact(_ value: YAMLValue) -> String {
        var json = JSONWriter()
        write(value, to: &json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private static func write(_ value: YAMLValue, to json: inout JSONWriter) {
        switch value {
        case .null: json.null()
        case .boolean(let value): json.boolean(value)
        case .integer(let value): json.integer(value)
        case .string(let text): json.string(text)
        case .sequence(let elements): json.array(elements) { write($1, to: &$0) }
        case .mapping(let members):
            json.object { json in
                for member in members { json.member(member.name) { write(member.value, to: &$0) } }
            }
        }
    }

    private static func write(_ value: YAMLValue, indentation: Int, to bytes: inout [UInt8]) {
        func line(_ level: Int) {
            bytes.append(UInt8(ascii: "\n"))
            bytes += repeatElement(UInt8(ascii: " "), count: 2 * level)
        }
        switch value {
        case .sequence(let elements) where !elements.isEmpty:
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                line(indentation + 1)
                write(element, indentation: indentation + 1, to: &bytes)
            }
            line(indentation)
            bytes.append(UInt8(ascii: "]"))
        case .mapping(let members) where !members.isEmpty:
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                line(indentation + 1)
                bytes += compact(.string(member.name)).utf8
                bytes += ": ".utf8
                write(member.value, indentation: indentation + 1, to: &bytes)
            }
            line(indentation)
            bytes.append(UInt8(ascii: "}"))
        default:
            bytes += compact(value).utf8
        }
    }
}
