import CCurl

/// Sends HTTP/1.1 requests, side by side, on the thread of one event loop; connections are kept alive and used again.
public final class HTTPClient: Sendable {
    private let loop: EventLoop
    private let trust: TrustStore

    /// - Parameters:
    ///   - loop: Its clients share connections, whatever their trust: clients that trust differently need different loops.
    ///   - trust: The certificate authorities; by default `AWS_CA_BUNDLE`'s, Amazon's or the system's.
    public init(loop: EventLoop = .shared, trust: TrustStore = .fromEnvironment()) {
        self.loop = loop
        self.trust = trust
    }

    /// Sends one request and waits for the whole response, of whatever status.
    ///
    /// A request on a kept-alive connection that the server had closed before any byte of a response is sent again by libcurl
    /// on a fresh one, unless its body was so long that some of it was still to be sent: that is
    /// ``HTTPError/brokeWhileSending``.
    public func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let usedSystem = trust.usesSystem
        let begun = ContinuousClock.now
        let result = await attempt(request)
        if case .failure(let error) = result, error.curlCode == Int32(CURLE_PEER_FAILED_VERIFICATION.rawValue),
            !usedSystem
        {
            // Nothing was sent yet: the handshake had failed.
            trust.fallBackToSystem()
            if trust.usesSystem {
                var again = request
                again.timeout = request.timeout.map { $0 - (.now - begun) }
                return try await attempt(again).get()
            }
        }
        return try result.get()
    }

    private func attempt(_ request: HTTPRequest) async -> Result<HTTPResponse, HTTPError> {
        let cancellation = CancellationFlag()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.execute { [loop, trust] in
                    let transfer = Transfer(
                        request: request,
                        trust: trust,
                        cancellation: cancellation,
                        continuation: continuation
                    )
                    loop.state.start(transfer)
                }
            }
        } onCancel: {
            cancellation.set()
            loop.execute { [loop] in loop.state.cancelTransfer(cancellation) }
        }
    }
}
