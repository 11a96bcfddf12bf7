import AWSClient
import FoundationEssentials
import TestSupport
import Testing
import Transport

@testable import AWSServices

/// Damaged responses end in an output or in an error that says what was wrong, never in a crash or a hang.
struct FuzzTests {
    /// Damages a document again and again, and reads it as the output and as the error of an operation.
    func fuzz<Operation: AWSOperation>(
        _ operation: Operation,
        _ document: String,
        error: String,
        rounds: Int = 4000,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        var mutator = Mutator(seed: UInt64(document.utf8.count))
        let request = try operation.request()
        let good = Array(document.utf8)
        let bad = Array(error.utf8)
        #expect(request.parseError(HTTPResponse(status: 400, headers: [:], body: bad)).code != nil)
        var read = 0
        for _ in 0..<rounds {
            let response = HTTPResponse(status: 200, headers: ["x-amzn-requestid": "id"], body: mutator.mutate(good))
            do throws(AWSError) {
                _ = try Operation.result(of: response)
                read += 1
            } catch {
                #expect(error.kind == .malformedResponse, sourceLocation: sourceLocation)
                #expect(!error.message.isEmpty, sourceLocation: sourceLocation)
                #expect(error.requestID == "id", sourceLocation: sourceLocation)
            }
            let refusal = HTTPResponse(status: 400, headers: [:], body: mutator.mutate(bad))
            let details = request.parseError(refusal)
            #expect(details.code?.isEmpty != true, sourceLocation: sourceLocation)
            var failure = AWSError(kind: .clientError, code: "TransactionCanceledException", message: "")
            failure.response = refusal
            _ = failure.cancellationReasons
        }
        #expect(read > 10, "the damage leaves some documents whole", sourceLocation: sourceLocation)
    }

    static let jsonError = """
        {"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"é","CancellationReasons":\
        [{"Code":"None"},{"Code":"ConditionalCheckFailed","Item":{"a":{"M":{"b":{"L":[{"NULL":true}]}}}}}]}
        """

    static let xmlError = """
        <?xml version="1.0"?><ErrorResponse xmlns="urn:x"><Error><Type>Sender</Type><Code>Denied</Code>\
        <Message>a &lt; b</Message></Error><RequestId>id</RequestId></ErrorResponse>
        """

    @Test func pagesOfItems() throws {
        try fuzz(
            DynamoDB.Query(table: "t", keyCondition: "a = b"),
            """
            {"Items":[{"s":{"S":"é\\ud83d\\ude42"},"n":{"N":"-1.5e3"},"b":{"B":"AP8="},"l":{"L":[{"SS":["x"]},{"M":{}}]},\
            "t":{"BOOL":true},"x":{"NULL":true},"ns":{"NS":["1"]},"bs":{"BS":["AQ=="]}}],"Count":1,"ScannedCount":2,\
            "LastEvaluatedKey":{"id":{"S":"x"}}}
            """,
            error: Self.jsonError
        )
    }

    @Test func batches() throws {
        try fuzz(
            DynamoDB.BatchGetItem(table: "t", keys: []),
            #"{"Responses":{"t":[{"a":{"S":"x"}}]},"UnprocessedKeys":{"t":{"Keys":[{"a":{"S":"y"}}]}}}"#,
            error: Self.jsonError
        )
        try fuzz(
            DynamoDB.BatchWriteItem(table: "t", writes: []),
            #"{"UnprocessedItems":{"t":[{"PutRequest":{"Item":{"a":{"N":"1"}}}},{"DeleteRequest":{"Key":{}}}]}}"#,
            error: Self.jsonError
        )
    }

    @Test func parameters() throws {
        try fuzz(
            SSM.GetParameters(names: []),
            """
            {"InvalidParameters":["/n"],"Parameters":[{"ARN":"a","LastModifiedDate":1582657288.8,"Name":"a",\
            "Type":"SecureString","Value":"v","Version":3}]}
            """,
            error: Self.jsonError
        )
    }

    @Test func emails() throws {
        try fuzz(
            SESv2.SendEmail(from: "a", to: ["b"], subject: "s"),
            #"{"MessageId":"0100-é","Other":[{"x":[1.5e10,null,false]}]}"#,
            error: #"{"code":"aws#MessageRejected","message":"no"}"#
        )
    }

