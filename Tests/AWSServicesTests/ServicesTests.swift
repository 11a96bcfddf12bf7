import AWSClient
import TestSupport
import Testing

@testable import AWSServices

struct ServicesTests {
    @Test func anyNumberOfParametersIsRead() async throws {
        struct Body: Decodable {
            var names: [String]
            enum CodingKeys: String, CodingKey { case names = "Names" }
        }
        let fixture = try ServiceFixture { request in
            guard let names = try? request.decoded(as: Body.self).names else { return .status(400) }
            let found = names.filter { !$0.hasSuffix("9") }.map { #"{"Name":"\#($0)","Value":"v","Version":1}"# }
            let invalid = names.filter { $0.hasSuffix("9") }.map { "\"\($0)\"" }
            let lists = (found.joined(separator: ","), invalid.joined(separator: ","))
            return .ok(#"{"Parameters":[\#(lists.0)],"InvalidParameters":[\#(lists.1)]}"#)
        }
        let names = (0..<23).map { "/emails/\($0)" }
        let (found, invalid) = try await SSM(fixture.client).parameters(names: names + names)
        #expect(found.map(\.name) == names.filter { !$0.hasSuffix("9") })
        #expect(invalid == ["/emails/9", "/emails/19"])
        let sizes = try fixture.server.requests.map { try $0.decoded(as: Body.self).names.count }
        #expect(sizes.sorted() == [3, 10, 10])
    }

    @Test func aParameterDoesNotShowItsValue() async throws {
        let fixture = try ServiceFixture([.ok(#"{"Parameter":{"Name":"/p","Value":"secret@example.com"}}"#)])
        let parameter = try await SSM(fixture.client).parameter(name: "/p")
        #expect(parameter.value == "secret@example.com")
        var dumped = ""
        dump(parameter, to: &dumped)
        for text in ["\(parameter)", String(reflecting: parameter), dumped, "\([parameter])"] {
            #expect(text.contains("/p"))
            #expect(!text.contains("secret"))
        }
    }

    @Test func imagesAreFoundByFilterAndPages() async throws {
        let fixture = try ServiceFixture { request in
            let form = request.form
            let ids = form.filter { $0.key.hasPrefix("Filter.1.Value.") }.map(\.value).sorted()
            // Half of the images on a second page; the last one is not visible.
            let half = ids.count / 2
            let page = form["NextToken"] == nil ? ids[..<half] : ids[half...]
            let items = page.filter { $0 != "ami-449" }.map {
                "<item><imageId>\($0)</imageId><imageOwnerId>1</imageOwnerId></item>"
            }
            let token = form["NextToken"] == nil ? "<nextToken>t</nextToken>" : "<nextToken/>"
            let list = "<imagesSet>\(items.joined())</imagesSet>"
            return .ok("<DescribeImagesResponse>\(list)\(token)</DescribeImagesResponse>")
        }
        let ids = (0..<450).map { "ami-\($0)" }
        let images = try await EC2(fixture.client).images(ids: ids + ids)
        #expect(Set(images.keys) == Set(ids.dropLast()))
        #expect(images["ami-7"]?.ownerID == "1")
        #expect(fixture.server.requests.count == 6)
        for request in fixture.server.requests {
            #expect(request.form["IncludeDeprecated"] == "true")
            #expect(request.form["IncludeDisabled"] == "true")
            #expect(request.form.keys.filter { $0.hasPrefix("Filter.1.Value.") }.count <= 200)
        }
    }

    @Test(arguments: ["InvalidAMIID.NotFound", "InvalidAMIID.Unavailable"])
    func oneImageIsAskedForByItsID(code: String) async throws {
        let error = "<Response><Errors><Error><Code>\(code)</Code><Message>no</Message></Error></Errors></Response>"
        let item = "<item><imageId>ami-1</imageId><imageOwnerId>1</imageOwnerId></item>"
        let fixture = try ServiceFixture([
            .ok("<DescribeImagesResponse><imagesSet>\(item)</imagesSet></DescribeImagesResponse>"),
            .status(400, body: error),
            .status(403, body: error.replacing(code, with: "UnauthorizedOperation")),
        ])
        let ec2 = EC2(fixture.client)
        #expect(try await ec2.images(ids: ["ami-1"])["ami-1"]?.ownerID == "1")
        #expect(try await ec2.images(ids: ["ami-2"]).isEmpty)
        await #expect(throws: AWSError.self) { try await ec2.images(ids: ["ami-3"]) }
        #expect(fixture.server.requests.map { $0.form["ImageId.1"] } == ["ami-1", "ami-2", "ami-3"])
    }

    @Test func noIDsMakeNoRequest() async throws {
        let fixture = try ServiceFixture([])
        #expect(try await EC2(fixture.client).images(ids: []).isEmpty)
        #expect(try await SSM(fixture.client).parameters(names: []).found.isEmpty)
        #expect(fixture.server.requests.isEmpty)
    }

    @Test func anEmailIsSent() async throws {
        let fixture = try ServiceFixture([.ok(#"{"MessageId":"m-1"}"#)])
        let email = SESv2.SendEmail(
            from: "a@example.com",
            to: ["b@example.com", "c@example.com"],
            subject: "é",
            text: "t",
            html: "<p>",
            configurationSet: "set"
        )
        #expect(try await SESv2(fixture.client).sendEmail(email) == "m-1")
        let request = fixture.server.requests[0]
        #expect(request.method == "POST")
        #expect(request.target == "/v2/email/outbound-emails")
        #expect(
            request.bodyText == """
                {"ConfigurationSetName":"set","Content":{"Simple":{"Body":{"Html":{"Charset":"UTF-8","Data":"<p>"},\
                "Text":{"Charset":"UTF-8","Data":"t"}},"Subject":{"Charset":"UTF-8","Data":"é"}}},\
                "Destination":{"ToAddresses":["b@example.com","c@example.com"]},"FromEmailAddress":"a@example.com"}
                """
        )
    }

    @Test func aRefusedEmailIsAnError() async throws {
        let fixture = try ServiceFixture([
            .status(
                400,
                headers: [("x-amzn-ErrorType", "MessageRejected:http://x/"), ("x-amzn-RequestId", "id-1")],
                body: #"{"message":"Email address is not verified."}"#
            )
        ])
        let error = await failure { () throws(AWSError) in
            try await SESv2(fixture.client).sendEmail(.init(from: "a", to: ["b"], subject: "s", text: "t"))
        }
        #expect(error?.kind == .clientError)
        #expect(error?.code == "MessageRejected")
        #expect(error?.message == "Email address is not verified.")
        #expect(error?.requestID == "id-1")
        #expect(fixture.server.requests.count == 1)
    }

    @Test func aMessageIsPublished() async throws {
        let fixture = try ServiceFixture([
            .ok("<PublishResponse><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>")
        ])
        let message = SNS.Publish(
            topicARN: "arn",
            message: "{}",
            subject: "s",
            attributes: ["tags": .stringArray(["a\"", "b/"]), "count": .number("5")]
        )
        #expect(try await SNS(fixture.client).publish(message) == "m-1")
        let form = fixture.server.requests[0].form
        #expect(form["MessageAttributes.entry.1.Name"] == "count")
        #expect(form["MessageAttributes.entry.1.Value.DataType"] == "Number")
        #expect(form["MessageAttributes.entry.2.Value.DataType"] == "String.Array")
        #expect(form["MessageAttributes.entry.2.Value.StringValue"] == #"["a\"","b/"]"#)
    }
}
