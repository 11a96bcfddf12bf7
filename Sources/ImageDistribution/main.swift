import DistributionResource
import LambdaRuntime

LambdaRuntime.run { environment in
    let handler = try ImageDistributionHandler(environment)
    return { event, context in try await handler.handle(event, context) }
}
