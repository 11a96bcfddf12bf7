import Testing
import Transport

@testable import AWSClient

/// awsQuery and ec2Query: requests, responses, errors.
struct QueryProtocolTests {
    struct Describe: QueryOperation {
        static let name = "Describe"
        static let api = QueryAPI(service: .autoScaling, dialect: .query, version: "2011-01-01")
        func encode(to form: inout QueryForm) { form.list("Names", ["a b", "c&d=é"]) }

        struct Output: XMLDecodable, Sendable {
            var value: String?
            init(xml: XMLNode) { value = xml.string("Value") }
        }
    }

    struct DescribeEC2: QueryOperation {
        static let name = "Describe"
        static let api = QueryAPI(service: .ec2, dialect: .ec2, version: "2016-11-15")
        typealias Output = Describe.Output
        func encode(to form: inout QueryForm) { form.list("Name", ["a"]) }
    }

    struct Forget: QueryOperation {
        static let name = "Forget"
        static let api = Describe.api
        typealias Output = EmptyOutput
        func encode(to form: inout QueryForm) {}
    }

    private func response(_ body: String, status: Int = 200, headers: HTTPHeaders = [:]) -> HTTPResponse {
        HTTPResponse(status: status, headers: headers, body: Array(body.utf8))
    }

    private func form(_ dialect: QueryAPI.Dialect, _ write: (inout QueryForm) -> Void) -> String {
        var form = QueryForm(dialect: dialect)
        write(&form)
        return String(decoding: form.encoded, as: UTF8.self)
    }

