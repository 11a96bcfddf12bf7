/// Why a response does not follow its protocol: where, and what is wrong there.
public struct ResponseFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// The names from the root to the place, outermost first.
    public var path: [String]
    public var message: String

    public init(path: [String] = [], message: String) {
        self.path = path
        self.message = message
    }

    public var description: String { path.isEmpty ? message : "\(path.joined(separator: ".")): \(message)" }

    /// The same fault seen from the element that encloses it.
    func below(_ name: String) -> ResponseFault {
        ResponseFault(path: [name] + path, message: message)
    }

    /// What is wrong with a response, for a person, from any error that reading it may throw.
    static func describe(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(error)" }
        let (message, context) =
            switch error {
            case .keyNotFound(let key, let context): ("\(key.stringValue) is missing", context)
            case .typeMismatch(_, let context): (context.debugDescription, context)
            case .valueNotFound(_, let context): (context.debugDescription, context)
            case .dataCorrupted(let context): (context.debugDescription, context)
            @unknown default: ("\(error)", DecodingError.Context(codingPath: [], debugDescription: ""))
            }
        let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
        let cause = context.underlyingError.map { " \($0)" } ?? ""
        return ResponseFault(path: path, message: message + cause).description
    }
}
