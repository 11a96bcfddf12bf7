import AWSClient
import AWSServices
import FoundationEssentials

extension ProbedOperation {
    /// An expression from its parts: `{"text": …}`, `{"name": …}` or `{"value": …}`.
    private static func expression(_ input: JSONValue, _ name: String) -> DynamoDB.Expression? {
        input.get(name, as: [JSONValue].self).map { parts in
            parts.reduce("") { expression, part in
                if let name = part.get("name", as: String.self) { return "\(expression)\(name: name)" }
                if let value = part.get("value", as: AttributeValue.self) { return "\(expression)\(value)" }
                return "\(expression)\(DynamoDB.Expression(stringLiteral: part.get("text") ?? ""))"
            }
        }
    }

    private static func returnValues(_ input: JSONValue) -> DynamoDB.ReturnValues {
        input.get("ReturnValues", as: String.self).flatMap { DynamoDB.ReturnValues(rawValue: $0) } ?? .none
    }

    private static func returnsOnFailure(_ input: JSONValue) -> Bool {
        input.get("ReturnValuesOnConditionCheckFailure", as: String.self) == "ALL_OLD"
    }

    private static func put(_ input: JSONValue) -> DynamoDB.PutItem {
        DynamoDB.PutItem(
            table: input.get("TableName") ?? "",
            item: input.get("Item") ?? [:],
            condition: expression(input, "Condition"),
            returnValues: returnValues(input),
            returnsItemOnConditionFailure: returnsOnFailure(input)
        )
    }

    private static func update(_ input: JSONValue) -> DynamoDB.UpdateItem {
        DynamoDB.UpdateItem(
            table: input.get("TableName") ?? "",
            key: input.get("Key") ?? [:],
            update: expression(input, "Update"),
            condition: expression(input, "Condition"),
            returnValues: returnValues(input),
            returnsItemOnConditionFailure: returnsOnFailure(input)
        )
    }

    private static func delete(_ input: JSONValue) -> DynamoDB.DeleteItem {
        DynamoDB.DeleteItem(
            table: input.get("TableName") ?? "",
            key: input.get("Key") ?? [:],
            condition: expression(input, "Condition"),
            returnValues: returnValues(input),
            returnsItemOnConditionFailure: returnsOnFailure(input)
        )
    }

    private static func write(_ input: JSONValue) -> DynamoDB.Write {
        if let put: JSONValue = input.get("Put") { return .put(Self.put(put)) }
        if let update: JSONValue = input.get("Update") { return .update(Self.update(update)) }
        if let delete: JSONValue = input.get("Delete") { return .delete(Self.delete(delete)) }
        let check: JSONValue = input.get("ConditionCheck") ?? [:]
        return .check(
            DynamoDB.ConditionCheck(
                table: check.get("TableName") ?? "",
                key: check.get("Key") ?? [:],
                condition: expression(check, "Condition") ?? "",
                returnsItemOnConditionFailure: returnsOnFailure(check)
            )
        )
    }

    private static func page(_ page: DynamoDB.Page) throws -> JSONValue {
        [
            "Items": try JSONValue(page.items), "Count": JSONValue(page.count),
            "ScannedCount": JSONValue(page.scannedCount), "LastEvaluatedKey": try JSONValue(page.lastKey),
        ]
    }

    private static func attributes(_ output: DynamoDB.WriteOutput) throws -> JSONValue {
        ["Attributes": try JSONValue(output.attributes)]
    }

    static let dynamoDB: [String: ProbedOperation] = [
        "dynamodb.GetItem": ProbedOperation {
            DynamoDB.GetItem(
                table: $0.get("TableName") ?? "",
                key: $0.get("Key") ?? [:],
                attributes: $0.get("Attributes"),
                isConsistent: $0.get("ConsistentRead") ?? false
            )
        } _: {
            ["Item": try JSONValue($0.item)]
        },
        "dynamodb.PutItem": ProbedOperation(put, attributes),
        "dynamodb.UpdateItem": ProbedOperation(update, attributes),
        "dynamodb.DeleteItem": ProbedOperation(delete, attributes),
        "dynamodb.Query": ProbedOperation {
            DynamoDB.Query(
                table: $0.get("TableName") ?? "",
                index: $0.get("IndexName"),
                keyCondition: expression($0, "KeyCondition") ?? "",
                filter: expression($0, "Filter"),
                attributes: $0.get("Attributes"),
                select: $0.get("Select", as: String.self).flatMap { DynamoDB.Select(rawValue: $0) },
                isConsistent: $0.get("ConsistentRead") ?? false,
                isDescending: $0.get("ScanIndexForward") == false,
                limit: $0.get("Limit"),
                startToken: $0.get("ExclusiveStartKey")
            )
        } _: {
            try page($0)
        },
        "dynamodb.Scan": ProbedOperation { input in
            let segment = input.get("Segment", as: Int.self).map { (number: $0, of: input.get("TotalSegments") ?? 1) }
            return DynamoDB.Scan(
                table: input.get("TableName") ?? "",
                index: input.get("IndexName"),
                filter: expression(input, "Filter"),
                attributes: input.get("Attributes"),
                select: input.get("Select", as: String.self).flatMap { DynamoDB.Select(rawValue: $0) },
                isConsistent: input.get("ConsistentRead") ?? false,
                limit: input.get("Limit"),
                segment: segment,
                startToken: input.get("ExclusiveStartKey")
            )
        } _: {
            try page($0)
        },
        "dynamodb.BatchGetItem": ProbedOperation {
            DynamoDB.BatchGetItem(
                table: $0.get("TableName") ?? "",
                keys: $0.get("Keys") ?? [],
                attributes: $0.get("Attributes"),
                isConsistent: $0.get("ConsistentRead") ?? false
            )
        } _: {
            ["Responses": try JSONValue($0.items), "UnprocessedKeys": try JSONValue($0.unprocessedKeys)]
        },
        "dynamodb.BatchWriteItem": ProbedOperation {
            DynamoDB.BatchWriteItem(table: $0.get("TableName") ?? "", writes: $0.get("Writes") ?? [])
        } _: {
            ["UnprocessedItems": try JSONValue($0.unprocessedItems)]
        },
        "dynamodb.DescribeTable": ProbedOperation {
            DynamoDB.DescribeTable(table: $0.get("TableName") ?? "")
        } _: {
            [
                "TableStatus": JSONValue($0.status), "ItemCount": JSONValue($0.itemCount),
                "CreationDateTime": JSONValue($0.creationTime?.dateTimeMilliseconds),
            ]
        },
        "dynamodb.TransactWriteItems": ProbedOperation {
            DynamoDB.TransactWriteItems(
                writes: ($0.get("TransactItems", as: [JSONValue].self) ?? []).map(write),
                clientRequestToken: $0.get("ClientRequestToken") ?? ""
            )
        } _: { _ in
            [:]
        },
    ]
}
