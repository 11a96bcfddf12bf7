import CCurl

/// The part of an event loop that its thread alone touches: timers, and transfers under way.
final class LoopState {
    /// libcurl's multi handle: connections, TLS sessions and resolved names are shared by all transfers of the loop.
    let multi: UnsafeMutableRawPointer
    private var transfers: [UnsafeMutableRawPointer: Transfer] = [:]
    /// Handles of ended transfers, ready for the next ones.
    private var idleHandles: [UnsafeMutableRawPointer] = []
    /// Whether an ended transfer's handle serves again. libcurl before 8.1.1 leaves in it a pointer to the last header field,
    /// freed by then, and writes there when the next response begins with a folded line (curl pull request 11103).
    /// The pointer belongs to the "headers API", which the libcurl of packaged functions is built without.
    private let keepsHandles: Bool
    /// In the order in which they are due.
    private var timers: [Timer] = []

    private struct Timer {
        let deadline: ContinuousClock.Instant
        let cancellation: CancellationFlag
        let continuation: CheckedContinuation<Bool, Never>
    }

    init() {
        curl_global_init(Int(CURL_GLOBAL_DEFAULT))
        guard let multi = curl_multi_init() else { preconditionFailure("no memory for libcurl") }
        self.multi = multi
        if let handle = curl_easy_init() {
            var header: UnsafeMutablePointer<curl_header>?
            let code = curl_easy_header(handle, "Date", 0, UInt32(CURLH_HEADER), -1, &header)
            let version = curl_version_info(CURLVERSION_FIRST).pointee.version_num
            keepsHandles = code == CURLHE_NOT_BUILT_IN || version >= 0x08_01_01
            idleHandles.append(handle)
        } else {
            keepsHandles = false
        }
        // Many small requests to few hosts: more connections than this would only be throttled there.
        ccurl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, 64)
        // By default libcurl keeps four idle connections for each handle in use: a burst would close them.
        ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 64)
    }

    // The multi handle is not freed: other threads may still wake it, and a loop lives as long as its process.

    // MARK: Timers

    func addTimer(
        at deadline: ContinuousClock.Instant,
        cancellation: CancellationFlag,
        continuation: CheckedContinuation<Bool, Never>
    ) {
        if cancellation.isSet { return continuation.resume(returning: false) }
        let index = timers.firstIndex { $0.deadline > deadline } ?? timers.endIndex
        timers.insert(Timer(deadline: deadline, cancellation: cancellation, continuation: continuation), at: index)
    }

    func cancelTimer(_ cancellation: CancellationFlag) {
        guard let index = timers.firstIndex(where: { $0.cancellation === cancellation }) else { return }
        timers.remove(at: index).continuation.resume(returning: false)
    }

    func fireTimers() {
        guard !timers.isEmpty else { return }
        let now = ContinuousClock.now
        while let first = timers.first, first.deadline <= now {
            timers.removeFirst()
            first.continuation.resume(returning: true)
        }
    }

    // MARK: Transfers

    /// Begins a transfer; its continuation is resumed when it has ended.
    func start(_ transfer: Transfer) {
        if transfer.cancellation.isSet { return transfer.finish(.failure(.cancelled)) }
        guard let handle = idleHandles.popLast() ?? curl_easy_init() else {
            return transfer.finish(.failure(HTTPError(code: .other, message: "no memory for a transfer")))
        }
        if let error = transfer.configure(handle) {
            recycle(handle)
            return transfer.finish(.failure(error))
        }
        transfers[handle] = transfer
        let code = curl_multi_add_handle(multi, handle)
        if code != CURLM_OK {
            transfers[handle] = nil
            recycle(handle)
            transfer.finish(.failure(HTTPError(code: .other, message: String(cString: curl_multi_strerror(code)))))
        }
    }

    func cancelTransfer(_ cancellation: CancellationFlag) {
        guard let (handle, transfer) = transfers.first(where: { $0.value.cancellation === cancellation }) else {
            return
        }
        remove(handle)
        transfer.finish(.failure(.cancelled))
    }

    func performTransfers() {
        guard !transfers.isEmpty else { return }
        var running: Int32 = 0
        curl_multi_perform(multi, &running)
        guard Int(running) < transfers.count else { return }
        var remaining: Int32 = 0
        while let message = curl_multi_info_read(multi, &remaining) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else { continue }
            let code = ccurl_message_result(message)
            guard let transfer = transfers[handle] else { continue }
            let result = transfer.result(of: handle, code: code)
            remove(handle)
            transfer.finish(result)
        }
    }

    /// Waits until a socket is ready, a timer is due, or the loop is woken.
    func wait() {
        var milliseconds: Int32 = 60_000
        if let first = timers.first {
            let (seconds, attoseconds) = (first.deadline - .now).components
            // Rounded up: waking a fraction of a millisecond early would only spin.
            milliseconds = Int32(
                clamping: max(0, min(60_000, seconds * 1_000 + attoseconds / 1_000_000_000_000_000 + 1))
            )
        }
        curl_multi_poll(multi, nil, 0, milliseconds, nil)
    }

    private func remove(_ handle: UnsafeMutableRawPointer) {
        curl_multi_remove_handle(multi, handle)
        transfers[handle] = nil
        recycle(handle)
    }

    private func recycle(_ handle: UnsafeMutableRawPointer) {
        guard keepsHandles, idleHandles.count < 8 else { return curl_easy_cleanup(handle) }
        curl_easy_reset(handle)
        idleHandles.append(handle)
    }
}
