import AWSClient
import AWSServices

/// As DynamoDB's JSON, within what the probe is asked and answers.
extension AttributeValue: Codable {
    public init(from decoder: any Decoder) throws {
        let document = try JSONValue(from: decoder).document()
        self = try JSONReader.read(document) { json throws(ResponseFault) in try AttributeValue(json: &json) }
    }

    public func encode(to encoder: any Encoder) throws {
        var json = JSONWriter()
        write(to: &json)
        try JSONValue(parsing: json.bytes).encode(to: encoder)
    }
}

extension DynamoDB.BatchWrite: Codable {
    public init(from decoder: any Decoder) throws {
        let document = try JSONValue(from: decoder).document()
        self = try JSONReader.read(document) { json throws(ResponseFault) in try DynamoDB.BatchWrite(json: &json) }
    }

    public func encode(to encoder: any Encoder) throws {
        var json = JSONWriter()
        write(to: &json)
        try JSONValue(parsing: json.bytes).encode(to: encoder)
    }
}
