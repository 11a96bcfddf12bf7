import AWSClient
import AWSServices

/// The table in which the function remembers what it manages: on demand, in its own account and region.
///
/// | `kind` (partition key) | `id` (sort key) | holds |
/// |---|---|---|
/// | `configuration` | ARN | a ``ManagedConfiguration`` without its original |
/// | `original` | ARN, `#`, number | one distribution of the original: an item is limited to 400 KB, a configuration is not |
/// | `request` | request id of CloudFormation | the answer, for as long as the request may come again |
/// | `lock` | ARN | who changes the configuration at the moment |
struct RecordStore: Sendable {
    enum Kind: String {
        case configuration
        case original
        case request
        case lock
    }

    /// The names of attributes.
    enum Attribute {
        static let kind = "kind"
        static let id = "id"
        static let stackID = "stack_id"
        static let logicalResourceID = "logical_resource_id"
        static let state = "state"
        static let properties = "properties"
        static let fields = "fields"
        static let originalDescription = "original_description"
        static let originalCount = "original_count"
        static let document = "document"
        static let changed = "changed"
        static let holder = "holder"
        static let token = "token"
        static let until = "until"
        static let expires = "expires_at"
    }

    /// An item that this program did not write, or that is damaged.
    struct DamagedRecord: Error, CustomStringConvertible {
        let id: String
        let attribute: String
        var description: String { "the record of \(id) has no valid \(attribute)" }
    }

    let dynamoDB: DynamoDB
    let table: String
    let now: @Sendable () -> Timestamp

    init(_ dynamoDB: DynamoDB, table: String, now: @escaping @Sendable () -> Timestamp = { .now() }) {
        self.dynamoDB = dynamoDB
        self.table = table
        self.now = now
    }

    static func key(_ kind: Kind, _ id: String) -> DynamoDB.Item {
        [Attribute.kind: .string(kind.rawValue), Attribute.id: .string(id)]
    }

    // MARK: Configurations

    /// The record of a configuration, read consistently; nil where it is not managed.
    func configuration(_ arn: ConfigurationARN) async throws -> ManagedConfiguration? {
        let input = DynamoDB.GetItem(table: table, key: Self.key(.configuration, arn.text), isConsistent: true)
        guard let item = try await dynamoDB.getItem(input) else { return nil }
        return try await Self.configuration(item, arn: arn, original: original(arn, item))
    }

    /// The ARNs and properties of everything that is managed.
    func summaries() async throws -> [(arn: ConfigurationARN, properties: [String: JSONValue])] {
        let query = DynamoDB.Query(
            table: table,
            keyCondition: "\(name: Attribute.kind) = \(.string(Kind.configuration.rawValue))",
            attributes: [Attribute.id, Attribute.properties],
            isConsistent: true
        )
        var summaries: [(arn: ConfigurationARN, properties: [String: JSONValue])] = []
        for try await page in dynamoDB.query(query) {
            for item in page.items {
                let id = item[Attribute.id]?.stringValue ?? ""
                guard let arn = ConfigurationARN(id) else { throw DamagedRecord(id: id, attribute: Attribute.id) }
                summaries.append((arn, try Self.document(item, Attribute.properties, id).object ?? [:]))
            }
        }
        return summaries
    }

    /// Writes a record for the first time: its original first, so that a record never lacks one.
    func create(_ configuration: ManagedConfiguration) async throws {
        let distributions = configuration.original.distributions
        _ = try await concurrentMap(Array(distributions.indices), limit: 8) { index throws(AWSError) in
            var item = Self.key(.original, Self.originalID(configuration.arn, index))
            item[Attribute.document] = .string(Self.text(distributions[index]))
            return try await dynamoDB.putItem(DynamoDB.PutItem(table: table, item: item))
        }
        try await save(configuration)
    }

