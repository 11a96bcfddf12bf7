import AWSClient
import Synchronization
import Testing

@testable import Governance

/// One image, whose protection remembers who gave it; the guard's record of it; and what is known of its use. An invocation
/// that was cut off reaches nothing any more.
final class GuardWorld: GuardedImages, ImageUse, GuardStore {
    enum Giver: Equatable { case guardian, person }

    struct State {
        var protection = DeregistrationProtection.disabled
        var giver: Giver?
        var record: (value: GuardRecord, revision: Int)?
        /// nil: it is not known whether it is used.
        var outcome: Verdict.Outcome = .unknown
        var isGone = false
        /// What protect and unprotect fail with, before or after their effect.
        var failure: (error: AWSError, hasEffect: Bool)?
        var calls = 0
        var stolen = 0
    }

    private let state = Mutex(State())

    /// Whether an invocation is still alive.
    final class Life: Sendable {
        private let dead = Mutex(false)
        var isDead: Bool { dead.withLock { $0 } }
        func end() { dead.withLock { $0 = true } }
    }

    @TaskLocal static var life = Life()

    var now: State { state.withLock { $0 } }
    func change(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

    private static let cutOff = AWSError(kind: .transport, code: "CutOff", message: "", attempts: 1)

    private func step<Result>(_ effect: (inout State) -> Result) async throws(AWSError) -> Result {
        guard !Self.life.isDead else { throw Self.cutOff }
        do {
            return try await Interleaver.step { state.withLock { effect(&$0) } }
        } catch {
            Self.life.end()
            throw Self.cutOff
        }
    }

    // MARK: Images

    func images() async throws(AWSError) -> [GuardedImage] {
        try await step { $0.isGone ? [] : [GuardedImage(image, $0.protection)] }
    }

    private func call(_ effect: (inout State) -> Void) async throws(AWSError) {
        let error = try await step { state -> AWSError? in
            state.calls += 1
            if state.isGone {
                return AWSError(kind: .clientError, code: "InvalidAMIID.NotFound", message: "", attempts: 1)
            }
            if state.failure?.hasEffect ?? true { effect(&state) }
            return state.failure?.error
        }
        if let error { throw error }
    }

    func protect(_ image: ImageID) async throws(AWSError) {
        try await call { state in
            guard state.protection == .disabled else { return }
            (state.protection, state.giver) = (.enabled, .guardian)
        }
    }

    func unprotect(_ image: ImageID) async throws(AWSError) {
        try await call { state in
            if state.giver == .person { state.stolen += 1 }
            (state.protection, state.giver) = (.disabled, nil)
        }
    }

    // MARK: Use

    func isUsed(_ image: ImageID) async throws -> Bool { try await step { $0.outcome == .inUse } }

    func isClear(_ image: ImageID) async throws -> Bool { try await step { $0.outcome == .clear } }

    // MARK: Store

    func records(of images: [ImageID]) async throws -> [ImageID: Stored<GuardRecord>] {
        try await step { state in
            state.record.map { [image: Stored($0.value, revision: $0.revision)] } ?? [:]
        }
    }

    func write(_ record: GuardRecord, revision: Int?) async throws -> Int? {
        try await step { state in
            guard state.record?.revision == revision else { return nil }
            state.record = (record, (revision ?? 0) + 1)
            return (revision ?? 0) + 1
        }
    }

    func cursor() async throws -> ImageID? { nil }

    func write(cursor: ImageID?) async throws {}
}
