import Transport

/// AWS Signature Version 4, in headers or in the query of a URL.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html>
public struct SigV4Signer: Sendable {
    public let region: String
    /// ``AWSService/signingName``.
    public let service: String
    public let pathSigning: AWSService.PathSigning
    /// Where the session token goes.
    public let sessionToken: SessionTokenMode
    /// Whether `X-Amz-Content-SHA256` is sent for a signed payload too, as S3 asks for.
    var sendsPayloadHash: Bool
    private let keys: SigningKeyCache

    /// Whether the session token is part of what is signed.
    public enum SessionTokenMode: Sendable {
        case signed
        /// Added after signing, as a few services (AWS IoT) ask for.
        case afterSigning
    }

    /// What is signed of a request.
    public struct Request: Sendable {
        public var method: String
        /// As sent, percent-encoded; for ``presign(_:with:at:expires:)`` too.
        public var path: String
        public var query: [AWSRequest.QueryItem]
        /// With `Host`.
        public var headers: HTTPHeaders
        public var payload: Payload

        public init(
            method: String,
            path: String,
            query: [AWSRequest.QueryItem] = [],
            headers: HTTPHeaders,
            payload: Payload = .bytes([])
        ) {
            self.method = method
            self.path = path
            self.query = query
            self.headers = headers
            self.payload = payload
        }
    }

    public enum Payload: Sendable {
        case bytes([UInt8])
        /// `UNSIGNED-PAYLOAD`.
        case unsigned

        var hash: String {
            switch self {
            case .bytes(let bytes): bytes.isEmpty ? Self.emptyHash : Digest.hex(Digest.sha256(bytes))
            case .unsigned: "UNSIGNED-PAYLOAD"
            }
        }

        private static let emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    }

    public init(
        region: String,
        service: String,
        pathSigning: AWSService.PathSigning = .normalizedTwiceEncoded,
        sessionToken: SessionTokenMode = .signed,
        keys: SigningKeyCache = SigningKeyCache()
    ) {
        self.region = region
        self.service = service
        self.pathSigning = pathSigning
        self.sessionToken = sessionToken
        sendsPayloadHash = pathSigning == .asSent
        self.keys = keys
    }

    /// The request's headers with `X-Amz-Date`, `Authorization` and, where they apply, `X-Amz-Security-Token` and
    /// `X-Amz-Content-SHA256`. Headers of an earlier signature are replaced.
    public func sign(_ request: Request, with credentials: AWSCredentials, at time: Timestamp) -> HTTPHeaders {
        let payloadHash = request.payload.hash
        var headers = request.headers
        headers["Authorization"] = nil
        let date = time.basic
        headers["X-Amz-Date"] = date
        headers["X-Amz-Security-Token"] = sessionToken == .signed ? credentials.sessionToken : nil
        if case .unsigned = request.payload {
            headers["X-Amz-Content-SHA256"] = payloadHash
        } else if sendsPayloadHash {
            headers["X-Amz-Content-SHA256"] = payloadHash
        }
        let canonical = CanonicalRequest(
            method: request.method,
            path: request.path,
            pathSigning: pathSigning,
            query: request.query,
            headers: headers,
            payloadHash: payloadHash
        )
        let scope = scope(at: date)
        let signature = signature(of: canonical, scope: scope, credentials: credentials, date: date)
        headers.add(name: "Authorization", byteCount: 192 + canonical.signedHeaders.count) { value in
            value.append(Self.algorithm)
            value.append(" Credential=")
            value.append(credentials.accessKeyID)
            value.append(UInt8(ascii: "/"))
            value.append(scope)
            value.append(", SignedHeaders=")
            value.append(contentsOf: canonical.signedHeaders)
            value.append(", Signature=")
            value.append(signature)
        }
        if sessionToken == .afterSigning { headers["X-Amz-Security-Token"] = credentials.sessionToken }
        return headers
    }

    /// The request's query with the signature in it, in the order to send. The URL is valid for `expires` (1 second to 7
    /// days) and for the request's headers, method and payload. It is a secret: never log it.
    public func presign(
        _ request: Request,
        with credentials: AWSCredentials,
        at time: Timestamp,
        expires: Duration
    ) -> [AWSRequest.QueryItem] {
        let date = time.basic
        let scope = scope(at: date)
        var query = request.query
        query.append(.init("X-Amz-Algorithm", Self.algorithm))
        query.append(.init("X-Amz-Credential", "\(credentials.accessKeyID)/\(scope)"))
        query.append(.init("X-Amz-Date", date))
        query.append(.init("X-Amz-Expires", String(expires.components.seconds)))
        let payloadHash = request.payload.hash
        let signed = CanonicalRequest(
            method: request.method,
            path: request.path,
            pathSigning: pathSigning,
            query: [],
            headers: request.headers,
            payloadHash: payloadHash
        )
        query.append(.init("X-Amz-SignedHeaders", String(decoding: signed.signedHeaders, as: UTF8.self)))
        if sessionToken == .signed, let token = credentials.sessionToken {
            query.append(.init("X-Amz-Security-Token", token))
        }
        let canonical = CanonicalRequest(
            method: request.method,
            path: request.path,
            pathSigning: pathSigning,
            query: query,
            headers: request.headers,
            payloadHash: payloadHash
        )
        let signature = signature(of: canonical, scope: scope, credentials: credentials, date: date)
        query.append(.init("X-Amz-Signature", signature))
        if sessionToken == .afterSigning, let token = credentials.sessionToken {
            query.append(.init("X-Amz-Security-Token", token))
        }
        return query
    }

    private static let algorithm = "AWS4-HMAC-SHA256"

    /// The `20261120` of `20261120T080000Z`.
    private static func day(of date: String) -> String { String(Substring(date.utf8.prefix(8))) }

    /// - Parameter date: The value of `X-Amz-Date`.
    private func scope(at date: String) -> String {
        var scope = Self.day(of: date)
        scope.reserveCapacity(scope.utf8.count + region.utf8.count + service.utf8.count + 15)
        for part in [region, service, "aws4_request"] {
            scope += "/"
            scope += part
        }
        return scope
    }

    private func signature(
        of canonical: CanonicalRequest,
        scope: String,
        credentials: AWSCredentials,
        date: String
    ) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(192)
        for line in [Self.algorithm, date, scope] {
            text.append(line)
            text.append(UInt8(ascii: "\n"))
        }
        Digest.appendHex(Digest.sha256(canonical.bytes), to: &text)
        let signature = keys.signature(
            of: text,
            secretAccessKey: credentials.secretAccessKey,
            day: Self.day(of: date),
            region: region,
            service: service
        )
        return Digest.hex(signature)
    }
}