    /// Writes a record again; its original stays as it is.
    func save(_ configuration: ManagedConfiguration) async throws(AWSError) {
        var item = Self.key(.configuration, configuration.arn.text)
        item[Attribute.stackID] = .string(configuration.owner.stackID)
        item[Attribute.logicalResourceID] = .string(configuration.owner.logicalResourceID)
        item[Attribute.state] = .string(configuration.state.rawValue)
        item[Attribute.properties] = .string(Self.text(.object(configuration.properties)))
        item[Attribute.fields] = .string(Self.text(FieldPath.document(configuration.fields)))
        item[Attribute.originalDescription] = configuration.original.description.map(AttributeValue.string)
        item[Attribute.originalCount] = .number(configuration.original.distributions.count)
        item[Attribute.changed] = .string(now().dateTimeMilliseconds)
        _ = try await dynamoDB.putItem(DynamoDB.PutItem(table: table, item: item))
    }

    /// Forgets a configuration: the record first, so that what is left of an interrupted deletion is never taken for one.
    func delete(_ configuration: ManagedConfiguration) async throws {
        let key = Self.key(.configuration, configuration.arn.text)
        _ = try await dynamoDB.deleteItem(DynamoDB.DeleteItem(table: table, key: key))
        let indices = Array(configuration.original.distributions.indices)
        _ = try await concurrentMap(indices, limit: 8) { index throws(AWSError) in
            let key = Self.key(.original, Self.originalID(configuration.arn, index))
            return try await dynamoDB.deleteItem(DynamoDB.DeleteItem(table: table, key: key))
        }
    }

    // MARK: Reading and writing

    private static func originalID(_ arn: ConfigurationARN, _ index: Int) -> String {
        let digits = String(index)
        return "\(arn.text)#\(String(repeating: "0", count: max(0, 4 - digits.utf8.count)))\(digits)"
    }

    private func original(_ arn: ConfigurationARN, _ item: DynamoDB.Item) async throws -> DistributionSettings {
        guard let count = item[Attribute.originalCount]?.integerValue else {
            throw DamagedRecord(id: arn.text, attribute: Attribute.originalCount)
        }
        let begin = AttributeValue.string(arn.text + "#")
        let query = DynamoDB.Query(
            table: table,
            keyCondition:
                "\(name: Attribute.kind) = \(.string(Kind.original.rawValue)) AND begins_with(\(name: Attribute.id), \(begin))",
            isConsistent: true
        )
        var distributions: [JSONValue] = []
        if count > 0 {
            for try await page in dynamoDB.query(query) {
                for item in page.items { distributions.append(try Self.document(item, Attribute.document, arn.text)) }
            }
        }
        // What an interrupted deletion left behind comes after.
        guard distributions.count >= count else { throw DamagedRecord(id: arn.text, attribute: Attribute.document) }
        return DistributionSettings(
            description: item[Attribute.originalDescription]?.stringValue,
            distributions: Array(distributions.prefix(count))
        )
    }

    private static func configuration(
        _ item: DynamoDB.Item,
        arn: ConfigurationARN,
        original: DistributionSettings
    ) throws -> ManagedConfiguration {
        func text(_ attribute: String) throws -> String {
            guard let text = item[attribute]?.stringValue else {
                throw DamagedRecord(id: arn.text, attribute: attribute)
            }
            return text
        }
        guard let state = ManagedConfiguration.State(rawValue: try text(Attribute.state)) else {
            throw DamagedRecord(id: arn.text, attribute: Attribute.state)
        }
        return ManagedConfiguration(
            arn: arn,
            owner: CustomResourceRequest.Owner(
                stackID: try text(Attribute.stackID),
                logicalResourceID: try text(Attribute.logicalResourceID)
            ),
            state: state,
            properties: try document(item, Attribute.properties, arn.text).object ?? [:],
            fields: FieldPath.fields(in: try document(item, Attribute.fields, arn.text)),
            original: original
        )
    }

    static func document(_ item: DynamoDB.Item, _ attribute: String, _ id: String) throws -> JSONValue {
        guard let text = item[attribute]?.stringValue, let value = try? JSONValue(parsing: text.utf8) else {
            throw DamagedRecord(id: id, attribute: attribute)
        }
        return value
    }

    /// The document of a value that came out of a document.
    static func text(_ value: JSONValue) -> String {
        (try? value.document()).map { String(decoding: $0, as: UTF8.self) } ?? "null"
    }
}
