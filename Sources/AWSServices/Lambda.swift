import AWSClient
import Transport

/// AWS Lambda: invoking a function.
/// <https://docs.aws.amazon.com/lambda/latest/api/>
public struct Lambda: Sendable {
    public let client: AWSClient

    public init(_ client: AWSClient) {
        self.client = client
    }

    /// Invokes a function and waits for its answer.
    ///
    /// A call whose connection is lost, that is throttled, or that takes longer than the client's
    /// `configuration.attemptTimeout`, is made again: the function may run more than once, and a client for functions that
    /// take long needs a longer timeout.
    public func invoke(_ input: Invoke) async throws(AWSError) -> Invoke.Output {
        try await client.call(input)
    }

    public struct Invoke: AWSOperation {
        public static let name = "Invoke"
        public static let service = AWSService.lambda

        /// A name, a partial ARN (`111122223333:function:name`) or an ARN.
        public var functionName: String
        /// A version or alias.
        public var qualifier: String?
        public var invocationType: InvocationType
        /// Whether the answer has the last 4 KB of the log.
        public var includesLogTail: Bool
        /// A JSON document, at most 6 MB (1 MB of an event).
        public var payload: [UInt8]

        public enum InvocationType: String, Sendable {
            /// The answer is the function's.
            case requestResponse = "RequestResponse"
            /// The answer is that the event was accepted.
            case event = "Event"
            /// Whether the caller may invoke the function, which does not run.
            case dryRun = "DryRun"
        }

        public init(
            functionName: String,
            qualifier: String? = nil,
            invocationType: InvocationType = .requestResponse,
            includesLogTail: Bool = false,
            payload: [UInt8]
        ) {
            self.functionName = functionName
            self.qualifier = qualifier
            self.invocationType = invocationType
            self.includesLogTail = includesLogTail
            self.payload = payload
        }

        public func request() throws(AWSError) -> AWSRequest {
            guard !functionName.isEmpty else { throw Self.invalid("FunctionName is empty") }
            var headers: HTTPHeaders = ["X-Amz-Invocation-Type": invocationType.rawValue]
            if includesLogTail { headers["X-Amz-Log-Type"] = "Tail" }
            return AWSRequest(
                service: Self.service,
                operation: Self.name,
                method: "POST",
                path: "/2015-03-31/functions/\(PercentEncoding.encode(functionName))/invocations",
                query: qualifier.map { [AWSRequest.QueryItem("Qualifier", $0)] } ?? [],
                headers: headers,
                body: payload,
                parseError: JSONErrorParser.parse
            )
        }

        public static func parse(_ response: HTTPResponse) throws -> AWSResult<Output> {
            let log = response.headers["X-Amz-Log-Result"]
            let output = Output(
                status: response.status,
                functionError: response.headers["X-Amz-Function-Error"].flatMap { $0.isEmpty ? nil : $0 },
                executedVersion: response.headers["X-Amz-Executed-Version"],
                logTail: log.flatMap(Base64.decode).map { String(decoding: $0, as: UTF8.self) },
                payload: response.body
            )
            return AWSResult(output: output, requestID: response.requestID)
        }

        public struct Output: Sendable {
            /// 200 with an answer, 202 for an accepted event, 204 for a dry run.
            public var status: Int
            /// `Unhandled` or `Handled` where the function failed: ``payload`` is then its error, an object with
            /// `errorMessage` and `errorType`.
            public var functionError: String?
            public var executedVersion: String?
            public var logTail: String?
            public var payload: [UInt8]
        }
    }
}
