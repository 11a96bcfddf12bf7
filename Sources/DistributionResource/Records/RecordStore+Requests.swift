import AWSClient
import AWSServices

extension RecordStore {
    /// How long an answer is kept: CloudFormation's and Lambda's repetitions end within hours.
    static let answerLifetime = Duration.seconds(7 * 86_400)

    /// The answer that a request has had; nil where it has had none.
    func answer(to request: CustomResourceRequest) async throws -> CustomResourceOutcome? {
        let key = Self.key(.request, request.requestID)
        let input = DynamoDB.GetItem(table: table, key: key, isConsistent: true)
        guard let item = try await dynamoDB.getItem(input) else { return nil }
        guard let text = item[Attribute.document]?.stringValue,
            let outcome = try? JSONDocument.decode(CustomResourceOutcome.self, from: Array(text.utf8))
        else { throw DamagedRecord(id: request.requestID, attribute: Attribute.document) }
        return outcome
    }

    /// Remembers the answer to a request, before it is sent.
    func save(_ outcome: CustomResourceOutcome, to request: CustomResourceRequest) async throws {
        let document = try JSONDocument.encode(outcome)
        var item = Self.key(.request, request.requestID)
        item[Attribute.stackID] = .string(request.owner.stackID)
        item[Attribute.logicalResourceID] = .string(request.owner.logicalResourceID)
        item[Attribute.document] = .string(String(decoding: document, as: UTF8.self))
        item[Attribute.expires] = .number(Int((now() + Self.answerLifetime).seconds))
        _ = try await dynamoDB.putItem(DynamoDB.PutItem(table: table, item: item))
    }
}

/// The right of one invocation to change a configuration, until it is given back or the invocation is over.
struct ConfigurationLock: Sendable, Hashable {
    /// The ARN of the configuration.
    var id: String
    /// What it is held for: the request id of CloudFormation, or of the invocation that reconciles.
    var holder: String
    /// The request id of the invocation: a repetition by Lambda has the same, and comes when the first is over.
    var token: String
}

extension RecordStore {
    /// Takes a lock.
    ///
    /// - Returns: nil when it is taken; else what it is held for by another.
    func take(_ lock: ConfigurationLock, until deadline: Timestamp) async throws(AWSError) -> String? {
        var item = Self.key(.lock, lock.id)
        item[Attribute.holder] = .string(lock.holder)
        item[Attribute.token] = .string(lock.token)
        item[Attribute.until] = .number(Self.milliseconds(deadline))
        item[Attribute.expires] = .number(Int(deadline.seconds) + 86_400)
        let time = AttributeValue.number(Self.milliseconds(now()))
        let put = DynamoDB.PutItem(
            table: table,
            item: item,
            condition: """
                attribute_not_exists(\(name: Attribute.id)) OR \(name: Attribute.until) < \(time) \
                OR \(name: Attribute.token) = \(.string(lock.token))
                """,
            returnsItemOnConditionFailure: true
        )
        do {
            _ = try await dynamoDB.putItem(put)
            return nil
        } catch  where error.isConditionalCheckFailure {
            return error.conditionFailedItem?[Attribute.holder]?.stringValue ?? ""
        }
    }

    /// Gives a lock back; one that has passed to another stays.
    func release(_ lock: ConfigurationLock) async throws(AWSError) {
        let delete = DynamoDB.DeleteItem(
            table: table,
            key: Self.key(.lock, lock.id),
            condition: "\(name: Attribute.token) = \(.string(lock.token))"
        )
        do {
            _ = try await dynamoDB.deleteItem(delete)
        } catch  where error.isConditionalCheckFailure {}
    }

    private static func milliseconds(_ time: Timestamp) -> Int {
        Int(time.seconds) * 1000 + Int(time.nanoseconds / 1_000_000)
    }
}
