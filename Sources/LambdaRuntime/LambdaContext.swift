/// What is known of one invocation besides its event: the header fields of the Runtime API's
/// [next invocation](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-next), typed.
///
/// Only the request id is always there.
public struct LambdaContext: Sendable {
    /// `Lambda-Runtime-Aws-Request-Id`.
    public var requestID: String

    /// `Lambda-Runtime-Deadline-Ms`: when the invocation times out, in milliseconds since 1970.
    public var deadline: Int64?

    /// `Lambda-Runtime-Invoked-Function-Arn`: function, version or alias as it was invoked.
    public var invokedFunctionARN: String?

    /// `Lambda-Runtime-Trace-Id`: the X-Ray tracing header, also in `_X_AMZN_TRACE_ID` during the invocation.
    public var traceID: String?

    /// `Lambda-Runtime-Client-Context`; nil also where it is malformed.
    public var clientContext: ClientContext?

    /// `Lambda-Runtime-Cognito-Identity`; nil also where it is malformed.
    public var identity: CognitoIdentity?

    /// `Lambda-Runtime-Aws-Tenant-Id`: for whom a function with tenant isolation runs.
    public var tenantID: String?

    /// Writes records with the invocation's request id and tenant id.
    public var logger: Logger

    private let clock: WallClock

    public init(
        requestID: String,
        deadline: Int64? = nil,
        invokedFunctionARN: String? = nil,
        traceID: String? = nil,
        clientContext: ClientContext? = nil,
        identity: CognitoIdentity? = nil,
        tenantID: String? = nil,
        logger: Logger = Logger(),
        clock: WallClock = .system
    ) {
        self.requestID = requestID
        self.deadline = deadline
        self.invokedFunctionARN = invokedFunctionARN
        self.traceID = traceID
        self.clientContext = clientContext
        self.identity = identity
        self.tenantID = tenantID
        self.logger = logger.with(requestID: requestID, tenantID: tenantID)
        self.clock = clock
    }

    /// The time until the deadline, zero once it has passed; nil where no deadline is known.
    public var remainingTime: Duration? {
        deadline.map { deadline in
            let (difference, isOverflow) = deadline.subtractingReportingOverflow(clock.now())
            return .milliseconds(isOverflow ? 0 : max(0, difference))
        }
    }
}
