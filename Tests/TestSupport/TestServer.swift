import Glibc
import Synchronization

/// A scripted HTTP/1.1 server on 127.0.0.1 for tests: blocking sockets, one thread a connection, faults as values.
///
/// Replies come from a closure (which may block: it runs on its connection's thread) or from a list, in order of arrival.
/// The server ends when `stop()` is called or the last reference goes.
public final class TestServer: Sendable {
    private struct State {
        var isStopped = false
        var connections: Set<Int32> = []
        var connectionCount = 0
        var threads: [pthread_t] = []
        var requests: [Request] = []
    }

    private final class Shared: Sendable {
        let state = Mutex(State())
        let listener: Int32
        let early: @Sendable (Request) -> Reply?
        let reply: @Sendable (Request) -> Reply

        init(
            listener: Int32,
            early: @escaping @Sendable (Request) -> Reply?,
            reply: @escaping @Sendable (Request) -> Reply
        ) {
            self.listener = listener
            self.early = early
            self.reply = reply
        }
    }

    private let shared: Shared

    /// The port, chosen by the system.
    public let port: Int

    /// `http://127.0.0.1:<port>`, without a trailing slash.
    public var url: String { "http://127.0.0.1:\(port)" }

    /// `127.0.0.1:<port>`, as `AWS_LAMBDA_RUNTIME_API` has it.
    public var authority: String { "127.0.0.1:\(port)" }

    /// Every request read whole so far, or answered early, in order of arrival.
    public var requests: [Request] { shared.state.withLock { $0.requests } }

    /// The number of connections accepted so far.
    public var connectionCount: Int { shared.state.withLock { $0.connectionCount } }

    /// Starts a server that asks `reply` for every request.
    ///
    /// - Parameter early: Is asked first, when the head of a request has been read and nothing of its body. What it replies is
    ///   all that is done upon the request, whose body is never read: the reply must end the connection.
    public init(
        early: @escaping @Sendable (Request) -> Reply? = { _ in nil },
        reply: @escaping @Sendable (Request) -> Reply
    ) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        precondition(descriptor >= 0, "no socket: errno \(errno)")
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 128) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        precondition(isListening, "cannot listen: errno \(errno)")
        port = Int(UInt16(bigEndian: address.sin_port))
        shared = Shared(listener: descriptor, early: early, reply: reply)
        let shared = self.shared
        Self.startThread(shared) { Self.accept(shared) }
    }

    /// Starts a server that gives `replies` in order, and 599 to every request beyond them.
    public convenience init(_ replies: [Reply]) {
        let next = Mutex(0)
        self.init { _ in
            let index = next.withLock { next in
                defer { next += 1 }
                return next
            }
            return index < replies.count ? replies[index] : .status(599, body: "no reply is scripted for this request")
        }
    }

    deinit { stop() }

    /// Closes every socket and waits for every thread, except the calling one.
    public func stop() {
        let threads = shared.state.withLock { state -> [pthread_t] in
            guard !state.isStopped else { return [] }
            state.isStopped = true
            shutdown(shared.listener, Int32(SHUT_RDWR))
            for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
            return state.threads
        }
        guard !threads.isEmpty else { return }
        for thread in threads where pthread_equal(thread, pthread_self()) == 0 { pthread_join(thread, nil) }
        close(shared.listener)
    }

    /// Starts a thread that `stop()` waits for; false when the server has stopped already.
    @discardableResult
    private static func startThread(_ shared: Shared, _ body: @escaping @Sendable () -> Void) -> Bool {
        final class Box: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        return shared.state.withLock { state in
            guard !state.isStopped else { return false }
            var thread = pthread_t()
            let box = Unmanaged.passRetained(Box(body))
            let code = pthread_create(
                &thread,
                nil,
                { argument in
                    guard let argument else { return nil }
                    Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
                    return nil
                },
                box.toOpaque()
            )
            precondition(code == 0, "no thread: \(code)")
            state.threads.append(thread)
            return true
        }
    }

    private static func accept(_ shared: Shared) {
        while true {
            let descriptor = Glibc.accept(shared.listener, nil, nil)
            if descriptor < 0 {
                if errno == EINTR || errno == ECONNABORTED { continue }
                return
            }
            // Processes that a test starts meanwhile must not keep the connection open.
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            let number = shared.state.withLock { state in
                state.connections.insert(descriptor)
                state.connectionCount += 1
                return state.connectionCount
            }
            let isServed = startThread(shared) {
                serve(shared, TestConnection(descriptor: descriptor, number: number))
            }
            guard isServed else {
                close(descriptor)
                return
            }
        }
    }

    private static func serve(_ shared: Shared, _ connection: TestConnection) {
        defer {
            shared.state.withLock { state in
                state.connections.remove(connection.descriptor)
                connection.close()
            }
        }
        var connection = connection
        while var request = connection.readRequest() {
            let early = shared.early(request)
            guard early != nil || connection.readBody(of: &request) else { return }
            shared.state.withLock { [request] in $0.requests.append(request) }
            guard connection.perform(early ?? shared.reply(request)) else { return }
        }
    }
}
