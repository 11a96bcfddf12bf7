import Testing

@testable import Governance

/// EC2's XML as JSON: what is one, several, none, a number or a string comes in many shapes.
@Suite struct LenienceTests {
    @Test(arguments: [
        #"{"items":[{"userId":"444455556666"}]}"#,
        #"{"items":{"userId":"444455556666"}}"#,
        #"{"item":[{"userId":"444455556666"}]}"#,
        #"{"item":{"userId":"444455556666"}}"#,
        #"[{"userId":"444455556666"}]"#,
        #"{"userId":"444455556666"}"#,
        #"{"tag":1,"UserId":"444455556666"}"#,
        #"{"items":[{"userId":444455556666}]}"#,
        #"{"items":[{"userId":{"tag":1,"content":"444455556666"}}]}"#,
        #"{"items":[{"userId":"444455556666"},{"userId":"444455556666"}]}"#,
    ])
    func oneAddedAccount(add: String) throws {
        for (add, launchPermission, prefix, suffix) in [
            ("add", "launchPermission", "", ""),
            ("Add", "LaunchPermission", #"{"ModifyImageAttributeRequest":"#, "}"),
        ].map({ (#"{"\#($0.0)":\#(add),"remove":""}"#, $0.1, $0.2, $0.3) }) {
            let id = prefix.isEmpty ? "imageId" : "ImageId"
            let event = try Sample.call(
                "ModifyImageAttribute",
                request: #"\#(prefix){"\#(id)":"ami-0abcdef1234567890","\#(launchPermission)":\#(add)}\#(suffix)"#
            )
            #expect(
                event.call == .modifyImageAttribute(.init(image: image, added: [.account(consumer)], removed: []))
            )
        }
    }

    @Test(arguments: [
        #""launchPermission":{"add":{"items":[]},"remove":""}"#, #""launchPermission":"""#, #""launchPermission":null"#,
        #""launchPermission":{}"#, #""launchPermission":{"add":null,"remove":{}}"#, #""x":1"#,
        #""description":{"value":"text"}"#, #""attribute":"bootMode","operationType":"add","userIds":["1"]"#,
        #""attributeType":"launchPermission","operationType":"add","userIdSet":{},"userGroupSet":"""#,
    ])
    func noPermissionChange(rest: String) throws {
        let event = try Sample.call(
            "ModifyImageAttribute",
            request: #"{"imageId":"ami-0abcdef1234567890",\#(rest)}"#
        )
        #expect(event.call == .modifyImageAttribute(.init(image: image, added: [], removed: [])))
    }

    @Test(
        arguments: [
            (#""userIds":["444455556666"]"#, [.account(consumer)]),
            (#""userIds":"444455556666""#, [.account(consumer)]),
            (#""userIdSet":{"items":[{"userId":"444455556666"}]}"#, [.account(consumer)]),
            (#""userIdsSet":{"item":"444455556666"}"#, [.account(consumer)]),
            (#""userId":{"tag":1,"content":"444455556666"}"#, [.account(consumer)]),
            (#""userId":12345678901"#, [.account(.init(checked: "012345678901"))]),
            (#""userGroups":["all"]"#, [.all]), (#""userGroupSet":{"item":{"group":"all"}}"#, [.all]),
            (
                #""organizationArns":["arn:aws:organizations::999988887777:organization/o-exampleorgid"]"#,
                [organization]
            ),
            (
                #""organizationalUnitArnSet":"arn:aws:organizations::999988887777:ou/o-exampleorgid/ou-ab12-11111111""#,
                [unit]
            ),
            (#""userIds":["444455556666"],"userGroups":["all"]"#, [.account(consumer), .all]),
        ] as [(String, [Principal])]
    )
    func flatSpelling(rest: String, principals: [Principal]) throws {
        for attribute in ["attribute", "attributeType"] {
            let request =
                #"{"imageId":"ami-0abcdef1234567890","\#(attribute)":"launchPermission",\#(rest),"operationType":"#
            #expect(
                try Sample.call("ModifyImageAttribute", request: request + #""add"}"#).call
                    == .modifyImageAttribute(.init(image: image, added: principals, removed: []))
            )
            #expect(
                try Sample.call("ModifyImageAttribute", request: request + #""remove"}"#).call
                    == .modifyImageAttribute(.init(image: image, added: [], removed: principals))
            )
        }
    }

    @Test(arguments: ["DeregisterImage", "DisableImage", "EnableImage", "ResetImageAttribute"])
    func imageIDInEitherPlace(name: String) throws {
        let plain = try Sample.call(name, request: #"{"imageId":"ami-0abcdef1234567890"}"#)
        let wrapped = try Sample.call(name, request: #"{"\#(name)Request":{"ImageId":"ami-0abcdef1234567890"}}"#)
        #expect(plain.image == image)
        #expect(plain.call == wrapped.call)
    }

    @Test func resetOfAnotherAttributeChangesNothing() throws {
        let event = try Sample.call(
            "ResetImageAttribute",
            request: #"{"imageId":"ami-0abcdef1234567890","attribute":"description"}"#
        )
        #expect(event.call == .other)
    }

    static let item = #"{"launchTemplateId":"lt-0a1b2c3d4e5f60001","versionNumber":2}"#

    @Test(
        arguments: [
            (#"{"item":\#(item)}"#, [2]), (#"{"item":[\#(item)]}"#, [2]), (#"[\#(item)]"#, [2]), (item, [2]),
            (#"{"item":{"launchTemplateId":"lt-0a1b2c3d4e5f60001","versionNumber":"7"}}"#, [7]),
            (#"{"item":{"launchTemplateId":"lt-0a1b2c3d4e5f60001","versionNumber":{"tag":1,"content":"8"}}}"#, [8]),
            (
                #"{"item":[\#(item),{"launchTemplateId":"lt-0a1b2c3d4e5f60001","versionNumber":{"tag":1,"content":9}}]}"#,
                [2, 9]
            ),
            (#""""#, []), ("null", []), ("{}", []), (#"{"item":""}"#, []),
        ] as [(String, [Int])]
    )
    func deletedVersions(set: String, versions: [Int]) throws {
        let response = #"{"successfullyDeletedLaunchTemplateVersionSet":\#(set)}"#
        for response in [response, #"{"DeleteLaunchTemplateVersionsResponse":\#(response)}"#] {
            let call = try Sample.call("DeleteLaunchTemplateVersions", response: response).call
            #expect(
                call == (versions.isEmpty ? .other : .deleteLaunchTemplateVersions(SampleTests.template, versions))
            )
        }
    }

    @Test(
        arguments: [
            (#"{"ImageId":"ami-0abcdef1234567890"}"#, "null", "null", .id(image)),
            ("{}", #"{"imageId":"ami-0abcdef1234567890"}"#, "null", .id(image)),
            (#"{"ImageId":"ami-0abcdef1234567890"}"#, #"{"imageId":"ami-0fedcba9876543210"}"#, "1", .id(otherImage)),
            ("{}", "null", #""2""#, .inherited(sourceVersion: "2")),
            ("{}", #"{"instanceType":"t3.micro"}"#, #"{"tag":1,"content":3}"#, .inherited(sourceVersion: "3")),
            ("\"\"", "null", #""$Latest""#, .inherited(sourceVersion: "$Latest")),
            ("{}", "null", "null", .none),
            (#"{"ImageId":""}"#, "null", "null", .none),
            (#"{"ImageId":"resolve:ssm:/a/b"}"#, "null", "null", .parameter("/a/b")),
        ] as [(String, String, String, CreatedLaunchTemplateVersion.Image)]
    )
    func imageOfAVersion(
        asked: String,
        answered: String,
        source: String,
        image: CreatedLaunchTemplateVersion.Image
    ) throws {
        let event = try Sample.call(
            "CreateLaunchTemplateVersion",
            request: #"""
                {"CreateLaunchTemplateVersionRequest":{"LaunchTemplateData":\#(asked),"SourceVersion":\#(source)}}
                """#,
            response: #"""
                {"CreateLaunchTemplateVersionResponse":{"launchTemplateVersion":{"launchTemplateId":
                "lt-0a1b2c3d4e5f60001","versionNumber":"5","launchTemplateName":"web","launchTemplateData":\#(answered)}}}
                """#
        )
        #expect(event.subject == SampleTests.version(5, image))
    }

    @Test func terminatedInstancesFromTheRequestWhereThereIsNoAnswer() throws {
        let request = #"{"instancesSet":{"items":[{"instanceId":"i-0a1b2c3d4e5f60001"}]}}"#
        let expected = APICall.terminateInstances([SampleTests.instance(1)])
        #expect(try Sample.call("TerminateInstances", request: request).call == expected)
        #expect(
            try Sample.call("TerminateInstances", request: request, response: #"{"instancesSet":""}"#).call == expected
        )
    }

    @Test func deletedTemplateFromTheRequestWhereThereIsNoAnswer() throws {
        let request = #"{"DeleteLaunchTemplateRequest":{"LaunchTemplateId":"lt-0a1b2c3d4e5f60001"}}"#
        #expect(
            try Sample.call("DeleteLaunchTemplate", request: request).call
                == .deleteLaunchTemplate(SampleTests.template)
        )
    }

    @Test(
        arguments: [
            (#"{"arn":"arn:aws:iam::111122223333:root","invokedBy":"x"}"#, "arn:aws:iam::111122223333:root"),
            (
                #"{"sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::111122223333:role/r"}},"principalId":"p"}"#,
                "arn:aws:iam::111122223333:role/r"
            ),
            (#"{"type":"AWSService","invokedBy":"autoscaling.amazonaws.com"}"#, "autoscaling.amazonaws.com"),
            (#"{"principalId":"AIDAEXAMPLE","accountId":"111122223333"}"#, "AIDAEXAMPLE"),
            (#"{"accountId":"111122223333","arn":null,"sessionContext":{}}"#, "111122223333"),
            ("null", nil), ("{}", nil),
        ] as [(String, String?)]
    )
    func actors(identity: String, actor: String?) throws {
        let event = try Sample.event(
            json: #"""
                {"id":"1","detail-type":"AWS API Call via CloudTrail","account":"111122223333","region":"eu-central-1",
                "time":"2026-11-20T08:00:00Z","detail":{"eventName":"DescribeImages","userIdentity":\#(identity)}}
                """#
        )
        #expect(event.occurrence.actor == actor)
        #expect(event.occurrence.eventID == "1")
        #expect(event.occurrence.time == time("2026-11-20T08:00:00Z"))
    }

    @Test func aFailedCallIsNotLookedInto() throws {
        let event = try Sample.call("RunInstances", request: "null", extra: #""errorCode":"Server.InternalError","#)
        #expect(event.call == .failed(errorCode: "Server.InternalError"))
    }
}
