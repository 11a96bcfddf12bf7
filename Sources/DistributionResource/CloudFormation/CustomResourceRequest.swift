import AWSServices

/// A request of CloudFormation to create, update or delete one custom resource.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html>
struct CustomResourceRequest: Sendable {
    enum Kind: String, Sendable {
        case create = "Create"
        case update = "Update"
        case delete = "Delete"
    }

    /// One resource of one stack, which may manage one distribution configuration.
    struct Owner: Sendable, Hashable {
        var stackID: String
        var logicalResourceID: String
    }

    let kind: Kind
    /// Who has the URL may answer: it enters neither logs nor errors. Nil behind the provider framework, which answers.
    let responseURL: String?
    let owner: Owner
    /// Unique to the request; a repeated delivery has the same.
    let requestID: String
    /// Nil in a Create.
    let physicalResourceID: String?
    /// Not read yet: a Delete never fails over them.
    let resourceProperties: [String: JSONValue]
    /// The properties before an Update.
    let oldResourceProperties: [String: JSONValue]

    /// A field that CloudFormation always sends, and that is missing or of another type.
    struct MalformedRequest: Error, CustomStringConvertible {
        let field: String
        let problem: String
        var description: String { "the event's \(field) \(problem)" }
    }

    init(_ event: JSONValue) throws(MalformedRequest) {
        func text(_ field: String) throws(MalformedRequest) -> String? {
            switch event[field] {
            case nil, .null: return nil
            case .string(let text): return text
            default: throw MalformedRequest(field: field, problem: "is not a text")
            }
        }
        func required(_ field: String) throws(MalformedRequest) -> String {
            guard let text = try text(field), !text.isEmpty else {
                throw MalformedRequest(field: field, problem: "is missing")
            }
            return text
        }
        func properties(_ field: String) throws(MalformedRequest) -> [String: JSONValue] {
            switch event[field] {
            case nil, .null: return [:]
            case .object(let members): return members
            default: throw MalformedRequest(field: field, problem: "is not an object")
            }
        }
        guard let kind = Kind(rawValue: try required("RequestType")) else {
            throw MalformedRequest(field: "RequestType", problem: "is none of Create, Update and Delete")
        }
        self.kind = kind
        responseURL = try text("ResponseURL").flatMap { $0.isEmpty ? nil : $0 }
        owner = Owner(stackID: try required("StackId"), logicalResourceID: try required("LogicalResourceId"))
        requestID = try required("RequestId")
        physicalResourceID = kind == .create ? nil : try required("PhysicalResourceId")
        resourceProperties = try properties("ResourceProperties")
        oldResourceProperties = try properties("OldResourceProperties")
    }
}

/// The physical ids of resources: the ARN of the configuration, or for a Create that failed a marker, by which the Delete that
/// CloudFormation sends next is known.
enum PhysicalResourceID {
    private static let marker = "create-failed/"

    static func failedCreate(_ requestID: String) -> String { marker + requestID }

    /// Also the markers of the CDK's provider framework.
    static func isFailedCreate(_ id: String) -> Bool {
        id.hasPrefix(marker) || id.hasPrefix("AWSCDK::CustomResourceProviderFramework::")
    }
}
