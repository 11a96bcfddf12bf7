import Testing

@testable import AWSClient

@Suite struct JSONElementTests {
    private func element(_ json: String) throws -> JSONElement { try JSONElement(parsing: Array(json.utf8)) }

    @Test func valuesAreReadAsWhatTheyAre() throws {
        let object = try element(
            #"{"text":"a\u00e9\n","number":12,"spelled":1.2e1,"fraction":1.5,"flag":true,"no":false,"null":null,"list":[]}"#
        )
        #expect(object.member("text")?.string == "aé\n")
        #expect(object.member("number")?.integer == 12)
        #expect(object.member("spelled")?.integer == 12)
        #expect(object.member("fraction")?.integer == nil)
        #expect(object.member("flag")?.bool == true)
        #expect(object.member("no")?.bool == false)
        #expect(object.member("null")?.kind == .null)
        #expect(object.member("list")?.kind == .array)
        #expect(object.member("absent") == nil)
        for name in object.memberNames where name != "text" { #expect(object.member(name)?.string == nil) }
        for name in object.memberNames where !name.hasPrefix("n") || name == "null" {
            #expect(name == "spelled" || object.member(name)?.integer == nil)
        }
    }

    @Test func namesAreFoundHoweverTheyAreSpelled() throws {
        let object = try element(#"{"\u0061":1,"b":{"a":2},"a":3,"":4}"#)
        #expect(object.member("a")?.integer == 1)
        #expect(object.member("b")?.member("a")?.integer == 2)
        #expect(object.member("")?.integer == 4)
        #expect(object.memberNames == ["a", "b", "a", ""])
        #expect(try element(#"["a"]"#).member("a") == nil)
        #expect(try element(#"["a"]"#).memberNames.isEmpty)
    }

    @Test func textThatIsNotUTF8IsNoString() throws {
        let bytes = Array(#"{"a":""#.utf8) + [0xFF] + Array(#"","b":"\ud800"}"#.utf8)
        let object = try JSONElement(parsing: bytes)
        #expect(object.member("a")?.kind == .string)
        #expect(object.member("a")?.string == nil)
        #expect(object.member("b")?.string == nil)
    }

    /// Every value of a document knows where it stands.
    @Test func paths() throws {
        let whole = try element(#"{"a":[[1,{"b":2}],[],{}],"c":{"d":{"e":[3]}},"f":4}"#)
        var paths: [String] = []
        func visit(_ value: JSONElement) {
            paths.append(value.path)
            for name in value.memberNames { value.member(name).map(visit) }
            value.forEachElement(visit)
        }
        visit(whole)
        #expect(
            paths == [
                "", "a", "a[0]", "a[0][0]", "a[0][1]", "a[0][1].b", "a[1]", "a[2]", "c", "c.d", "c.d.e", "c.d.e[0]",
                "f",
            ]
        )
    }

    @Test(arguments: ["", "{", "[1,]", #"{"a":}"#, "nul", "1 2", "\u{0}"])
    func whatIsNoJSONIsRefused(json: String) {
        #expect(throws: JSONDocument.Fault.self) { try element(json) }
    }

    @Test func elementsEndWithTheirArray() throws {
        let list = try #require(try element(#"{"list":[1,[2,3],4],"after":5}"#).member("list"))
        var found: [Int64?] = []
        list.forEachElement { found.append($0.integer) }
        #expect(found == [1, nil, 4])
    }
}