    @Test func images() throws {
        try fuzz(
            EC2.DescribeImages(),
            """
            <?xml version="1.0" encoding="UTF-8"?><DescribeImagesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">\
            <requestId>r</requestId><imagesSet><item><imageId>ami-1</imageId><isPublic>true</isPublic><name>a &amp; é</name>\
            <tagSet><item><key>k</key><value/></item></tagSet></item><item><imageId>ami-2</imageId></item></imagesSet>\
            <nextToken>t</nextToken></DescribeImagesResponse>
            """,
            error: "<Response><Errors><Error><Code>X</Code><Message>m</Message></Error></Errors></Response>"
        )
    }

    @Test func launchTemplateVersions() throws {
        try fuzz(
            EC2.DescribeLaunchTemplateVersions(),
            """
            <DescribeLaunchTemplateVersionsResponse><launchTemplateVersionSet><item><createTime>2017-11-20T13:12:32.000Z\
            </createTime><defaultVersion>false</defaultVersion><launchTemplateData><imageId>ami-1</imageId>\
            </launchTemplateData><launchTemplateId>lt-1</launchTemplateId><versionNumber>2</versionNumber></item>\
            </launchTemplateVersionSet></DescribeLaunchTemplateVersionsResponse>
            """,
            error: Self.xmlError
        )
    }

    @Test func launchConfigurations() throws {
        try fuzz(
            AutoScaling.DescribeLaunchConfigurations(),
            """
            <DescribeLaunchConfigurationsResponse><DescribeLaunchConfigurationsResult><LaunchConfigurations><member>\
            <ImageId>ami-1</ImageId><CreatedTime>2013-01-21T23:04:42.200Z</CreatedTime><LaunchConfigurationName>lc\
            </LaunchConfigurationName></member></LaunchConfigurations></DescribeLaunchConfigurationsResult>\
            <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></DescribeLaunchConfigurationsResponse>
            """,
            error: Self.xmlError
        )
    }

    /// The kind of error that a response is, without the error itself, which a failed expectation would show whole.
    private func fault<Operation: AWSOperation>(
        _ operation: Operation.Type,
        _ response: HTTPResponse
    ) -> AWSError.Kind? {
        do throws(AWSError) {
            _ = try Operation.result(of: response)
            return nil
        } catch {
            return error.kind
        }
    }

    /// Documents made to hurt: nested deeper than any stack, numbers beyond any type, names without end.
    @Test func monsters() throws {
        let deep = 200_000
        func lists(_ depth: Int) -> String {
            #"{"Items":[{"a":"# + String(repeating: #"{"L":["#, count: depth)
                + String(repeating: "]}", count: depth) + "}]}"
        }
        let bearable = HTTPResponse(status: 200, headers: [:], body: Array(lists(250).utf8))
        #expect(fault(DynamoDB.Query.self, bearable) == nil)
        let nested = [
            lists(300), lists(deep), String(repeating: "[", count: deep),
            String(repeating: "[", count: deep) + String(repeating: "]", count: deep),
            String(repeating: #"{"Items":"#, count: deep),
            #"{"Items":[{"a":"# + String(repeating: #"{"M":{"x":"#, count: deep),
            #"{"Count":1"# + String(repeating: "0", count: deep) + "}",
            #"{"Count":1e999999999}"#,
            #"{"Items":[{"a":{"S":""# + String(repeating: "\\u", count: deep),
        ]
        for document in nested {
            let response = HTTPResponse(status: 200, headers: [:], body: Array(document.utf8))
            #expect(fault(DynamoDB.Query.self, response) == .malformedResponse)
            _ = try SSM.GetParameters(names: []).request().parseError(response)
        }
        for document in [
            String(repeating: "<a>", count: deep), "<" + String(repeating: "a", count: deep) + ">",
            "<a " + String(repeating: "b='c' ", count: deep) + "/>", "<a>" + String(repeating: "&amp;", count: deep),
        ] {
            let response = HTTPResponse(status: 200, headers: [:], body: Array(document.utf8))
            #expect(fault(EC2.DescribeImages.self, response) == .malformedResponse)
            _ = try EC2.DescribeImages().request().parseError(response)
        }
    }
}
