import AWSClient
import AWSServices

/// What is remembered of a distribution configuration from its resource's Create to its Delete.
struct ManagedConfiguration: Sendable, Equatable {
    enum State: String, Sendable {
        /// A Create is under way or has failed: what it changed is to be taken back.
        case pending
        case active
    }

    let arn: ConfigurationARN
    /// The one resource that manages it.
    var owner: CustomResourceRequest.Owner
    var state: State
    /// As the template has them.
    var properties: [String: JSONValue]
    /// What the template has taken charge of.
    var fields: Set<FieldPath>
    /// What was there before Create, to which Delete returns.
    let original: DistributionSettings
}
