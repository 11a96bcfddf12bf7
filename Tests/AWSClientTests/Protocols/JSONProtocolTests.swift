import Testing
import Transport

@testable import AWSClient

/// awsJson 1.0 and 1.1, restJson1: requests, responses, errors.
struct JSONProtocolTests {
    struct Greet: AWSJSONOperation, Encodable {
        static let name = "Greet"
        static let api = AWSJSONAPI(service: .ssm, version: .json11, targetPrefix: "AmazonSSM")
        var text: String
        var number: Double?
        var time: Timestamp?

        struct Output: Decodable, Sendable {
            var answer: String?
            var time: Timestamp?
        }
    }

    struct Fetch: RESTJSONOperation {
        static let name = "Fetch"
        static let service = AWSService.sesV2
        static let method = "GET"
        typealias Output = Greet.Output
        var bucket: String
        var key: String

        func path() throws(AWSError) -> String {
            "/b/\(try Self.label("Bucket", bucket))/k/\(try Self.label("Key", key, isGreedy: true))"
        }
        var query: [AWSRequest.QueryItem] { [.init("list", "a b"), .init("list", "c&d")] }
        var headers: HTTPHeaders { ["X-Extra": "1"] }
    }

    private func response(_ body: String, status: Int = 200, headers: HTTPHeaders = [:]) -> HTTPResponse {
        HTTPResponse(status: status, headers: headers, body: Array(body.utf8))
    }

