import Sharing
import TestSupport
import Testing

@Suite("The record of copied tags")
struct CopyRecordTests {
    @Test("It says of each name whether it is in it, and fits into a tag's value, whatever the names are")
    func names() throws {
        let names = (0..<50).map { String(repeating: "n", count: 120) + String($0) }
        let record = CopyRecord(names: names)
        let value = try #require(record.value)
        #expect(value.unicodeScalars.count == 250)
        #expect(TagRules.isValue(value))
        #expect(CopyRecord(value: value) == record)
        #expect(names.allSatisfy(record.contains))
        #expect((0..<10_000).allSatisfy { !record.contains("other-\($0)") })
    }

    @Test(
        "What is no record is a record of nothing",
        arguments: [nil, "", "abc", "abcdefg", "ab cd", "ab=cd", "äöüßa", "abcd"]
    )
    func malformed(_ value: String?) {
        #expect(CopyRecord(value: value).isEmpty)
        #expect(CopyRecord(value: value).value == nil)
    }

    @Test("Changes of a record come to the same in any order, and again", arguments: 0..<100)
    func changes(_ seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        func some() -> CopyRecord {
            CopyRecord(names: ["a", "b", "c", "d", "e"].filter { _ in Bool.random(using: &random) })
        }
        // As a plan has them: what is lost goes, what is new comes, and nothing is both.
        let (start, wanted, new) = (some(), some(), some())
        let kept = start.intersection(wanted)
        let end = kept.union(new.intersection(wanted))
        let current = some()
        let once = current.applying(from: start, to: kept).applying(from: kept, to: end)
        #expect(current.applying(from: kept, to: end).applying(from: start, to: kept) == once)
        #expect(once.applying(from: start, to: kept).applying(from: kept, to: end) == once)
        #expect(start.applying(from: start, to: kept).applying(from: kept, to: end) == end)
    }
}