    @Test func request() throws {
        let request = try Describe().request()
        #expect(request.method == "POST")
        #expect(request.path == "/")
        #expect(request.query.isEmpty)
        #expect(request.headers["Content-Type"] == "application/x-www-form-urlencoded; charset=utf-8")
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == "Action=Describe&Version=2011-01-01&Names.member.1=a%20b&Names.member.2=c%26d%3D%C3%A9"
        )
        #expect(
            String(decoding: try DescribeEC2().request().body, as: UTF8.self)
                == "Action=Describe&Version=2016-11-15&Name.1=a"
        )
    }

    @Test func scalars() {
        let time = Timestamp(seconds: 1_795_161_600)
        let text = form(.query) { form in
            form.set("S", "~-._ /+*")
            form.set("I", -5)
            form.set("B", false)
            form.set("T", time)
            form.set("None", String?.none)
        }
        #expect(text == "S=~-._%20%2F%2B%2A&I=-5&B=false&T=2026-11-20T08%3A00%3A00Z")
    }

    @Test func lists() {
        let write: (inout QueryForm) -> Void = { form in
            form.list("L", ["x", "y"])
            form.list("F", ["x"], isFlattened: true)
            form.list("E", [])
            form.list("N", nil)
        }
        #expect(form(.query, write) == "L.member.1=x&L.member.2=y&F.1=x&E=")
        #expect(form(.ec2, write) == "L.1=x&L.2=y&F.1=x")
    }

    @Test func structures() {
        let write: (inout QueryForm) -> Void = { form in
            form.list("Filter", structures: ["a", "b"]) { form, name in
                form.set("Name", name)
                form.list("Value", ["\(name)1", "\(name)2"])
                form.nested("Deep") { $0.set("X", 1) }
            }
            form.set("After", "z")
        }
        #expect(
            form(.ec2, write)
                == "Filter.1.Name=a&Filter.1.Value.1=a1&Filter.1.Value.2=a2&Filter.1.Deep.X=1"
                + "&Filter.2.Name=b&Filter.2.Value.1=b1&Filter.2.Value.2=b2&Filter.2.Deep.X=1&After=z"
        )
        #expect(form(.query, write).hasPrefix("Filter.member.1.Name=a&Filter.member.1.Value.member.1=a1"))
    }

    @Test func maps() {
        let map = ["b": "2", "a": "1"]
        #expect(
            form(.query) { $0.map("M", map) { $0.set($1, $2) } }
                == "M.entry.1.key=a&M.entry.1.value=1&M.entry.2.key=b&M.entry.2.value=2"
        )
        #expect(
            form(.query) { form in
                form.map("M", map, keyName: "Name", valueName: "Value", isFlattened: true) { $0.set($1, $2) }
            } == "M.1.Name=a&M.1.Value=1&M.2.Name=b&M.2.Value=2"
        )
        #expect(form(.query) { $0.map("M", nil as [String: String]?) { $0.set($1, $2) } } == "")
    }

    @Test func results() throws {
        let body = """
            <DescribeResponse xmlns="urn:x"><DescribeResult><Value>v</Value></DescribeResult>
            <ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></DescribeResponse>
            """
        let result = try Describe.result(of: response(body))
        #expect(result.output.value == "v")
        #expect(result.requestID == "id-1")
        #expect(try Describe.result(of: response(body, headers: ["x-amzn-requestid": "h"])).requestID == "h")

        let flat = try DescribeEC2.result(
            of: response("<DescribeResponse><requestId>id-2</requestId><Value>v</Value></DescribeResponse>")
        )
        #expect(flat.output.value == "v")
        #expect(flat.requestID == "id-2")

        let empty = "<ForgetResponse><ResponseMetadata><RequestId>id-3</RequestId></ResponseMetadata></ForgetResponse>"
        #expect(try Forget.result(of: response(empty)).requestID == "id-3")
    }

    @Test(arguments: [
        ("", "XML line 1 column 1: no element found"),
        ("<html></html>", "the root element is html, not DescribeResponse"),
        ("<DescribeResponse/>", "DescribeResponse: DescribeResult is missing"),
        ("<DescribeResponse><DescribeResult>", "XML line 1 column 35: no element found"),
    ])
    func malformedResponsesAreErrors(body: String, message: String) {
        #expect { try Describe.result(of: response(body, headers: ["x-amzn-requestid": "id"])) } throws: {
            guard let error = $0 as? AWSError else { return false }
            return error.kind == .malformedResponse && error.requestID == "id" && error.message == message
                && error.service == "Auto Scaling" && error.httpStatus == 200
        }
    }

    @Test(arguments: [
        // awsQuery
        (
            "<ErrorResponse xmlns='urn:x'><Error><Type>Sender</Type><Code>Denied</Code><Message>a &lt; b</Message></Error>"
                + "<RequestId>id</RequestId></ErrorResponse>",
            AWSErrorDetails(code: "Denied", message: "a < b", requestID: "id")
        ),
        // ec2Query
        (
            "<Response><Errors><Error><Code>Denied</Code><Message>m</Message></Error></Errors>"
                + "<RequestID>id</RequestID></Response>",
            AWSErrorDetails(code: "Denied", message: "m", requestID: "id")
        ),
        // restXml without a wrapper
        (
            "<Error><Code>NoSuchKey</Code><Message>m</Message><RequestId>id</RequestId></Error>",
            AWSErrorDetails(code: "NoSuchKey", message: "m", requestID: "id")
        ),
        (
            "<ErrorResponse><Error><Code/></Error><ResponseMetadata><RequestId>id</RequestId></ResponseMetadata>"
                + "</ErrorResponse>",
            AWSErrorDetails(requestID: "id")
        ),
        ("<ErrorResponse/>", AWSErrorDetails()),
        ("<html><body>Bad Gateway</body></html>", AWSErrorDetails()),
        ("Service Unavailable", AWSErrorDetails()),
        ("", AWSErrorDetails()),
        ("<!DOCTYPE html><html></html>", AWSErrorDetails()),
    ])
    func errors(body: String, details: AWSErrorDetails) throws {
        let reply = response(body, status: 400)
        #expect(try Describe().request().parseError(reply) == details)
        #expect(try DescribeEC2().request().parseError(reply) == details)
    }

    @Test func theRequestIDOfTheHeadersWins() throws {
        let body = "<Error><RequestId>body</RequestId></Error>"
        let reply = response(body, status: 400, headers: ["x-amz-request-id": "h"])
        #expect(try Describe().request().parseError(reply).requestID == "h")
        let other = response("garbage", status: 502, headers: ["x-amzn-requestid": "h"])
        #expect(try Describe().request().parseError(other).requestID == "h")
    }
}
