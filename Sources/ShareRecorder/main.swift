import Governance
import LambdaRuntime

LambdaRuntime.run { environment in
    let recorder = try ShareRecorder(environment)
    return { event, context in try await recorder.handle(event, context) }
}
