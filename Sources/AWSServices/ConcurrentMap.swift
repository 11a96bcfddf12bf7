import AWSClient

/// Maps each element by an asynchronous call, at most `limit` of them at a time; results in the order of the elements.
/// The first failure cancels the calls under way and is thrown when they have ended.
package func concurrentMap<Element: Sendable, Value: Sendable>(
    _ elements: [Element],
    limit: Int,
    _ transform: @escaping @Sendable (Element) async throws(AWSError) -> Value
) async throws(AWSError) -> [Value] {
    if elements.count == 1 { return [try await transform(elements[0])] }
    var values: [Value?] = Array(repeating: nil, count: elements.count)
    var failure: AWSError?
    await withTaskGroup(of: (Int, Result<Value, AWSError>).self) { group in
        var next = 0
        func start() {
            guard next < elements.count else { return }
            let index = next
            let element = elements[index]
            next += 1
            group.addTask {
                do throws(AWSError) {
                    return (index, .success(try await transform(element)))
                } catch {
                    return (index, .failure(error))
                }
            }
        }
        for _ in 0..<limit { start() }
        for await (index, result) in group {
            switch result {
            case .success(let value):
                values[index] = value
                if failure == nil { start() }
            case .failure(let error):
                if failure == nil {
                    failure = error
                    group.cancelAll()
                }
            }
        }
    }
    if let failure { throw failure }
    return values.compactMap { $0 }
}

extension Array {
    /// The elements in order, in arrays of `size`, the last with what is left.
    package func chunks(of size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
