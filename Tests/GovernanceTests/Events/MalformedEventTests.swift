import FoundationEssentials
import Testing

@testable import Governance

@Suite struct MalformedEventTests {
    private func field(_ body: () throws -> GovernanceEvent) -> String? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? MalformedEvent)?.field
        }
    }

    @Test(arguments: [
        ("", "event"), ("{", "event"), ("[]", "event"), ("null", "event"), ("\u{0}", "event"), ("{}", "detail-type"),
        (#"{"detail-type":5}"#, "detail-type"),
        (#"{"detail-type":"x"}"#, "account"), (#"{"detail-type":"x","account":"1"}"#, "account"),
        (#"{"detail-type":"x","account":"111122223333"}"#, "region"),
        (#"{"detail-type":"x","account":"111122223333","region":"eu-central-1"}"#, "time"),
        (#"{"detail-type":"x","account":"111122223333","region":"eu-central-1","time":"today"}"#, "time"),
        (#"{"detail-type":"x","account":"111122223333","region":"eu-central-1","time":"2026-11-20T08:00:00Z"}"#, "id"),
    ])
    func envelope(json: String, field: String) {
        #expect(self.field { try Sample.event(json: json) } == field)
    }

    @Test(arguments: [
        ("AWS API Call via CloudTrail", "null", "detail"), ("AWS API Call via CloudTrail", "5", "detail"),
        ("AWS API Call via CloudTrail", "{}", "detail.eventName"),
        ("AWS API Call via CloudTrail", #"{"eventName":"RunInstances","eventTime":"x"}"#, "detail.eventTime"),
        ("EC2 AMI State Change", "{}", "detail.ImageId"),
        ("EC2 AMI State Change", #"{"ImageId":"ami-1"}"#, "detail.State"),
        ("EC2 AMI State Change", #"{"ImageId":"x","State":"available"}"#, "detail.ImageId"),
        ("EC2 Instance State-change Notification", #"{"instance-id":"i-1"}"#, "detail.state"),
        ("EC2 Instance State-change Notification", #"{"instance-id":"1","state":"terminated"}"#, "detail.instance-id"),
        ("Parameter Store Change", "null", "detail"), ("Parameter Store Change", "{}", "detail.name"),
        ("Parameter Store Change", #"{"name":"a b","operation":"Update"}"#, "detail.name"),
        ("Parameter Store Change", #"{"name":["a"],"operation":"Update"}"#, "detail.name"),
        ("Parameter Store Change", #"{"name":"/golden"}"#, "detail.operation"),
        ("Parameter Store Change", #"{"name":"/golden","operation":7}"#, "detail.operation"),
    ])
    func detail(type: String, detail: String, field: String) {
        let json = #"""
            {"id":"1","detail-type":"\#(type)","account":"111122223333","region":"eu-central-1",
            "time":"2026-11-20T08:00:00Z","detail":\#(detail)}
            """#
        #expect(self.field { try Sample.event(json: json) } == field)
    }

    static let request = "detail.requestParameters"
    static let response = "detail.responseElements"

    @Test(arguments: [
        ("ModifyImageAttribute", "null", "null", request), ("ModifyImageAttribute", #""x""#, "null", request),
        ("ModifyImageAttribute", "{}", "null", request + ".imageId"),
        ("ModifyImageAttribute", #"{"imageId":"x"}"#, "null", request + ".imageId"),
        ("ModifyImageAttribute", #"{"omitted":true}"#, "null", request),
        (
            "ModifyImageAttribute", #"{"imageId":"ami-1","launchPermission":{"add":{"items":[{"userId":"1"}]}}}"#,
            "null",
            request + ".launchPermission.add.items[0].userId"
        ),
        (
            "ModifyImageAttribute",
            #"{"imageId":"ami-1","launchPermission":{"add":{"items":[{"group":"all"},{"group":"some"}]}}}"#, "null",
            request + ".launchPermission.add.items[1].group"
        ),
        (
            "ModifyImageAttribute", #"{"imageId":"ami-1","launchPermission":{"remove":{"items":[{"color":"red"}]}}}"#,
            "null", request + ".launchPermission.remove.items[0]"
        ),
        (
            "ModifyImageAttribute",
            #"{"imageId":"ami-1","launchPermission":{"add":{"items":[{"organizationArn":"arn:aws:iam::1:role/x"}]}}}"#,
            "null", request + ".launchPermission.add.items[0].organizationArn"
        ),
        (
            "ModifyImageAttribute", #"{"imageId":"ami-1","attribute":"launchPermission","userIds":["444455556666"]}"#,
            "null", request + ".operationType"
        ),
        (
            "ModifyImageAttribute", #"{"imageId":"ami-1","operationType":"set","userIds":["444455556666"]}"#, "null",
            request + ".operationType"
        ),
        ("DeregisterImage", "{}", "null", request + ".imageId"),
        ("DisableImage", #"{"DisableImageRequest":{}}"#, "null", request + ".DisableImageRequest.imageId"),
        ("RunInstances", "{}", "null", response), ("RunInstances", "{}", "{}", response + ".instancesSet"),
        ("RunInstances", "{}", #"{"instancesSet":{"items":[]}}"#, response + ".instancesSet"),
        (
            "RunInstances", "{}", #"{"omitted":true,"originalSize":300000,"reason":"too large"}"#, response
        ),
        (
            "RunInstances", "{}",
            #"{"instancesSet":{"items":[{"instanceId":"i-1","imageId":"ami-1"},{"instanceId":"i-2"}]}}"#,
            response + ".instancesSet.items[1].imageId"
        ),
        ("TerminateInstances", "{}", "null", request + ".instancesSet"),
        (
            "TerminateInstances", "{}", #"{"instancesSet":{"items":[{"instanceId":5}]}}"#,
            response + ".instancesSet.items[0].instanceId"
        ),
        ("CreateLaunchTemplate", "{}", "{}", response + ".launchTemplate"),
        ("CreateLaunchTemplateVersion", "{}", "{}", response + ".launchTemplateVersion"),
        (
            "CreateLaunchTemplateVersion", "{}",
            #"{"launchTemplateVersion":{"launchTemplateId":"lt-1","versionNumber":"two"}}"#,
            response + ".launchTemplateVersion.versionNumber"
        ),
        (
            "CreateLaunchTemplate", #"{"LaunchTemplateData":{"ImageId":"image"}}"#,
            #"{"launchTemplate":{"launchTemplateId":"lt-1"}}"#, request + ".LaunchTemplateData.ImageId"
        ),
        ("DeleteLaunchTemplate", #"{"DeleteLaunchTemplateRequest":{"LaunchTemplateName":"web"}}"#, "null", response),
        (
            "DeleteLaunchTemplateVersions", "{}",
            #"{"successfullyDeletedLaunchTemplateVersionSet":{"item":{"launchTemplateId":"lt-1","versionNumber":0}}}"#,
            response + ".successfullyDeletedLaunchTemplateVersionSet.item.versionNumber"
        ),
        ("CreateLaunchConfiguration", "{}", "null", request + ".launchConfigurationName"),
        ("CreateLaunchConfiguration", #"{"launchConfigurationName":"web"}"#, "null", request + ".imageId"),
        (
            "DeleteLaunchConfiguration", #"{"launchConfigurationName":"a\nb"}"#, "null",
            request + ".launchConfigurationName"
        ),
    ])
    func call(name: String, request: String, response: String, field: String) {
        #expect(self.field { try Sample.call(name, request: request, response: response) } == field)
    }

    /// Whatever is done to a sample, reading it gives an event or a `MalformedEvent`; never a crash.
    @Test(arguments: [UInt64(1), 2, 3, 4])
    func mutatedSamples(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let samples = try Sample.eventNames().map { Array(try Sample.json($0).utf8) }
        var understood = 0
        for _ in 0..<1000 {
            var json = samples.randomElement(using: &generator) ?? []
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: 0..<json.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: json[index] = UInt8.random(in: 0...255, using: &generator)
                case 1: json.remove(at: index)
                case 2: json.insert(Array(#"{}[]":,0"#.utf8).randomElement(using: &generator) ?? 0, at: index)
                default: json.removeLast(min(json.count - 1, Int.random(in: 0...40, using: &generator)))
                }
            }
            do throws(MalformedEvent) {
                _ = try GovernanceEvent(parsing: json)
                understood += 1
            } catch {
                #expect(!error.field.isEmpty && !error.reason.isEmpty)
            }
        }
        #expect(understood > 0)
    }

    /// The largest call there is: 1,000 instances, about 2 MB of JSON.
    @Test func aThousandInstances() throws {
        let sample = try Sample.json("run-instances")
        let parts = sample.components(separatedBy: #""items": ["#)
        let item =
            #"{"instanceId":"i-0a1b2c3d4e5f6@","imageId":"ami-0abcdef1234567890","pad":{"a":[1,"\#(String(repeating: "x", count: 1500))"]}}"#
        let items = (1000..<2000).map { item.replacing("@", with: String($0)) }.joined(separator: ",")
        #expect(parts.count > 2)
        let event = try Sample.call("RunInstances", response: #"{"instancesSet":{"items":[\#(items)]}}"#)
        guard case .runInstances(let instances) = event.call else {
            Issue.record("no RunInstances")
            return
        }
        #expect(instances.count == 1000)
        #expect(instances.last?.instance == InstanceID(checked: "i-0a1b2c3d4e5f61999"))
        #expect(event.image == image)
    }
}
