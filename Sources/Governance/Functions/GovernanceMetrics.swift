import LambdaRuntime

/// The metrics that the functions publish, all in one namespace and by function.
public struct GovernanceMetrics: Sendable {
    public static let namespace = "AMISteward"

    /// Numbers of their time; `SweepAge` in hours, `SweepDuration` in seconds. Each is in a dashboard.
    public enum Name: String, Sendable, CaseIterable {
        /// Alerts of which the account's owner and the topic were told, and those of which they were not.
        case alertsSent = "AlertsSent"
        case alertsFailed = "AlertsFailed"
        /// Differences between the usage table and EC2's report that the report's delay does not account for.
        case gaps = "Gaps"
        /// Accounts with images whose use is not known, and those of which only a sweep after their last image is missing.
        case unknownAccounts = "UnknownAccounts"
        case accountsAwaitingSweep = "AccountsAwaitingSweep"
        case sweepAge = "SweepAge"
        case usageRows = "UsageRows"
        /// Of a sweep, when it has ended: resources in use; those that were released; those that were in use again.
        case sweepResources = "SweepResources"
        case sweepReleased = "SweepReleased"
        case sweepRevived = "SweepRevived"
        /// Sections that may hold uses and were left out, in whole or in part.
        case sweepSkippedSections = "SweepSkippedSections"
        case sweepDuration = "SweepDuration"
    }

    private let functionName: String?

    public init(_ environment: LambdaEnvironment) {
        functionName = environment["AWS_LAMBDA_FUNCTION_NAME"]
    }

    /// The metrics, with the function as their only dimension.
    public func set(_ metrics: [MetricSet.Metric]) -> MetricSet {
        MetricSet(
            namespace: Self.namespace,
            dimensions: functionName.map { [.init("FunctionName", $0)] } ?? [],
            metrics: metrics
        )
    }
}

extension MetricSet.Metric {
    init(_ name: GovernanceMetrics.Name, _ value: Int) { self.init(name.rawValue, value) }

    init(_ name: GovernanceMetrics.Name, seconds: Double) { self.init(name.rawValue, seconds, .seconds) }

    init(_ name: GovernanceMetrics.Name, hours: Double) { self.init(name.rawValue, hours, .none) }
}
