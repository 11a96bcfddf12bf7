import Glibc
import Testing

@testable import LambdaRuntime

@Suite struct TerminationGateTests {
    @Test func theProcessEndsAtOnceWhileNothingIsWritten() {
        let gate = TerminationGate()
        #expect(gate.requestExit())
        #expect(gate.requestExit())
    }

    @Test func aRecordIsFinishedFirst() {
        let gate = TerminationGate()
        gate.beginRecord()
        #expect(!gate.requestExit())
        #expect(!gate.requestExit())
        #expect(!gate.finishRecord())
    }

    @Test func recordsFollowOneAnother() {
        let gate = TerminationGate()
        for _ in 0..<3 {
            gate.beginRecord()
            #expect(gate.finishRecord())
        }
        #expect(gate.requestExit())
    }
}

@Suite struct TraceVariableTests {
    @Test func theVariableFollowsEachValue() {
        func current() -> String? { getenv("_X_AMZN_TRACE_ID").map { String(cString: $0) } }
        let long = String(repeating: "Root=1-5bef4de7;", count: 100)
        let longer = String(repeating: "é", count: 5000)
        let values: [String?] = [
            "Root=1", "Root=1-5bef4de7;Sampled=1", "short", "", nil, nil, "again", long, "short", longer, nil, longer,
            long,
        ]
        for value in values {
            TraceVariable.shared.set(value)
            #expect(current() == value)
        }
        TraceVariable.shared.set(nil)
    }
}
