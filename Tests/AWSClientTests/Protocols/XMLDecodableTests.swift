import Testing

@testable import AWSClient

struct XMLDecodableTests {
    private struct Thing: XMLDecodable, Equatable {
        var id: String
        var count: Int?

        init(id: String, count: Int? = nil) {
            self.id = id
            self.count = count
        }

        init(xml: XMLNode) throws(ResponseFault) {
            id = try xml.required("id")
            count = try xml.integer("count")
        }
    }

    private func node(_ text: String) throws -> XMLNode {
        try XMLParser().parse(Array(text.utf8))
    }

    @Test func scalars() throws {
        let root = try node("<r><s>x</s><i>-7</i><t>true</t><f>false</f><d>2026-11-20T08:00:00Z</d><e/></r>")
        #expect(root.string("s") == "x")
        #expect(root.string("e") == "")
        #expect(root.string("none") == nil)
        #expect(try root.integer("i") == -7)
        #expect(try root.boolean("t") == true)
        #expect(try root.boolean("f") == false)
        #expect(try root.timestamp("d") == Timestamp(seconds: 1_795_161_600))
        #expect(try root.integer("e") == nil)
        #expect(try root.integer("none") == nil)
    }

    @Test func scalarsOfAnotherTypeAreFaults() throws {
        let root = try node("<r><x>maybe</x></r>")
        #expect(throws: ResponseFault(path: ["r", "x"], message: "\"maybe\" is not an integer")) {
            try root.integer("x")
        }
        #expect(throws: ResponseFault(path: ["r", "x"], message: "\"maybe\" is not true or false")) {
            try root.boolean("x")
        }
        #expect(throws: ResponseFault(path: ["r", "x"], message: "\"maybe\" is not a time")) {
            try root.timestamp("x")
        }
    }

    @Test func listsAndMaps() throws {
        let root = try node(
            """
            <r><list><item><id>1</id></item><item><id>2</id><count>3</count></item></list><flat><id>4</id></flat>
            <flat><id>5</id></flat><names><member>a</member><member/></names>
            <tags><item><key>k</key><value>v</value></item><item><key>e</key></item></tags></r>
            """
        )
        #expect(try root.list("list", of: "item", as: Thing.self) == [Thing(id: "1"), Thing(id: "2", count: 3)])
        #expect(try root.flattened("flat", as: Thing.self) == [Thing(id: "4"), Thing(id: "5")])
        #expect(try root.list("none", of: "item", as: Thing.self) == [])
        #expect(root.strings("names", of: "member") == ["a", ""])
        #expect(root.map("tags", entry: "item") == ["k": "v", "e": ""])
        #expect(try root.structure("flat", as: Thing.self) == Thing(id: "4"))
        #expect(try root.structure("none", as: Thing.self) == nil)
    }

    @Test func aFaultNamesThePlace() throws {
        let root = try node("<r><list><item><id>1</id><count>x</count></item></list></r>")
        #expect { try root.list("list", of: "item", as: Thing.self) } throws: {
            "\($0)" == "r.list.item.count: \"x\" is not an integer"
        }
        let missing = try node("<r><list><item><id/></item></list></r>")
        #expect { try missing.list("list", of: "item", as: Thing.self) } throws: {
            "\($0)" == "r.list.item: id is missing"
        }
    }
}
