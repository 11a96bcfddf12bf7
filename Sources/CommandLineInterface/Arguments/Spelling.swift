/// Guesses what was meant by a word that is none of those expected.
enum Spelling {
    /// The candidate that differs least, where it differs little.
    static func nearest(to word: String, among candidates: [String]) -> String? {
        candidates.map { (distance(word, $0), $0) }
            .filter { $0.0 <= max(1, min(word.count, $0.1.count) / 3) }
            .min { $0 < $1 }?.1
    }

    /// How many characters must be added, taken away, replaced or swapped with their neighbours (optimal string
    /// alignment distance).
    private static func distance(_ a: String, _ b: String) -> Int {
        let (a, b) = (Array(a), Array(b))
        if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
        var rows = [[Int]](repeating: [Int](repeating: 0, count: b.count + 1), count: a.count + 1)
        for i in 0...a.count { rows[i][0] = i }
        for j in 0...b.count { rows[0][j] = j }
        for i in 1...a.count {
            for j in 1...b.count {
                let cost = a[i - 1] == b[j - 1] ? 0 : 1
                rows[i][j] = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + cost)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
                }
            }
        }
        return rows[a.count][b.count]
    }
}
