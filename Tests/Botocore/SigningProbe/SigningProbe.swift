import AWSClient
import FoundationEssentials
import Glibc
import Transport

/// Reads one JSON object a line and answers each with one, for the comparison of the AWS client with botocore.
///
/// The member `ask` says what about: `sign`, `presign`, `endpoint`, `reason`, `delay` or `quota`.
@main
enum SigningProbe {
    static func main() throws {
        while let line = readLine() {
            let answer: [String: String]
            do {
                answer = try Question(Data(line.utf8)).answer()
            } catch {
                answer = ["failure": "\(error)"]
            }
            print(String(decoding: try JSONEncoder().encode(answer), as: UTF8.self))
            fflush(nil)
        }
    }
}

/// One line of input; which members there are depends on `ask`.
private struct Question: Decodable {
    var ask: String
    var service: String
    var region: String?
    // sign and presign
    var method: String?
    var path: String?
    var query: [[String]]?
    var headers: [[String]]?
    var body: String?
    var isS3: Bool?
    var isUnsigned: Bool?
    var accessKeyID: String?
    var secretAccessKey: String?
    var sessionToken: String?
    var time: Int64?
    var expires: Int?
    // endpoint
    var usesFIPS: Bool?
    var usesDualStack: Bool?
    var url: String?
    // reason and delay
    var code: String?
    var status: Int?
    var attempt: Int?
    var random: Double?
    var retryAfter: Int?
    // quota
    var requests: [[Int]]?

    struct Unknown: Error {
        var name: String
    }

    init(_ line: Data) throws {
        self = try JSONDecoder().decode(Question.self, from: line)
    }

    func answer() throws -> [String: String] {
        switch ask {
        case "sign": signed()
        case "presign": presigned()
        case "endpoint": endpoint()
        case "reason": ["reason": RetryReason(code: code, status: status ?? 0, skew: nil).map { "\($0)" } ?? "none"]
        case "delay": ["microseconds": String(try microseconds())]
        case "quota": ["available": quota().map(String.init).joined(separator: " ")]
        default: throw Unknown(name: ask)
        }
    }

    // MARK: Signatures

    private var signer: SigV4Signer {
        SigV4Signer(
            region: region ?? "",
            service: service,
            pathSigning: isS3 == true ? .asSent : .normalizedTwiceEncoded
        )
    }

    private var credentials: AWSCredentials {
        AWSCredentials(
            accessKeyID: accessKeyID ?? "",
            secretAccessKey: secretAccessKey ?? "",
            sessionToken: sessionToken
        )
    }

    private var request: SigV4Signer.Request {
        var fields = HTTPHeaders()
        for field in headers ?? [] { fields.add(name: field[0], value: field[1]) }
        return SigV4Signer.Request(
            method: method ?? "",
            path: path ?? "",
            query: (query ?? []).map { AWSRequest.QueryItem($0[0], $0[1]) },
            headers: fields,
            payload: isUnsigned == true ? .unsigned : .bytes(Array((body ?? "").utf8))
        )
    }

    private func signed() -> [String: String] {
        let headers = signer.sign(request, with: credentials, at: Timestamp(seconds: time ?? 0))
        let names = ["Authorization", "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-SHA256"]
        return Dictionary(names.compactMap { name in headers[name].map { (name, $0) } }) { $1 }
    }

    private func presigned() -> [String: String] {
        let query = signer.presign(
            request,
            with: credentials,
            at: Timestamp(seconds: time ?? 0),
            expires: .seconds(expires ?? 0)
        )
        let text = query.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }
        return ["query": text.joined(separator: "&")]
    }

    // MARK: Endpoints

    private static let services: [AWSService] = [
        .autoScaling, .cloudFormation, .cloudWatch, .dynamoDB, .ec2, .eks, .iam, .imageBuilder, .kms, .lambda,
        .organizations, .s3, .sesV2, .sns, .ssm, .sts,
    ]

    /// The service of this service id; one made up with this endpoint prefix where there is none.
    private var known: AWSService {
        Self.services.first { $0.sdkID == service } ?? AWSService(sdkID: service, endpointPrefix: service)
    }

    private func endpoint() -> [String: String] {
        var settings = EndpointSettings()
        settings.usesFIPS = usesFIPS ?? false
        settings.usesDualStack = usesDualStack ?? false
        if let url { settings.explicit[known.settingsKey] = url }
        do throws(AWSError) {
            let endpoint = try AWSConfiguration(region: region ?? "", endpoints: settings).endpoint(for: known)
            return [
                "url": "\(endpoint.scheme)://\(endpoint.authority)\(endpoint.basePath)",
                "signingRegion": endpoint.signingRegion,
                "signingName": known.signingName,
            ]
        } catch {
            return ["error": error.message]
        }
    }

    // MARK: Retries

    private func microseconds() throws -> Int64 {
        guard let reason = RetryReason(code: code, status: status ?? 0, skew: nil) else {
            throw Unknown(name: "reason")
        }
        let delay = RetryPolicy(service: known).delay(
            after: attempt ?? 1,
            reason: reason,
            random: random ?? 0,
            retryAfter: retryAfter.map { .milliseconds($0) }
        )
        return delay.components.seconds * 1_000_000 + delay.components.attoseconds / 1_000_000_000_000
    }

    /// What the quota holds after each attempt of ``requests``: the statuses that the attempts of each are answered with, as
    /// long as another attempt follows.
    private func quota() -> [Int] {
        let quota = RetryQuota()
        var available: [Int] = []
        for statuses in requests ?? [] {
            var schedule = RetrySchedule(policy: RetryPolicy(service: known, maximumAttempts: .max), quota: quota)
            for status in statuses {
                var decision = RetrySchedule.Decision.giveUp
                if status < 300 {
                    schedule.succeeded()
                } else {
                    let reason = RetryReason(code: nil, status: status, skew: nil)
                    decision = schedule.next(after: reason, retryAfter: nil) { 0 }
                }
                available.append(quota.available)
                if decision == .giveUp { break }
            }
        }
        return available
    }
}
