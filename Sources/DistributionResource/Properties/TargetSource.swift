/// Where elements of a list come from: given in the template, or kept in an SSM parameter.
enum TargetSource: Sendable, Hashable {
    case literal(String)
    /// The name or ARN of a parameter of type StringList.
    case parameter(String)

    var parameter: String? {
        guard case .parameter(let name) = self else { return nil }
        return name
    }
}

/// Lists as templates and parameters hold them.
enum TextList {
    /// The elements of a text like `a, b,,a`: split at commas, trimmed, blanks and repetitions removed, order kept.
    static func elements(of text: String) -> [String] {
        unique(text.split(separator: ",").map(trimmed))
    }

    /// Without empty texts and without repetitions, in the order of first occurrence.
    static func unique(_ texts: [String]) -> [String] {
        var seen: Set<String> = []
        return texts.filter { !$0.isEmpty && seen.insert($0).inserted }
    }

    static func trimmed(_ text: some StringProtocol) -> String {
        var rest = Substring(text)
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }
}
