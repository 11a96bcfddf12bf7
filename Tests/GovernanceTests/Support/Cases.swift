import Glibc

/// How many cases of a property are tried.
enum Cases {
    /// The environment variable `TEST_CASES_ONE_IN`: every tenth case, say, where a sanitizer makes each of them many times
    /// as dear (scripts/sanitize). Every case otherwise.
    private static let oneIn: Int = {
        guard let text = getenv("TEST_CASES_ONE_IN") else { return 1 }
        guard let number = Int(String(cString: text)), number >= 1 else {
            fatalError("TEST_CASES_ONE_IN is not a number of at least 1")
        }
        return number
    }()

    /// `count`, or the part of it that is tried, at least 1.
    static func of(_ count: Int) -> Int { max(1, count / oneIn) }
}
