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
        if receipt == .tooLarge || receipt == .brokenOff { try await reportTooLarge(response.count, context) }
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
        case .brokenOff: logger.error("the connection broke on \(what): it is too large")
        case .refused(let status, let detail):
            logger.error("the Runtime API refused \(what)", ["status": status, "detail": detail])
        }
    }

    private func context(of invocation: RuntimeAPI.Invocation) -> LambdaContext {
        /// Empty is as good as missing.
        func header(_ name: String) -> String? {
            invocation.headers[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        var context = LambdaContext(
            requestID: invocation.requestID,
            deadline: header("Lambda-Runtime-Deadline-Ms").flatMap { Int64($0) },
            invokedFunctionARN: header("Lambda-Runtime-Invoked-Function-Arn"),
            traceID: header("Lambda-Runtime-Trace-Id"),
            tenantID: header("Lambda-Runtime-Aws-Tenant-Id"),
            logger: logger,
            clock: clock
        )
        if let text = header("Lambda-Runtime-Client-Context") {
            context.clientContext = ClientContext(header: text)
            if context.clientContext == nil { context.logger.warn("the client context is malformed and left out") }
        }
        if let text = header("Lambda-Runtime-Cognito-Identity") {
            context.identity = CognitoIdentity(header: text)
            if context.identity == nil { context.logger.warn("the Cognito identity is malformed and left out") }
        }
        return context
    }
}
