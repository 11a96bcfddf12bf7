import Synchronization

@testable import Governance

/// Rows that must be there whatever happens, until what they stand for ends.
final class Promises: Sendable {
    private struct State {
        var rows: Set<String> = []
        var broken: Set<String> = []
    }

    private let state = Mutex(State())

    func keep(_ rows: some Sequence<String>) { state.withLock { $0.rows.formUnion(rows) } }

    func release(_ rows: some Sequence<String>) { state.withLock { $0.rows.subtract(rows) } }

    /// Nothing is promised of a resource any more.
    func forget(_ resource: Resource) {
        state.withLock { state in
            state.rows = state.rows.filter { !$0.hasSuffix("#\(resource.kind.rawValue)#\(resource.id)") }
        }
    }

    var rows: Set<String> { state.withLock(\.rows) }

    /// Rows that were missing at some time.
    var broken: Set<String> { state.withLock(\.broken) }

    func check(_ contents: UsageStoreInMemory.Contents) {
        state.withLock { state in
            for row in state.rows where contents.rows[row] == nil { state.broken.insert(row) }
        }
    }
}
