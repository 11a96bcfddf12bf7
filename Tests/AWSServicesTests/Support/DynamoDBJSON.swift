import AWSClient
import TestSupport

@testable import AWSServices

extension AttributeValue {
    init(parsing text: String) throws {
        self = try JSONReader.read(Array(text.utf8)) { json throws(ResponseFault) in try AttributeValue(json: &json) }
    }
}

extension JSONWriter {
    mutating func items(_ items: [DynamoDB.Item]) {
        array(items) { $0.map($1) { $1.write(to: &$0) } }
    }
}

extension TestServer.Request {
    /// The keys of a BatchGetItem of the table `t`.
    var batchKeys: [DynamoDB.Item] {
        get throws {
            try table { json throws(ResponseFault) in
                var keys: [DynamoDB.Item] = []
                try json.object { (json, name) throws(ResponseFault) in
                    if name == "Keys" { keys = try json.items() } else { try json.skip() }
                }
                return keys
            }
        }
    }

    /// The writes of a BatchWriteItem of the table `t`.
    var batchWrites: [DynamoDB.BatchWrite] {
        get throws {
            try table { json throws(ResponseFault) in
                try json.list { json throws(ResponseFault) in try DynamoDB.BatchWrite(json: &json) }
            }
        }
    }

    /// What a batch asks of the table `t`.
    private func table<Value>(
        _ read: (inout JSONReader) throws(ResponseFault) -> Value
    ) throws(ResponseFault) -> Value {
        let tables = try JSONReader.read(body) { json throws(ResponseFault) in
            var tables: [String: Value] = [:]
            try json.object { (json, name) throws(ResponseFault) in
                if name == "RequestItems" { tables = try json.map(read) } else { try json.skip() }
            }
            return tables
        }
        guard let value = tables["t"] else { throw ResponseFault(message: "no table t") }
        return value
    }
}
