import LambdaRuntime

// Answers each event with itself: what the runtime's own tests and measurements invoke.
LambdaRuntime.run { _ in
    { event, _ in event }
}
