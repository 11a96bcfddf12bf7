import Testing

@testable import Transport

@Suite struct HTTPHeadersTests {
    @Test func namesIgnoreCaseAndOrderIsKept() {
        var headers: HTTPHeaders = ["Content-Type": "a", "X-One": "1"]
        headers.add(name: "x-one", value: "2")
        #expect(headers["content-TYPE"] == "a")
        #expect(headers.values(of: "X-ONE") == ["1", "2"])
        #expect(headers.map(\.name) == ["Content-Type", "X-One", "x-one"])
        #expect(headers["missing"] == nil)
    }

    @Test func settingReplacesEveryFieldInPlace() {
        var headers: HTTPHeaders = ["A": "1", "B": "2", "a": "3", "C": "4"]
        headers["a"] = "9"
        #expect(headers.map { "\($0.name)=\($0.value)" } == ["a=9", "B=2", "C=4"])
        headers["b"] = nil
        #expect(headers.map(\.name) == ["a", "C"])
        headers["D"] = "5"
        #expect(headers.count == 3)
    }

    @Test func onlyLettersFoldCase() {
        // "@" and "`", "[" and "{" differ in the same bit as letters do.
        let cases = [("a@", "a`", false), ("a[", "a{", false), ("aZ", "Az", true), ("a", "ab", false)]
        for (left, right, areEqual) in cases {
            let found = Array(left.utf8).withUnsafeBytes { left in
                Array(right.utf8).withUnsafeBytes { HTTPHeaders.equal(left, $0) }
            }
            #expect(found == areEqual, "\(left) \(right)")
        }
    }
}
