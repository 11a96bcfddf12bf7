import AWSClient
import AWSServices
import LambdaRuntime

extension UsageTracker {
    /// Records what a parameter names now that an event tells of.
    func look(
        at parameter: ParameterName,
        _ change: GovernanceEvent.ParameterChange,
        _ event: GovernanceEvent,
        _ context: LambdaContext
    ) async throws {
        let logger = context.logger
        let look = ParameterLook(
            ledger: UsageLedger(store: store, account: event.account, region: event.region),
            inventory: inventory,
            images: LookedUpImages(lookup, account: event.account, logger: logger),
            now: clock
        )
        let finding = try await AWSClient.withDeadline(of: context) {
            let finding = try await look.settle(parameter, after: change)
            if finding.isOfUse { await note(event, logger: logger) }
            return finding
        }
        let fields: Logger.Fields = [
            "image_id": finding.used?.text,
            "event_id": event.occurrence.eventID,
            "event_name": event.occurrence.eventName,
            "parameter": parameter.text,
            "acquired": finding.used == nil ? 0 : 1,
            "released": finding.released,
        ]
        if finding.isOfUse {
            logger.info("recorded", fields)
        } else {
            // Most parameters name no image. Of those that do and may not be read, sweeps tell.
            let reason = finding.isRefused ? "the parameter may not be read" : "the parameter changes no usage"
            logger.debug(reason, fields)
        }
    }
}
