import Governance

/// Numbers of things in words.
enum Counted {
    /// `1 account`, `3 accounts`.
    static func text(_ count: Int, _ singular: String, _ plural: String? = nil) -> String {
        "\(count) \(count == 1 ? singular : plural ?? singular + "s")"
    }

    /// `3 instances, 1 launch template version`.
    static func text(_ summary: UsageSummary) -> String {
        summary.presentKinds.map { text(summary[$0].count, $0.name) }.joined(separator: ", ")
    }
}

extension ResourceKind {
    /// One of the kind in words.
    var name: String {
        switch self {
        case .instance: "instance"
        case .launchTemplate: "launch template version"
        case .launchConfiguration: "launch configuration"
        case .autoScalingGroup: "Auto Scaling group"
        case .ec2Fleet: "EC2 fleet"
        case .spotFleetRequest: "Spot Fleet request"
        case .imageRecipe: "image recipe"
        case .containerRecipe: "container recipe"
        case .parameter: "parameter"
        }
    }
}
