/// An operation that gives its output in pages, each but the last with a token for the next.
public protocol PaginatedOperation: AWSOperation {
    associatedtype Token: Equatable & Sendable

    /// The token the page is asked with; nil for the first page.
    var startToken: Token? { get set }

    /// The token of the page after this one; nil where this is the last.
    static func nextToken(of output: Output) -> Token?
}

/// The pages of a paginated operation, one request each, made when the page is asked for. One page is in memory at a time.
///
/// A token that comes back a second time would page for ever: it ends the sequence with
/// ``AWSError/Kind/malformedResponse``.
public struct AWSPages<Operation: PaginatedOperation>: AsyncSequence, Sendable {
    public typealias Element = Operation.Output
    public typealias Failure = AWSError

    private let operation: Operation
    private let call: @Sendable (Operation) async throws(AWSError) -> Operation.Output

    /// Pages through `operation`, from its start token on, by `call`.
    public init(
        _ operation: Operation,
        call: @escaping @Sendable (Operation) async throws(AWSError) -> Operation.Output
    ) {
        self.operation = operation
        self.call = call
    }

    public func makeAsyncIterator() -> Iterator {
        Iterator(operation: operation, call: call)
    }

    public struct Iterator: AsyncIteratorProtocol {
        private var operation: Operation
        private let call: @Sendable (Operation) async throws(AWSError) -> Operation.Output
        private var isAtEnd = false
        /// An earlier token, from the page before ``nextMark`` was last doubled (Brent's cycle detection): a cycle of any
        /// length comes upon it, though only one token is kept besides that of the page itself, which tells at once where one
        /// token repeats.
        private var mark: Operation.Token?
        private var page = 0
        private var nextMark = 1

        init(operation: Operation, call: @escaping @Sendable (Operation) async throws(AWSError) -> Operation.Output) {
            self.operation = operation
            self.call = call
            mark = operation.startToken
        }

        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(AWSError) -> Operation.Output? {
            guard !isAtEnd else { return nil }
            let output: Operation.Output
            do {
                output = try await call(operation)
            } catch {
                isAtEnd = true
                throw error
            }
            guard let token = Operation.nextToken(of: output) else {
                isAtEnd = true
                return output
            }
            guard token != mark, token != operation.startToken else {
                isAtEnd = true
                throw AWSError(
                    kind: .malformedResponse,
                    code: "RepeatedPaginationToken",
                    message: "page \(page + 1) continues with a token that an earlier page was asked with",
                    service: Operation.service.sdkID,
                    operation: Operation.name
                )
            }
            page += 1
            if page == nextMark {
                mark = token
                nextMark *= 2
            }
            operation.startToken = token
            return output
        }
    }
}
