import AWSClient
import Testing

@testable import AWSServices

struct ExpressionTests {
    private func json(_ operation: some DynamoDBOperation) throws -> String {
        String(decoding: try operation.body(), as: UTF8.self)
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
                {"TableName":"t","Key":{"id":{"S":"x"}},"UpdateExpression":"SET #0 = :0, #1 = :1",\
                "ConditionExpression":"attribute_not_exists(#0) OR #0 < :2",\
                "ExpressionAttributeNames":{"#0":"time","#1":"status"},\
                "ExpressionAttributeValues":{":0":{"S":"2026"},":1":{"S":"shared"},":2":{"S":"2026"}}}
                """
        )
    }

    @Test func expressionsCanBeMadeOfExpressions() throws {
        let parts = ["a", "b"].map { name -> DynamoDB.Expression in "\(name: name) = \(.number(1))" }
        let joined = parts.dropFirst().reduce(parts[0]) { "\($0) AND \($1)" }
        var writer = DynamoDB.ExpressionWriter()
        #expect(writer.write(joined) == "#0 = :0 AND #1 = :1")
        #expect(writer.names == ["a", "b"])
        #expect(writer.values == [1, 1])
        #expect(writer.write(nil) == nil)
    }

    @Test func textWithoutInterpolationIsSentAsItIs() throws {
        let put = DynamoDB.PutItem(table: "t", item: ["id": "x"], condition: "attribute_not_exists(id)")
        #expect(
            try json(put)
                == #"{"TableName":"t","Item":{"id":{"S":"x"}},"ConditionExpression":"attribute_not_exists(id)"}"#
        )
    }

    @Test func projections() throws {
        let get = DynamoDB.GetItem(table: "t", key: ["id": "x"], attributes: ["status", "name", "status"])
        #expect(
            try json(get) == """
                {"TableName":"t","Key":{"id":{"S":"x"}},"ProjectionExpression":"#0, #1, #0",\
                "ExpressionAttributeNames":{"#0":"status","#1":"name"}}
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
        var json = JSONWriter()
        value.write(to: &json)
        #expect(String(decoding: json.bytes, as: UTF8.self) == text)
        #expect(try AttributeValue(parsing: text) == value)
    }

    @Test(arguments: [
        ("{}", "an attribute value of no known type (byte 2 of 2)"),
        (#"{"X":1}"#, "an attribute value of no known type (byte 7 of 7)"),
        (#"{"NULL":"x"}"#, "NULL: true or false is expected (byte 8 of 12)"),
        (#"{"S":1}"#, "S: a string is expected (byte 5 of 7)"),
        (#"{"N":5}"#, "N: a string is expected (byte 5 of 7)"),
        (#"{"L":[{"S":"x"},{"S":1}]}"#, "L.[1].S: a string is expected (byte 21 of 25)"),
        (#"{"B":"!"}"#, "B: not base64 (byte 8 of 9)"),
        ("[]", "an object is expected (byte 0 of 2)"),
        (#""x""#, "an object is expected (byte 0 of 3)"),
        ("", "an object is expected (byte 0 of 0)"),
    ])
    func malformedAttributeValues(text: String, message: String) {
        #expect { try AttributeValue(parsing: text) } throws: { "\($0)" == message }
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
