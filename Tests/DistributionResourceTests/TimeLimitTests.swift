import AWSClient
import Testing

@testable import DistributionResource

@Suite struct TimeLimitTests {
    @Test(arguments: [Duration.seconds(3), .seconds(15), .seconds(60), .seconds(900)])
    func workRecordAndAnswerEndInThisOrderBeforeLambdaDoes(_ remaining: Duration) {
        let now = ContinuousClock.now
        let limit = TimeLimit(remaining: remaining, now: now)
        #expect(now < limit.work && limit.work < limit.record && limit.record < limit.answer)
        #expect(limit.answer < now + remaining)
        #expect(now + remaining - limit.work <= .seconds(10))
        #expect(limit.work - now >= remaining * 0.7)
    }

    @Test func workThatEndsInTimeGivesItsValue() async throws {
        let value = try await TimeLimit.run(until: .now + .seconds(60), effects: .live()) { 7 }
        #expect(value == 7)
    }

    @Test func workThatDoesNotIsCancelled() async {
        await #expect(throws: TimeLimit.Passed.self) {
            try await TimeLimit.run(until: .now + .milliseconds(20), effects: .live()) {
                try await AWSEffects.live().sleep(.seconds(600))
            }
        }
    }

    @Test func callsKnowTheDeadline() async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        let seen = try await TimeLimit.run(until: deadline, effects: .live()) { AWSClient.deadline }
        #expect(seen == deadline)
    }

    @Test func aCallWithoutTimeForAnotherAttemptCountsAsPassed() async {
        let error = AWSError(kind: .deadline, code: "DeadlineExceeded", message: "no time for another attempt")
        let passed = await #expect(throws: TimeLimit.Passed.self) {
            try await TimeLimit.run(until: .now + .seconds(60), effects: .live()) { throw error }
        }
        #expect(passed?.cause?.code == "DeadlineExceeded")
    }

    @Test func anotherFailureIsThrownAsItIs() async {
        struct Failure: Error {}
        await #expect(throws: Failure.self) {
            try await TimeLimit.run(until: .now + .seconds(60), effects: .live()) { throw Failure() }
        }
    }
}
