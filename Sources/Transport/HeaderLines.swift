import CCurl

/// The field lines of a request as libcurl takes them (CURLOPT_HTTPHEADER(3)): a linked list, in one piece of memory.
final class HeaderLines {
    private let memory: UnsafeMutableRawBufferPointer
    /// libcurl reads the list while the transfer lasts, and never changes it.
    let first: UnsafeMutablePointer<curl_slist>

    /// "Name:" takes away what libcurl would add by itself.
    private static let unwanted: [(name: String, line: StaticString)] = [
        ("Expect", "Expect:"), ("Accept", "Accept:"), ("Content-Type", "Content-Type:"),
    ]

    /// - Returns: nil where a name or a value has a character that would end its line, or the request, early.
    init?(_ headers: HTTPHeaders) {
        let capacity = headers.count + Self.unwanted.count
        let nodes = capacity * MemoryLayout<curl_slist>.stride
        memory = .allocate(byteCount: nodes + headers.text.count, alignment: MemoryLayout<curl_slist>.alignment)
        let list = memory.baseAddress?.bindMemory(to: curl_slist.self, capacity: capacity)
        guard let list else { preconditionFailure("a list without nodes") }
        first = list
        let text = UnsafeMutableRawBufferPointer(rebasing: memory[nodes...]).bindMemory(to: UInt8.self)
        _ = text.initialize(from: headers.text)
        var node = list
        func append(_ line: UnsafeMutableRawPointer?) {
            node.initialize(to: curl_slist(data: line?.assumingMemoryBound(to: CChar.self), next: node + 1))
            node += 1
        }
        for field in Self.unwanted where !headers.contains(field.name) {
            append(UnsafeMutableRawPointer(mutating: field.line.utf8Start))
        }
        for line in headers.lines {
            guard Self.isPlain(UnsafeBufferPointer(rebasing: text[line.name])),
                Self.isPlain(UnsafeBufferPointer(rebasing: text[line.value]))
            else { return nil }
            if line.value.isEmpty {
                // "Name;" is libcurl's way to send a field without a value.
                text[line.name.upperBound] = UInt8(ascii: ";")
                text[line.name.upperBound + 1] = 0
            }
            append(text.baseAddress.map { $0 + line.name.lowerBound })
        }
        (node - 1).pointee.next = nil
    }

    deinit { memory.deallocate() }

    /// Whether a text has no control characters but tabs (RFC 9110, section 5.5).
    static func isPlain(_ text: String) -> Bool {
        var text = text
        return text.withUTF8(isPlain)
    }

    private static func isPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var index = 0
        while index < bytes.count {
            if index + 8 <= bytes.count {
                let word = ByteWord(bytes, at: index)
                if word.less(than: 0x20) | word.equal(to: 0x7f) == 0 {
                    index += 8
                    continue
                }
            }
            let byte = bytes[index]
            if byte < 0x20 && byte != 0x09 || byte == 0x7f { return false }
            index += 1
        }
        return true
    }
}
