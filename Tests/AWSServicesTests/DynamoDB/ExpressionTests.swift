import FoundationEssentials
import Testing

@testable import AWSServices

struct ExpressionTests {
    private func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    @Test func placeholdersAreSharedByTheExpressionsOfARequest() throws {
        let time: AttributeValue = "2026"
        let update = DynamoDB.UpdateItem(
            table: "t",
            key: ["id": "x"],
            update: "SET \(name: "time") = \(time), \(name: "status") = \(.string("shared"))",
            condition: "attribute_not_exists(\(name: "time")) OR \(name: "time") < \(time)"
        )
        #expect(
            try json(update) == """
                {"ConditionExpression":"attribute_not_exists(#0) OR #0 < :2",\
                "ExpressionAttributeNames":{"#0":"time","#1":"status"},\
                "ExpressionAttributeValues":{":0":{"S":"2026"},":1":{"S":"shared"},":2":{"S":"2026"}},\
                "Key":{"id":{"S":"x"}},"TableName":"t","UpdateExpression":"SET #0 = :0, #1 = :1"}
                """
        )
    }

    @Test func expressionsCanBeMadeOfExpressions() throws {
        let parts = ["a", "b"].map { name -> DynamoDB.Expression in "\(name: name) = \(.number(1))" }
        let joined = parts.dropFirst().reduce(parts[0]) { "\($0) AND \($1)" }
        var writer = DynamoDB.ExpressionWriter()
        #expect(writer.write(joined) == "#0 = :0 AND #1 = :1")
        #expect(writer.names == ["#0": "a", "#1": "b"])
        #expect(writer.values == [":0": 1, ":1": 1])
        #expect(writer.write(nil) == nil)
    }

    @Test func textWithoutInterpolationIsSentAsItIs() throws {
        let put = DynamoDB.PutItem(table: "t", item: ["id": "x"], condition: "attribute_not_exists(id)")
        #expect(
            try json(put)
                == #"{"ConditionExpression":"attribute_not_exists(id)","Item":{"id":{"S":"x"}},"TableName":"t"}"#
        )
    }

    @Test func projections() throws {
        let get = DynamoDB.GetItem(table: "t", key: ["id": "x"], attributes: ["status", "name", "status"])
        #expect(
            try json(get) == """
                {"ExpressionAttributeNames":{"#0":"status","#1":"name"},"Key":{"id":{"S":"x"}},\
                "ProjectionExpression":"#0, #1, #0","TableName":"t"}
                """
        )
    }

    @Test(arguments: [
        (AttributeValue.string("é\"/"), #"{"S":"é\"/"}"#), (.number(-5), #"{"N":"-5"}"#),
        (.binary([0, 255]), #"{"B":"AP8="}"#), (true, #"{"BOOL":true}"#), (.null, #"{"NULL":true}"#),
        (.stringSet(["a"]), #"{"SS":["a"]}"#), (.numberSet(["1"]), #"{"NS":["1"]}"#),
        (.binarySet([[1]]), #"{"BS":["AQ=="]}"#), (.list([.null, "x"]), #"{"L":[{"NULL":true},{"S":"x"}]}"#),
        (.map(["k": .map([:])]), #"{"M":{"k":{"M":{}}}}"#),
    ])
    func attributeValues(value: AttributeValue, text: String) throws {
        #expect(try json(value) == text)
        #expect(try JSONDecoder().decode(AttributeValue.self, from: Data(text.utf8)) == value)
    }

    @Test(arguments: ["{}", #"{"X":1}"#, #"{"S":1}"#, #"{"N":5}"#, "[]", #""x""#, #"{"B":"!"}"#])
    func malformedAttributeValues(text: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(AttributeValue.self, from: Data(text.utf8)) }
    }

    @Test func accessors() {
        #expect(AttributeValue.string("x").stringValue == "x")
        #expect(AttributeValue.null.stringValue == nil)
        #expect(AttributeValue.number("12").integerValue == 12)
        #expect(AttributeValue.number("1.5").integerValue == nil)
        #expect(AttributeValue.bool(false).boolValue == false)
        #expect(AttributeValue.number("1").boolValue == nil)
    }
}
