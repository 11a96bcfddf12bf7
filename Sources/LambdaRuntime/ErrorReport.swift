/// An error as it is reported: to the Runtime API, to the log, to X-Ray.
struct ErrorReport: Sendable, Equatable {
    struct Entry: Sendable, Equatable {
        var type: String
        var message: String

        var byteCount: Int { type.utf8.count + message.utf8.count }
    }

    /// The error itself.
    var error: Entry

    /// Its causes in the order of a stack: each cause before the causes of its siblings, nearest first.
    var causes: [Entry] = []

    /// A chain of causes is followed up to this many; beyond it nothing new is learnt.
    static let maximumCauses = 32

    /// Longer messages are cut.
    static let maximumMessageBytes = 64 << 10

    /// What types and messages have together, at most; causes beyond it are cut or left out. Every byte of it may take six in
    /// JSON, and a report is to fit into a response (6 MiB) and into one event of CloudWatch Logs (1 MiB).
    static let maximumBytes = 128 << 10

    init(type: String, message: String) {
        error = Entry(type: type, message: Self.shortened(message, to: Self.maximumMessageBytes))
    }

    init(_ error: any Error) {
        self.error = Self.entry(error, maximumBytes: Self.maximumMessageBytes)
        var room = Self.maximumBytes - self.error.byteCount
        appendCauses(of: error, room: &room)
    }

    /// - Parameter room: For how many bytes there is room.
    private mutating func appendCauses(of error: any Error, room: inout Int) {
        guard let error = error as? any LambdaError else { return }
        for cause in error.underlyingErrors {
            guard causes.count < Self.maximumCauses, room >= Self.maximumTypeBytes else { return }
            let entry = Self.entry(cause, maximumBytes: min(Self.maximumMessageBytes, room))
            causes.append(entry)
            room -= entry.byteCount
            appendCauses(of: cause, room: &room)
        }
    }

    private static let maximumTypeBytes = 256

    /// - Parameter maximumBytes: Of its type and its message together; at least ``maximumTypeBytes``.
    private static func entry(_ error: any Error, maximumBytes: Int) -> Entry {
        let known = error as? any LambdaError
        let message = known?.errorMessage ?? String(describing: error)
        let type = shortened(known?.errorType ?? typeName(of: error), to: maximumTypeBytes)
        return Entry(type: type, message: shortened(message, to: maximumBytes - type.utf8.count))
    }

    /// The name of the error's type without module, enclosing types and generic arguments.
    static func typeName(of error: any Error) -> String {
        let name = String(describing: type(of: error))
        return name.contains("<") ? String(name.prefix { $0 != "<" }) : name
    }

    /// At most `count` bytes of UTF-8, cut between characters, with an ellipsis where something is missing.
    static func shortened(_ text: String, to count: Int) -> String {
        let ellipsis = "…"
        guard text.utf8.count > count else { return text }
        let limit = max(0, count - ellipsis.utf8.count)
        var end = text.utf8.index(text.utf8.startIndex, offsetBy: limit)
        while end > text.startIndex, end.samePosition(in: text.unicodeScalars) == nil {
            end = text.utf8.index(before: end)
        }
        return String(text[..<end]) + ellipsis
    }

    /// `stackTrace` of the error response. Swift errors carry no call stack: the entries are the causes.
    var stackTrace: [String] {
        causes.map { $0.message.isEmpty ? $0.type : "\($0.type): \($0.message)" }
    }

    /// The body of an error report in the standard form of AWS Lambda:
    /// `{"errorType":…,"errorMessage":…,"requestId":…,"stackTrace":[…]}`, without `requestId` where there is none.
    func body(requestID: String?) -> [UInt8] {
        var body: [UInt8] = [UInt8(ascii: "{")]
        JSONText.appendName("errorType", to: &body)
        JSONText.append(error.type, to: &body)
        JSONText.appendName("errorMessage", to: &body)
        JSONText.append(error.message, to: &body)
        if let requestID {
            JSONText.appendName("requestId", to: &body)
            JSONText.append(requestID, to: &body)
        }
        JSONText.appendName("stackTrace", to: &body)
        JSONText.append(stackTrace, to: &body)
        body.append(UInt8(ascii: "}"))
        return body
    }

    /// The value of `Lambda-Runtime-Function-Error-Type`. The service accepts `Runtime.` or `Function.` and an upper camel
    /// case word of at least two letters; it turns anything else into `Runtime.Unknown`. An error type that already has
    /// this form stays as it is, another one follows `Function.` without what is not a letter.
    var headerType: String {
        let parts = error.type.split(separator: ".", omittingEmptySubsequences: false)
        if parts.count == 2, parts[0] == "Runtime" || parts[0] == "Function", Self.isReason(parts[1]) {
            return error.type
        }
        let reason = Self.reason(error.type)
        return Self.isReason(reason[...]) ? "Function.\(reason)" : "Function.Unknown"
    }

    private static func reason(_ type: String) -> String {
        var letters = type.utf8.filter { isLetter($0) }
        if let first = letters.first { letters[0] = first & 0xdf }
        return String(decoding: letters, as: UTF8.self)
    }

    private static func isReason(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, text.utf8.count >= 2 else { return false }
        return (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first) && text.utf8.allSatisfy(isLetter)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
