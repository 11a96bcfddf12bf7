import AWSServices
import Synchronization
import TestSupport

@testable import Governance

/// DynamoDB's answers for one account's items of the usage table: they are deleted where they are as the condition says.
final class UsageTableOnPaper: Sendable {
    typealias Item = [String: JSONValue]

    private let contents: Mutex<[String: Item]>
    /// How many items a page of a query has.
    private let pageSize: Int
    /// What the next transactions are cancelled for, the last first.
    let cancellations = Mutex<[String]>([])

    init(_ items: [[String: String]], pageSize: Int = 1000) {
        self.pageSize = pageSize
        let typed = items.map { $0.mapValues { JSONValue.object(["S": .string($0)]) } }
        contents = Mutex(Dictionary(uniqueKeysWithValues: typed.map { (Self.key($0), $0) }))
    }

    /// The sort keys of what is there.
    var keys: [String] { contents.withLock { $0.keys.sorted() } }

    /// Changes a text of an item that is there.
    func set(_ name: String, _ text: String, of key: String) {
        contents.withLock { $0[key]?[name] = .object(["S": .string(text)]) }
    }

    func remove(_ key: String) { contents.withLock { $0[key] = nil } }

    func reply(_ operation: String, _ body: String) -> TestServer.Reply {
        guard let request = try? JSONValue(parsing: Array(body.utf8)) else { return .status(500) }
        switch operation {
        case "Query": return Self.ok(page(from: request["ExclusiveStartKey"]?.object.map(Self.key)))
        case "DeleteItem":
            guard fails(request) else { return delete([request]) }
            return CloudFixture.dynamoDBError("ConditionalCheckFailedException")
        case "TransactWriteItems":
            let deletes = (request["TransactItems"]?.array ?? []).compactMap { $0["Delete"] }
            if let reason = cancellations.withLock({ $0.popLast() }) {
                return Self.cancelled(deletes.map { _ in ["Code": .string(reason)] })
            }
            guard deletes.contains(where: fails) else { return delete(deletes) }
            return Self.cancelled(
                deletes.map { each in
                    guard fails(each) else { return ["Code": .string("None")] }
                    let reason: Item = ["Code": .string("ConditionalCheckFailed")]
                    return found(each).map { reason.merging(["Item": .object($0)]) { $1 } } ?? reason
                }
            )
        default: return .status(500)
        }
    }

    private func page(from start: String?) -> JSONValue {
        let items = contents.withLock { $0.sorted { $0.key < $1.key } }
            .filter { item in start.map { $0 < item.key } ?? true }
        let page = items.prefix(pageSize).map(\.value)
        var answer: Item = ["Items": .array(page.map(JSONValue.object))]
        if items.count > pageSize, let last = page.last {
            answer["LastEvaluatedKey"] = .object(last.filter { ["account_id", "resource"].contains($0.key) })
        }
        return .object(answer)
    }

    private func found(_ delete: JSONValue) -> Item? {
        delete["Key"]?.object.flatMap { key in contents.withLock { $0[Self.key(key)] } }
    }

    /// Whether an item is there, and has not the attributes, or has those, that the condition names.
    private func fails(_ delete: JSONValue) -> Bool {
        guard let item = found(delete), let condition = delete["ConditionExpression"]?.string else { return false }
        guard condition.hasPrefix("attribute_not_exists(#0) OR (") else { return true }
        let holds = condition.dropFirst("attribute_not_exists(#0) OR ".count).replacing(" AND ", with: "&")
            .split(separator: "&")
            .allSatisfy { comparison in
                let words = comparison.split { " ()".contains($0) }.map(String.init)
                let name = delete["ExpressionAttributeNames"]?[words[words[0].hasPrefix("#") ? 0 : 1]]?.string ?? ""
                return words[0] == "attribute_not_exists"
                    ? item[name] == nil : item[name] == delete["ExpressionAttributeValues"]?[words[2]]
            }
        return !holds
    }

    private func delete(_ deletes: [JSONValue]) -> TestServer.Reply {
        for key in deletes.compactMap({ $0["Key"]?.object }) { remove(Self.key(key)) }
        return .ok("{}")
    }

    private static func cancelled(_ reasons: [Item]) -> TestServer.Reply {
        let error: Item = [
            "__type": .string("com.amazonaws.dynamodb.v20120810#TransactionCanceledException"),
            "message": .string("m"), "CancellationReasons": .array(reasons.map(JSONValue.object)),
        ]
        return .status(400, body: text(.object(error)))
    }

    private static func key(_ item: Item) -> String { item["resource"]?["S"]?.string ?? "" }

    private static func ok(_ value: JSONValue) -> TestServer.Reply { .ok(text(value)) }

    private static func text(_ value: JSONValue) -> String {
        String(decoding: (try? value.document()) ?? [], as: UTF8.self)
    }
}
