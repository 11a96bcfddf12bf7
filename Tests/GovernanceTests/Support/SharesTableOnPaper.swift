import AWSServices
import Synchronization
import TestSupport

@testable import Governance

/// DynamoDB's answers for the shares table: what is put is there, if it may be put.
final class SharesTableOnPaper: Sendable {
    typealias Item = [String: JSONValue]

    private let contents = Mutex<[String: Item]>([:])
    /// How many items a page of a scan has, the filter applied.
    let pageSize = Mutex(100)

    init(_ shares: [ShareRecord] = []) {
        for share in shares {
            var item: Item = ["revision": .object(["N": .string("1")])]
            let keys = ["image_id": share.image.text, "principal": share.principal.description]
            for (name, text) in share.attributes.merging(keys, uniquingKeysWith: { $1 }) {
                item[name] = .object(["S": .string(text)])
            }
            contents.withLock { $0[Self.key(item)] = item }
        }
    }

    /// The texts of an item.
    func texts(_ image: String, _ sortKey: String) -> [String: String]? {
        contents.withLock { $0["\(image) \(sortKey)"] }?.compactMapValues { $0["S"]?.string }
    }

    /// The sort keys of the items of a partition, and the items' texts.
    func partition(_ key: String) -> [String: [String: String]] {
        let items = contents.withLock { $0.values.filter { $0["image_id"]?["S"]?.string == key } }
        return items.reduce(into: [:]) { found, item in
            found[item["principal"]?["S"]?.string ?? ""] = item.compactMapValues { $0["S"]?.string }
        }
    }

    /// Changes a text of an item that is there.
    func set(_ name: String, _ text: String, _ image: String, _ sortKey: String) {
        contents.withLock { $0["\(image) \(sortKey)"]?[name] = .object(["S": .string(text)]) }
    }

    /// The statuses of an image's principals.
    func statuses(of image: ImageID) -> [String: String] {
        let items = contents.withLock { $0.values.filter { $0["image_id"]?["S"]?.string == image.text } }
        return items.reduce(into: [:]) { statuses, item in
            guard let principal = item["principal"]?["S"]?.string, Principal(principal) != nil else { return }
            statuses[principal] = item["status"]?["S"]?.string
        }
    }

    /// Nil for an operation that is none of DynamoDB's.
    func reply(_ operation: String, _ body: String) -> TestServer.Reply? {
        guard let request = try? JSONValue(parsing: Array(body.utf8)) else { return nil }
        switch operation {
        case "GetItem":
            let item = request["Key"]?.object.flatMap(found)
            return item.map { Self.ok(.object(["Item": .object($0)])) } ?? .ok("{}")
        case "Query":
            let image = request["ExpressionAttributeValues"]?[":0"]?["S"]?.string
            let items = contents.withLock { $0.values.filter { $0["image_id"]?["S"]?.string == image } }
            return Self.ok(.object(["Items": .array(items.map(JSONValue.object))]))
        case "Scan":
            return Self.ok(scan(from: request["ExclusiveStartKey"]?.object.map(Self.key)))
        case "BatchGetItem":
            guard let (table, asked) = request["RequestItems"]?.object?.first else { return nil }
            let items = (asked["Keys"]?.array ?? []).compactMap { $0.object.flatMap(found) }
            let responses = JSONValue.object([table: .array(items.map(JSONValue.object))])
            return Self.ok(.object(["Responses": responses, "UnprocessedKeys": .object([:])]))
        case "PutItem":
            return put(request) ? .ok("{}") : CloudFixture.dynamoDBError("ConditionalCheckFailedException")
        case "TransactWriteItems":
            for each in request["TransactItems"]?.array ?? [] {
                guard let put = each["Put"], self.put(put) else { return .status(500) }
            }
            return .ok("{}")
        default:
            return nil
        }
    }

    private func found(_ key: Item) -> Item? { contents.withLock { $0[Self.key(key)] } }

    /// What is shared, or was found to be lost.
    private func scan(from start: String?) -> JSONValue {
        let size = pageSize.withLock { $0 }
        let items = contents.withLock { contents in
            contents.filter { key, item in
                let isFound = item["revoked_event_id"]?["S"]?.string == "found"
                return start.map { $0 < key } ?? true && (item["status"]?["S"]?.string == "shared" || isFound)
            }
        }
        let page = items.sorted { $0.key < $1.key }.prefix(size).map(\.value)
        var answer: [String: JSONValue] = ["Items": .array(page.map(JSONValue.object))]
        if items.count > size, let last = page.last {
            answer["LastEvaluatedKey"] = .object(last.filter { ["image_id", "principal"].contains($0.key) })
        }
        return .object(answer)
    }

    private func put(_ request: JSONValue) -> Bool {
        guard let item = request["Item"]?.object else { return false }
        let expected = request["ExpressionAttributeValues"]?[":0"]
        return contents.withLock { contents in
            let key = Self.key(item)
            if request["ConditionExpression"] != nil, contents[key]?["revision"] != expected { return false }
            contents[key] = item
            return true
        }
    }

    private static func key(_ item: Item) -> String {
        "\(item["image_id"]?["S"]?.string ?? "") \(item["principal"]?["S"]?.string ?? "")"
    }

    private static func ok(_ value: JSONValue) -> TestServer.Reply {
        .ok(String(decoding: (try? value.document()) ?? [], as: UTF8.self))
    }
}
