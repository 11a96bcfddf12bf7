/// The names by which one AWS service is known to endpoints, signatures and settings.
public struct AWSService: Sendable, Hashable {
    /// The service id of the service's model, for example `Auto Scaling` or `SESv2`.
    public let sdkID: String
    /// The first label of the service's host names, for example `autoscaling` or `email`.
    public let endpointPrefix: String
    /// The service name in the credential scope of a signature, for example `ses`.
    public let signingName: String
    /// How the path of a request takes part in the signature.
    public let pathSigning: PathSigning
    /// Where the service is one endpoint for a whole partition instead of one a region.
    public let isPartitionGlobal: Bool

    /// How the path of a request enters the canonical request.
    public enum PathSigning: Sendable, Hashable {
        /// Dot segments and empty segments are removed, then the encoded path is encoded once more: every service but S3.
        case normalizedTwiceEncoded
        /// The path as sent: S3, where keys may hold `//` and `/../`.
        case asSent
    }

    /// The id alone is as good as everything.
    public func hash(into hasher: inout Hasher) { hasher.combine(sdkID) }

    public init(
        sdkID: String,
        endpointPrefix: String,
        signingName: String? = nil,
        pathSigning: PathSigning = .normalizedTwiceEncoded,
        isPartitionGlobal: Bool = false
    ) {
        self.sdkID = sdkID
        self.endpointPrefix = endpointPrefix
        self.signingName = signingName ?? endpointPrefix
        self.pathSigning = pathSigning
        self.isPartitionGlobal = isPartitionGlobal
    }

    /// The key of the service in settings: `AWS_ENDPOINT_URL_<KEY>` in upper case, `<key> =` of a `services` section in
    /// lower case. <https://docs.aws.amazon.com/sdkref/latest/guide/ss-endpoints-table.html>
    public var settingsKey: String {
        String(sdkID.map { $0 == " " || $0 == "-" ? "_" : $0 }).lowercased()
    }
}

extension AWSService {
    public static let autoScaling = AWSService(sdkID: "Auto Scaling", endpointPrefix: "autoscaling")
    public static let cloudFormation = AWSService(sdkID: "CloudFormation", endpointPrefix: "cloudformation")
    public static let cloudWatch = AWSService(sdkID: "CloudWatch", endpointPrefix: "monitoring")
    public static let dynamoDB = AWSService(sdkID: "DynamoDB", endpointPrefix: "dynamodb")
    public static let ec2 = AWSService(sdkID: "EC2", endpointPrefix: "ec2")
    public static let eks = AWSService(sdkID: "EKS", endpointPrefix: "eks")
    public static let iam = AWSService(sdkID: "IAM", endpointPrefix: "iam", isPartitionGlobal: true)
    public static let imageBuilder = AWSService(sdkID: "imagebuilder", endpointPrefix: "imagebuilder")
    public static let kms = AWSService(sdkID: "KMS", endpointPrefix: "kms")
    public static let lambda = AWSService(sdkID: "Lambda", endpointPrefix: "lambda")
    public static let organizations = AWSService(
        sdkID: "Organizations",
        endpointPrefix: "organizations",
        isPartitionGlobal: true
    )
    public static let s3 = AWSService(sdkID: "S3", endpointPrefix: "s3", pathSigning: .asSent)
    public static let sesV2 = AWSService(sdkID: "SESv2", endpointPrefix: "email", signingName: "ses")
    public static let sns = AWSService(sdkID: "SNS", endpointPrefix: "sns")
    public static let ssm = AWSService(sdkID: "SSM", endpointPrefix: "ssm")
    public static let sts = AWSService(sdkID: "STS", endpointPrefix: "sts")
}
