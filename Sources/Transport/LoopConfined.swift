/// A value that only one thread ever touches: the one of the loop that owns it.
///
/// `@unchecked`: `value` is private to the file's accessor, which stops the process when it is called on any other thread
/// than the loop's, so no two threads reach the value at once.
struct LoopConfined<Value>: @unchecked Sendable {
    private let value: Value

    init(_ value: Value) { self.value = value }

    /// The value; only on the thread of `loop`.
    func value(on loop: borrowing EventLoop) -> Value {
        loop.checkIsolated()
        return value
    }
}

/// A pointer to a C object whose functions used through it may be called from any thread.
///
/// `@unchecked`: holds `CURLM` for `curl_multi_wakeup(3)`, and OpenSSL's reference-counted objects and fetched algorithms, all
/// documented as thread-safe.
package struct ThreadSafePointer<Pointer>: @unchecked Sendable {
    package let pointer: Pointer

    package init(pointer: Pointer) { self.pointer = pointer }
}
