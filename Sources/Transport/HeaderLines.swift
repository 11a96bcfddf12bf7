import CCurl

/// The field lines of a request as libcurl takes them (CURLOPT_HTTPHEADER(3)): a linked list, in one piece of memory.
final class HeaderLines {
    private let memory: UnsafeMutableRawBufferPointer
    /// libcurl reads the list while the transfer lasts, and never changes it.
    let first: UnsafeMutablePointer<curl_slist>

    /// "Name:" takes away what libcurl would add by itself.
    private static let expect = "Expect:"
    private static let accept = "Accept"
    private static let contentType = "Content-Type"

    /// - Returns: nil where a name or a value has a character that would end its line, or the request, early.
    init?(_ headers: HTTPHeaders) {
        var lines: [(name: String, separator: StaticString, value: String)] = [(Self.expect, "", "")]
        lines.reserveCapacity(headers.count + 3)
        for name in [Self.accept, Self.contentType] where headers[name] == nil { lines.append((name, ":", "")) }
        for field in headers {
            guard Self.isPlain(field.name), Self.isPlain(field.value) else { return nil }
            // "Name;" is libcurl's way to send a field without a value.
            lines.append((field.name, field.value.isEmpty ? ";" : ": ", field.value))
        }
        let nodes = lines.count * MemoryLayout<curl_slist>.stride
        let characters = lines.reduce(0) {
            $0 + $1.name.utf8.count + $1.separator.utf8CodeUnitCount + $1.value.utf8.count + 1
        }
        memory = .allocate(byteCount: nodes + characters, alignment: MemoryLayout<curl_slist>.alignment)
        let list = UnsafeMutableRawBufferPointer(rebasing: memory[..<nodes]).bindMemory(to: curl_slist.self)
        let text = UnsafeMutableRawBufferPointer(rebasing: memory[nodes...]).bindMemory(to: CChar.self)
        guard let first = list.baseAddress, let start = text.baseAddress else { return nil }
        self.first = first
        var end = start
        func write(_ bytes: UnsafeRawBufferPointer) {
            UnsafeMutableRawBufferPointer(start: end, count: bytes.count).copyMemory(from: bytes)
            end += bytes.count
        }
        for (index, line) in lines.enumerated() {
            let next = index + 1 < lines.count ? first + index + 1 : nil
            (first + index).initialize(to: curl_slist(data: end, next: next))
            var (name, value) = (line.name, line.value)
            name.withUTF8 { write(UnsafeRawBufferPointer($0)) }
            line.separator.withUTF8Buffer { write(UnsafeRawBufferPointer($0)) }
            value.withUTF8 { write(UnsafeRawBufferPointer($0)) }
            end.pointee = 0
            end += 1
        }
    }

    deinit { memory.deallocate() }

    /// Whether a text has no control characters but tabs (RFC 9110, section 5.5).
    static func isPlain(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
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
}
