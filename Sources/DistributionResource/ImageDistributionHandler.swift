import AWSClient
import AWSServices
import LambdaRuntime
import Transport

/// The function `image-distribution`: a CloudFormation custom resource that brings EC2 Image Builder distribution
/// configurations to what templates say, and keeps them there.
///
/// Environment: `RECORDS_TABLE`; `INVOCATION_MODE` (`direct`, the default, or `provider-framework`);
/// `ORGANIZATIONS_ROLE_ARN`, a role of the management or a delegated administrator account, where the function's own account
/// may not ask Organizations.
public struct ImageDistributionHandler: Sendable {
    /// Who answers CloudFormation.
    enum Mode: String {
        /// This function, by `PUT` to the request's URL.
        case direct
        /// The CDK's provider framework: it takes results and errors of this function.
        case providerFramework = "provider-framework"
    }

    /// A request failed, and the provider framework is to tell CloudFormation.
    struct RequestFailed: LambdaError {
        let errorMessage: String
    }

    let mode: Mode
    let manager: DistributionManager
    let sender: ResponseSender
    let effects: AWSEffects

    /// - Throws: ``LambdaRuntime/ConfigurationError`` or ``AWSClient/AWSError`` that names the variable at fault.
    public init(_ environment: LambdaEnvironment) throws {
        let text = environment["INVOCATION_MODE"] ?? Mode.direct.rawValue
        guard let mode = Mode(rawValue: text) else {
            throw ConfigurationError(message: "INVOCATION_MODE is neither direct nor provider-framework: \(text)")
        }
        let http = HTTPClient()
        let client = AWSClient(
            configuration: try AWSConfiguration(environment: .process),
            http: http,
            credentials: EnvironmentCredentialsProvider()
        )
        self.init(
            mode: mode,
            client: client,
            table: try environment.required("RECORDS_TABLE"),
            organizationsRole: environment["ORGANIZATIONS_ROLE_ARN"],
            http: http
        )
    }

    init(mode: Mode, client: AWSClient, table: String, organizationsRole: String?, http: HTTPClient) {
        let organizations = organizationsRole.map { role in
            AssumedRoles(sts: client).client(for: RoleSession(roleARN: role, sessionName: "image-distribution"))
        }
        self.mode = mode
        effects = client.effects
        manager = DistributionManager(
            imageBuilder: ImageBuilder(client),
            resolver: TargetResolver(parameters: SSM(client), organizations: Organizations(organizations ?? client)),
            verifier: TargetVerifier(client: client),
            store: RecordStore(DynamoDB(client), table: table, now: client.effects.now)
        )
        sender = ResponseSender(http: http, effects: client.effects)
    }

    /// Handles a request of CloudFormation, a schedule's event or a parameter's change.
    ///
    /// In direct mode it throws only where CloudFormation could not be answered: a failure that was delivered is a success
    /// of the invocation, which Lambda must not repeat.
    public func handle(_ event: [UInt8], _ context: LambdaContext) async throws -> [UInt8] {
        switch try InvocationEvent(event) {
        case .request(let request):
            return try await handle(request, context)
        case .reconciliation:
            return try await reconcile(.everything, context)
        case .parameterChange(let name, let arn):
            return try await reconcile(.parameter(name: name, arn: arn), context)
        }
    }

    // MARK: CloudFormation

    private func handle(_ request: CustomResourceRequest, _ context: LambdaContext) async throws -> [UInt8] {
        if mode == .direct, request.responseURL == nil {
            throw CustomResourceRequest.MalformedRequest(field: "ResponseURL", problem: "is missing")
        }
        let logger = context.logger.with("stack", request.owner.stackID).with(
            "resource",
            request.owner.logicalResourceID
        )
        let limit = context.remainingTime.map { TimeLimit(remaining: $0, now: effects.instant()) }
        let operation = DistributionManager.Operation(id: request.requestID, progress: Progress(), logger: logger)
        let handler = RequestHandler(manager: manager, effects: effects)
        let locks = handler.locks(for: request, token: context.requestID)

        let result: RequestHandler.Result
        do {
            result = try await handler.handle(
                request,
                locks: locks,
                limit: limit,
                lockedUntil: lockEnd(context),
                operation
            )
        } catch {
            await AWSClient.$deadline.withValue(limit?.record) { await giveBack(locks, logger) }
            throw error
        }
        if result.outcome.status == .failed {
            logger.error("the request failed", ["request": request.kind.rawValue, "reason": result.outcome.reason])
        }
        // The answer is remembered and the locks given back before it is sent: CloudFormation's next request, which may
        // follow at once, finds the way free, and a repetition of this one its answer.
        await AWSClient.$deadline.withValue(limit?.record) {
            if !result.isRepetition { await remember(result.outcome, request, logger) }
            await giveBack(locks, logger)
        }
        return try await deliver(result.outcome, request, limit, logger)
    }

    private func remember(
        _ outcome: CustomResourceOutcome,
        _ request: CustomResourceRequest,
        _ logger: Logger
    ) async {
        do {
            try await manager.store.save(outcome, to: request)
        } catch {
            logger.error(
                "the answer could not be remembered: a repeated request would be worked off anew",
                error: error
            )
        }
    }

    private func giveBack(_ locks: [ConfigurationLock], _ logger: Logger) async {
        for lock in locks {
            do {
                try await manager.store.release(lock)
            } catch {
                logger.warn("a lock could not be given back: it ends by itself", error: error)
            }
        }
    }

    /// Sends the answer, or prepares it for the provider framework.
    private func deliver(
        _ outcome: CustomResourceOutcome,
        _ request: CustomResourceRequest,
        _ limit: TimeLimit?,
        _ logger: Logger
    ) async throws -> [UInt8] {
        let response = try CustomResourceResponse(outcome, to: request)
        switch mode {
        case .providerFramework:
            guard outcome.status == .success else { throw RequestFailed(errorMessage: response.reason) }
            let result = JSONValue.object([
                "PhysicalResourceId": .string(outcome.physicalResourceID),
                "Data": .object(response.attributes.mapValues(JSONValue.string)),
            ])
            return try result.document()
        case .direct:
            try await sender.send(
                response.document,
                to: request.responseURL ?? "",
                deadline: limit?.answer,
                logger: logger
            )
            logger.info("answered", ["request": request.kind.rawValue, "status": outcome.status.rawValue])
            return try JSONValue.object(["Status": .string(outcome.status.rawValue)]).document()
        }
    }

    /// When locks end by themselves: the invocation is over then.
    private func lockEnd(_ context: LambdaContext) -> Timestamp {
        effects.now() + (context.remainingTime ?? .seconds(900)) + .seconds(1)
    }

    // MARK: Drift

    private func reconcile(_ scope: DriftReconciler.Scope, _ context: LambdaContext) async throws -> [UInt8] {
        let operation = DistributionManager.Operation(
            id: context.requestID,
            progress: Progress(),
            logger: context.logger
        )
        let limit = context.remainingTime.map { TimeLimit(remaining: $0, now: effects.instant()) }
        let changes = try await AWSClient.$deadline.withValue(limit?.work) {
            try await DriftReconciler(manager: manager, effects: effects).reconcile(
                scope,
                token: context.requestID,
                lockedUntil: lockEnd(context),
                operation
            )
        }
        return try JSONValue.object([
            "configurations": .object(changes.mapValues { JSONValue(strings: $0) })
        ]).document()
    }
}
