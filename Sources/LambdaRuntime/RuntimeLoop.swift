/// Invocation after invocation: next, handler, response or error.
struct RuntimeLoop: Sendable {
    let api: RuntimeAPI
    let handler: LambdaRuntime.Handler
    let logger: Logger
    let clock: WallClock
    /// Sets `_X_AMZN_TRACE_ID`, or unsets it.
    let setTraceID: @Sendable (String?) -> Void
    let workingDirectory: String

    /// Serves invocations until the Runtime API cannot be used any more, and returns why.
    func run() async -> RuntimeAPIError {
        do throws(RuntimeAPIError) {
            while true { try await serve(try await api.next()) }
        } catch {
            return error
        }
    }

    private func serve(_ invocation: RuntimeAPI.Invocation) async throws(RuntimeAPIError) {
        let context = self.context(of: invocation)
        setTraceID(context.traceID)
        let response: [UInt8]
        do {
            response = try await handler(invocation.event, context)
        } catch {
            let report = ErrorReport(error)
            context.logger.log(.error, "the invocation failed", report: report)
            let receipt = try await api.report(report, of: context.requestID, workingDirectory: workingDirectory)
            note(receipt, "the error report", context.logger)
            return
        }
        let receipt = try await api.respond(response, to: context.requestID)
        note(receipt, "the response", context.logger)
        if receipt == .tooLarge { try await reportTooLarge(response.count, context) }
    }

    /// Lambda itself fails the invocation when a response is too large, and then refuses a report of ours, which is as
    /// good; where it has not, the report does.
    private func reportTooLarge(_ size: Int, _ context: LambdaContext) async throws(RuntimeAPIError) {
        let report = ErrorReport(
            type: "Function.ResponseSizeTooLarge",
            message: "the response of \(size) bytes is larger than the Runtime API accepts"
        )
        context.logger.log(.error, "the invocation failed", report: report)
        _ = try await api.report(report, of: context.requestID, workingDirectory: workingDirectory)
    }

    private func note(_ receipt: RuntimeAPI.Receipt, _ what: String, _ logger: Logger) {
        switch receipt {
        case .accepted: break
        case .tooLarge: logger.error("the Runtime API refused \(what): it is too large", ["status": 413])
        case .refused(let status, let detail):
            logger.error("the Runtime API refused \(what)", ["status": status, "detail": detail])
        }
    }

    private func context(of invocation: RuntimeAPI.Invocation) -> LambdaContext {
        var context = LambdaContext(
            requestID: invocation.requestID,
            tenantID: invocation.headers["Lambda-Runtime-Aws-Tenant-Id"],
            logger: logger,
            clock: clock
        )
        let headers = invocation.headers
        context.deadline = headers["Lambda-Runtime-Deadline-Ms"].flatMap { Int64($0) }
        context.invokedFunctionARN = headers["Lambda-Runtime-Invoked-Function-Arn"]
        context.traceID = headers["Lambda-Runtime-Trace-Id"]
        if let header = headers["Lambda-Runtime-Client-Context"], !header.isEmpty {
            context.clientContext = ClientContext(header: header)
            if context.clientContext == nil { context.logger.warn("the client context is malformed and left out") }
        }
        if let header = headers["Lambda-Runtime-Cognito-Identity"], !header.isEmpty {
            context.identity = CognitoIdentity(header: header)
            if context.identity == nil { context.logger.warn("the Cognito identity is malformed and left out") }
        }
        return context
    }
}