    @Test func awsJSONRequest() throws {
        let time = Timestamp(seconds: 1_515_531_081, nanoseconds: 123_000_000)
        let request = try Greet(text: "é/\"\n", number: 1.5, time: time).request()
        #expect(request.method == "POST")
        #expect(request.path == "/")
        #expect(request.headers["Content-Type"] == "application/x-amz-json-1.1")
        #expect(request.headers["X-Amz-Target"] == "AmazonSSM.Greet")
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == #"{"number":1.5,"text":"é/\"\n","time":1515531081.123}"#
        )
    }

    @Test func aValueJSONCannotExpressIsAnInvalidRequest() {
        #expect { try Greet(text: "", number: .infinity).request() } throws: {
            guard let error = $0 as? AWSError else { return false }
            return error.kind == .invalidRequest && error.message.contains("number") && error.operation == "Greet"
        }
    }

    @Test func restJSONRequest() throws {
        let request = try Fetch(bucket: "a/b c", key: "x/y z?é").request()
        #expect(request.method == "GET")
        #expect(request.path == "/b/a%2Fb%20c/k/x/y%20z%3F%C3%A9")
        #expect(request.query == [.init("list", "a b"), .init("list", "c&d")])
        #expect(request.headers["X-Extra"] == "1")
        #expect(request.headers["Content-Type"] == nil)
        #expect(request.body.isEmpty)
    }

    @Test func anEmptyLabelIsAnInvalidRequest() {
        #expect { try Fetch(bucket: "", key: "k").request() } throws: {
            ($0 as? AWSError)?.kind == .invalidRequest && ($0 as? AWSError)?.message == "Bucket is empty"
        }
    }

    @Test func outputsAreParsed() throws {
        let headers: HTTPHeaders = ["x-amzn-RequestId": "id-1"]
        for body in [#"{"answer":"yes","other":[1,{"x":null}]}"#, " {\n\"answer\" : \"yes\"}\n"] {
            let result = try Greet.result(of: response(body, headers: headers))
            #expect(result.output.answer == "yes")
            #expect(result.requestID == "id-1")
        }
        #expect(try Greet.result(of: response("")).output.answer == nil)
        #expect(try Fetch.result(of: response("")).output.answer == nil)
    }

    @Test(arguments: ["x-amzn-requestid", "X-Amz-Request-Id", "X-AMZN-Request-Id", "x-amz-requestid"])
    func requestIDsAreFoundInEveryHeader(name: String) throws {
        #expect(try Greet.result(of: response("{}", headers: [name: "id"])).requestID == "id")
    }

    @Test(arguments: ["1515531081.123", "\"2018-01-09T20:51:21.123Z\"", "1.515531081123E9"])
    func timesAreReadInEveryFormat(text: String) throws {
        let output = try Greet.result(of: response(#"{"time":\#(text)}"#)).output
        #expect(output.time == Timestamp(seconds: 1_515_531_081, nanoseconds: 123_000_000))
    }

    @Test(arguments: [
        ("not json", ""), ("{\"answer\":", ""), ("[]", ""), ("\u{0}", ""), ("{\"answer\":1}", "answer: "),
        ("{\"time\":\"yesterday\"}", "time: not a time"), ("{\"time\":true}", "time: "), ("null", ""),
    ])
    func malformedResponsesAreErrors(body: String, place: String) {
        #expect { try Greet.result(of: response(body, headers: ["x-amzn-requestid": "id-2"])) } throws: {
            guard let error = $0 as? AWSError else { return false }
            return error.kind == .malformedResponse && error.requestID == "id-2" && error.service == "SSM"
                && error.operation == "Greet" && error.message.hasPrefix(place) && !error.message.isEmpty
        }
    }

    struct ErrorCase: Sendable, CustomTestStringConvertible {
        var body: String
        var header: String?
        var code: String?
        var message: String?
        var testDescription: String { (header ?? "") + body }

        init(_ body: String, header: String? = nil, _ code: String?, _ message: String?) {
            self.body = body
            self.header = header
            self.code = code
            self.message = message
        }
    }

    @Test(arguments: [
        ErrorCase(#"{"__type":"FooError","message":"m"}"#, "FooError", "m"),
        ErrorCase(#"{"__type":"aws.protocoltests.json#FooError","Message":"m"}"#, "FooError", "m"),
        ErrorCase(#"{"__type":"a#FooError:http://internal.amazon.com/coral/"}"#, "FooError", nil),
        ErrorCase(#"{"code":"a#FooError","errorMessage":"m"}"#, "FooError", "m"),
        ErrorCase(#"{"Code":"FooError"}"#, "FooError", nil),
        ErrorCase(#"{"message":"m"}"#, header: "FooError:http://internal.amazon.com/coral/com.x/", "FooError", "m"),
        ErrorCase(#"{"__type":"Other"}"#, header: "FooError", "FooError", nil),
        ErrorCase("", header: "FooError", "FooError", nil),
        ErrorCase(#"{"__type":7,"message":["x"]}"#, nil, nil),
        ErrorCase(##"{"__type":"#:"}"##, nil, nil),
        ErrorCase("", nil, nil),
        ErrorCase("<html>Bad Gateway</html>", nil, nil),
        ErrorCase(#"["FooError"]"#, nil, nil),
    ])
    func errors(_ example: ErrorCase) throws {
        var headers: HTTPHeaders = ["x-amzn-requestid": "id"]
        headers["X-Amzn-ErrorType"] = example.header
        let details = AWSErrorDetails(code: example.code, message: example.message, requestID: "id")
        let reply = response(example.body, status: 400, headers: headers)
        #expect(try Greet(text: "").request().parseError(reply) == details)
        #expect(try Fetch(bucket: "b", key: "k").request().parseError(reply) == details)
    }

    @Test(arguments: [
        (nil, nil), (#"{"x":[{}],"reasons":["a"]}"#, ["a"]), ("garbage", nil), (#"{"reasons":["a"]"#, nil),
        (#"{"reasons":"a"}"#, nil), ("{}", nil), (#"{"reasons":null}"#, nil),
    ])
    func modeledMembersOfAnErrorAreRead(body: String?, reasons: [String]?) {
        var error = AWSError(kind: .clientError, code: "X", message: "")
        error.response = body.map { response($0, status: 400) }
        let member = error.modeledMember("reasons") { json throws(ResponseFault) in
            try json.list { json throws(ResponseFault) in try json.string() }
        }
        #expect(member == reasons)
    }
}
