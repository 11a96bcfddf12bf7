import FoundationEssentials

@testable import Governance

/// The events of the directory `events/`.
enum Sample {
    static let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "events")

    static func json(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: directory.appending(path: name + ".json")), as: UTF8.self)
    }

    static func event(_ name: String) throws -> GovernanceEvent { try event(json: json(name)) }

    static func event(json: String) throws -> GovernanceEvent { try GovernanceEvent(parsing: Array(json.utf8)) }

    /// Those that are events, not requests such as `{"check": …}`.
    static func eventNames() throws -> [String] { try names().filter { try json($0).contains("\"detail-type\"") } }

    private static func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path).filter { $0.hasSuffix(".json") }
            .map { String($0.dropLast(5)) }.sorted()
    }

    /// A call of EC2 (or Auto Scaling) as CloudTrail reports it, with these parts as JSON.
    static func call(
        _ name: String,
        request: String = "{}",
        response: String = "null",
        extra: String = "",
        time: String = "2026-11-20T08:00:00Z"
    ) throws -> GovernanceEvent {
        try event(
            json: """
                {"version":"0","id":"11111111-0000-4000-8000-000000000000","detail-type":"AWS API Call via CloudTrail",
                "source":"aws.ec2","account":"111122223333","time":"\(time)","region":"eu-central-1","resources":[],
                "detail":{"eventTime":"\(time)","eventName":"\(name)","eventID":"22222222-0000-4000-8000-000000000000",
                "userIdentity":{"arn":"arn:aws:iam::111122223333:user/mary"},\(extra)
                "requestParameters":\(request),"responseElements":\(response)}}
                """
        )
    }
}

extension GovernanceEvent {
    var call: APICall? { if case .call(let call) = subject { call } else { nil } }
}

/// For tests only: a literal is checked when it is made.
extension ValidatedText {
    init(checked text: String) { self = Self(text)! }
}

let image: ImageID = .init(checked: "ami-0abcdef1234567890")
let otherImage: ImageID = .init(checked: "ami-0fedcba9876543210")
let creator: AccountID = .init(checked: "111122223333")
let consumer: AccountID = .init(checked: "444455556666")
let region: Region = .init(checked: "eu-central-1")
let organization = Principal("organization#arn:aws:organizations::999988887777:organization/o-exampleorgid")!
let unit = Principal("organizational-unit#arn:aws:organizations::999988887777:ou/o-exampleorgid/ou-ab12-11111111")!

func time(_ text: String) -> EventTime { EventTime(text)! }
