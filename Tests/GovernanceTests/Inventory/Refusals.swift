import TestSupport

@testable import Governance

/// How the services refuse an operation, each in its own form.
enum Refusals {
    /// What each section asks first.
    static let operations: [InventorySection: String] = [
        .instances: "DescribeInstances", .launchTemplates: "DescribeLaunchTemplateVersions",
        .autoScalingGroups: "DescribeAutoScalingGroups", .launchConfigurations: "DescribeLaunchConfigurations",
        .fleets: "DescribeFleets", .spotFleets: "DescribeSpotFleetRequests", .nodeGroups: "ListClusters",
        .imageRecipes: "ListImageRecipes", .containerRecipes: "ListContainerRecipes",
        .parameters: "DescribeParameters", .imageReferences: "DescribeImageReferences",
    ]

    private enum Form {
        case ec2, query, json
    }

    private static func form(of operation: String) -> Form {
        switch operation {
        case "DescribeAutoScalingGroups", "DescribeLaunchConfigurations": .query
        case "DescribeParameters", "GetParameters", "GetImage": .json
        case _ where operation.hasPrefix("List") || operation.hasSuffix("Recipe") || operation == "DescribeNodegroup":
            .json
        default: .ec2
        }
    }

    static func throttling(of operation: String) -> TestServer.Reply {
        switch form(of: operation) {
        case .ec2: ServicesOnPaper.ec2Error("RequestLimitExceeded", status: 503)
        case .query: ServicesOnPaper.queryError("Throttling")
        case .json: ServicesOnPaper.jsonError("ThrottlingException", status: 429)
        }
    }

    /// Any error, in the operation's own form.
    static func error(_ code: String, of operation: String) -> TestServer.Reply {
        switch form(of: operation) {
        case .ec2: ServicesOnPaper.ec2Error(code)
        case .query: ServicesOnPaper.queryError(code)
        case .json: ServicesOnPaper.jsonError(code)
        }
    }

    static func denial(of operation: String) -> TestServer.Reply {
        switch form(of: operation) {
        case .ec2: ServicesOnPaper.ec2Error("UnauthorizedOperation", status: 403)
        case .query: ServicesOnPaper.queryError("AccessDenied", status: 403)
        case .json: ServicesOnPaper.jsonError("AccessDeniedException", status: 403)
        }
    }
}
