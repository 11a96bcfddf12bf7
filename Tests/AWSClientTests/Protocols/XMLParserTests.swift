import Testing

@testable import AWSClient

struct XMLParserTests {
    private func parse(_ text: String) throws(XMLError) -> XMLNode {
        try XMLParser().parse(Array(text.utf8))
    }

    @Test func elementsBecomeATree() throws {
        let root = try parse("<?xml version=\"1.0\"?><a><b>one</b><c><d/></c><b>two</b></a>")
        #expect(
            root
                == XMLNode(
                    name: "a",
                    children: [
                        XMLNode(name: "b", text: "one"), XMLNode(name: "c", children: [XMLNode(name: "d")]),
                        XMLNode(name: "b", text: "two"),
                    ]
                )
        )
        #expect(root["b"]?.text == "one")
        #expect(root.all("b").map(\.text) == ["one", "two"])
        #expect(root.descendant("c", "d") != nil)
        #expect(root.descendant("c", "x") == nil)
    }

    @Test(arguments: [
        ("<a><b>1</b><x><b>2</b><x>t</x></x><b>3</b></a>", ["1", "3"]),
        ("<a><x>t</x><b>1</b><x/></a>", ["1"]),
        ("<a><c><x><b>2</b></x><b>1</b></c></a>", ["1"]),
        ("<a><b>1<x>2</x>3</b></a>", ["3"]),
        ("<x><b>1</b></x>", ["1"]),
    ])
    func whatIsOmittedIsNotInTheTree(document: String, texts: [String]) throws {
        let root = try XMLParser(omitted: ["x", "y"]).parse(Array(document.utf8))
        #expect((root["c"] ?? root).all("b").map(\.text) == texts)
        #expect(root.name == "x" || root.children.allSatisfy { $0.name != "x" && $0["x"] == nil })
    }

    @Test(arguments: ["<a><x><b></x></a>", "<a><x>&none;</x></a>", "<a><x>"])
    func whatIsOmittedIsStillWellFormed(document: String) {
        #expect(throws: XMLError.self) { try XMLParser(omitted: ["x"]).parse(Array(document.utf8)) }
    }

    @Test func whatIsOmittedIsNotDeeperThanAllowed() {
        let document = String(repeating: "<x>", count: 9) + String(repeating: "</x>", count: 9)
        let parser = XMLParser(maximumDepth: 9, omitted: ["x"])
        #expect(throws: XMLError.self) { try parser.parse(Array("<a>\(document)</a>".utf8)) }
        #expect(throws: Never.self) { try parser.parse(Array("<a>\(document.dropFirst(3).dropLast(4))</a>".utf8)) }
    }

    @Test(arguments: [
        ("<a>x &lt;&amp;&gt;&quot;&apos; y</a>", "x <&>\"' y"),
        ("<a>&#233;&#x1F642;</a>", "é🙂"),
        ("<a><![CDATA[<b>&amp;</b>]]></a>", "<b>&amp;</b>"),
        ("<a>one<!-- no --> two<?no?></a>", "one two"),
        ("<a>\r\n x </a>", "\n x "),
        ("<a>日本</a>", "日本"),
        ("<a b='x'/>", ""),
    ])
    func textIsUnescaped(document: String, text: String) throws {
        #expect(try parse(document).text == text)
    }

    @Test func whiteSpaceBetweenElementsIsDropped() throws {
        #expect(try parse("<a>\n  <b>x</b>\n</a>").text == "")
    }

    @Test func prefixesAreTakenOff() throws {
        let root = try parse("<e:a xmlns:e='urn:x' xmlns='urn:y'><e:b><c/></e:b></e:a>")
        #expect(root == XMLNode(name: "a", children: [XMLNode(name: "b", children: [XMLNode(name: "c")])]))
    }

    @Test func declaredEncodingsAreRead() throws {
        let latin = Array("<?xml version='1.0' encoding='ISO-8859-1'?><a>".utf8) + [0xe9] + Array("</a>".utf8)
        #expect(try XMLParser().parse(latin).text == "é")
        let wide = "\u{feff}<?xml version='1.0' encoding='UTF-16'?><a>é🙂</a>".utf16.flatMap {
            [UInt8($0 >> 8), UInt8($0 & 0xff)]
        }
        #expect(try XMLParser().parse(wide).text == "é🙂")
    }

    @Test(arguments: [
        ("", "no element found"),
        ("   ", "no element found"),
        ("no xml", "syntax error"),
        ("<a>", "no element found"),
        ("<a><b></a>", "mismatched tag"),
        ("<a/><b/>", "junk after document element"),
        ("<a>&unknown;</a>", "undefined entity"),
        ("<a b=1/>", "not well-formed (invalid token)"),
        ("<a>\u{1}</a>", "not well-formed (invalid token)"),
        ("<a>&#0;</a>", "reference to invalid character number"),
        ("<?xml version='1.0' encoding='KOI-9'?><a/>", "unknown encoding"),
    ])
    func malformedDocumentsAreRefused(document: String, message: String) {
        #expect { try parse(document) } throws: { ($0 as? XMLError)?.message == message }
    }

    @Test func invalidUTF8IsRefused() {
        #expect(throws: XMLError.self) { try XMLParser().parse(Array("<a>".utf8) + [0xc3, 0x28] + Array("</a>".utf8)) }
    }

    @Test func anErrorTellsItsPlace() {
        #expect(throws: XMLError(message: "mismatched tag", line: 3, column: 4)) { try parse("<a>\n<b>\n </c></a>") }
    }

    @Test(arguments: [
        "<!DOCTYPE a><a/>",
        "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
        """
        <!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
        <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><l>&c;&c;&c;&c;</l>
        """,
        "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
        "<!DOCTYPE a SYSTEM 'http://localhost/a.dtd'><a/>",
    ])
    func documentTypesAreRefused(document: String) {
        #expect { try parse(document) } throws: {
            ($0 as? XMLError)?.message == "a document type declaration is not accepted"
        }
    }

    @Test func depthIsBounded() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
        }
        _ = try parse(nested(64))
        #expect { try parse(nested(65)) } throws: {
            ($0 as? XMLError)?.message == "elements are nested deeper than 64"
        }
        #expect(throws: XMLError.self) { try parse(nested(100_000)) }
    }

    @Test func sizeIsBounded() throws {
        let parser = XMLParser(maximumBytes: 10)
        _ = try parser.parse(Array("<a>bcd</a>".utf8))
        #expect(throws: XMLError(message: "11 bytes are more than 10", line: 1, column: 1)) {
            try parser.parse(Array("<a>bcde</a>".utf8))
        }
    }

    @Test func everyTruncationIsAnError() {
        let document = Array("<?xml version=\"1.0\"?><a x='1'><b>é &amp; <![CDATA[x]]></b><!-- c --></a>".utf8)
        for count in 0..<document.count {
            #expect(throws: XMLError.self) { try XMLParser().parse(Array(document[..<count])) }
        }
    }

    @Test func aLargeListIsReadWhole() throws {
        let items = (0..<20_000).map { "<item><imageId>ami-\($0)</imageId></item>" }.joined()
        let root = try parse("<r><imagesSet>\(items)</imagesSet></r>")
        #expect(root["imagesSet"]?.children.count == 20_000)
        #expect(root["imagesSet"]?.children.last?.string("imageId") == "ami-19999")
    }
}
