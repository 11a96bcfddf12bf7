import Governance
import LambdaRuntime

LambdaRuntime.run { environment in
    let checker = try DeregistrationChecker(environment)
    return { event, context in try await checker.handle(event, context) }
}
