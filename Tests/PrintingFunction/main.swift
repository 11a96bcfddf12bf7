import LambdaRuntime

// Prints each event, and answers with it.
LambdaRuntime.run { _ in
    { event, _ in
        print(String(decoding: event, as: UTF8.self))
        return event
    }
}
