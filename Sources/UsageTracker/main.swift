import Governance
import LambdaRuntime

LambdaRuntime.run { environment in
    let tracker = try UsageTracker(environment)
    return { event, context in try await tracker.handle(event, context) }
}
