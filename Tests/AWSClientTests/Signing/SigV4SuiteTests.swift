import Testing
import Transport

@testable import AWSClient

/// The published test suite of Signature Version 4 (aws4_testsuite; later in aws-c-auth): requests and signatures.
struct SigV4SuiteTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let method: String
        let target: String
        var headers: [(String, String)] = []
        var body = ""
        var pathSigning = AWSService.PathSigning.normalizedTwiceEncoded
        let signedHeaders: String
        let signature: String

        var testDescription: String { name }
    }

    static let credentials = AWSCredentials(
        accessKeyID: "AKIDEXAMPLE",
        secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    )
    static let time = Timestamp(seconds: 1_440_938_160)  // 2015-08-30T12:36:00Z
    static let unreserved = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    static let plain = "host;x-amz-date"
    static let vanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    static let postVanilla = "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"

    static func get(_ name: String, _ target: String, _ signature: String) -> Case {
        Case(name: name, method: "GET", target: target, signedHeaders: plain, signature: signature)
    }

    static func post(_ name: String, _ target: String, _ signature: String) -> Case {
        Case(name: name, method: "POST", target: target, signedHeaders: plain, signature: signature)
    }

    static func unnormalized(_ name: String, _ target: String, _ signature: String) -> Case {
        Case(
            name: "\(name)-unnormalized",
            method: "GET",
            target: target,
            pathSigning: .asSent,
            signedHeaders: plain,
            signature: signature
        )
    }

    static func headers(_ name: String, _ values: [(String, String)], _ signature: String) -> Case {
        Case(
            name: name,
            method: name.hasPrefix("post") ? "POST" : "GET",
            target: "/",
            headers: values,
            signedHeaders: values.contains { $0.0 == "My-Header2" }
                ? "host;my-header1;my-header2;x-amz-date" : "host;my-header1;x-amz-date",
            signature: signature
        )
    }

    static func form(_ name: String, _ parameters: String, _ signature: String) -> Case {
        Case(
            name: name,
            method: "POST",
            target: "/",
            headers: [("Content-Type", "application/x-www-form-urlencoded\(parameters)")],
            body: "Param1=value1",
            signedHeaders: "content-type;host;x-amz-date",
            signature: signature
        )
    }

    static let cases: [Case] = [
        get("get-vanilla", "/", vanilla),
        get("get-unreserved", "/\(unreserved)", "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"),
        get("get-utf8", "/ሴ", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
        get("get-relative", "/example/..", vanilla),
        get("get-relative-relative", "/example1/example2/../..", vanilla),
        get("get-slash", "//", vanilla),
        get("get-slash-dot-slash", "/./", vanilla),
        get(
            "get-slash-pointless-dot",
            "/./example",
            "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"
        ),
        get("get-slashes", "//example//", "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"),
        get("get-space", "/example space/", "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"),
        unnormalized(
            "get-slashes",
            "//example//",
            "87cca117541a147f6df867677d98a7d80dff226d2bfca9e4ffa899665623c7e5"
        ),
        unnormalized(
            "get-relative-relative",
            "/example1/example2/../..",
            "dc33e0856fd4baca4d7aa2146c38958283844764f38c74252a333df5e613003b"
        ),
        get(
            "get-vanilla-empty-query-key",
            "/?Param1=value1",
            "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"
        ),
        get(
            "get-vanilla-query-order-key",
            "/?Param1=value2&Param1=Value1",
            "eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1"
        ),
        get(
            "get-vanilla-query-order-key-case",
            "/?Param2=value2&Param1=value1",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
        ),
        get(
            "get-vanilla-query-order-value",
            "/?Param1=value2&Param1=value1",
            "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694"
        ),
        get(
            "get-vanilla-query-order-encoded",
            "/?Param-3=Value3&Param=Value2&ሴ=Value1",
            "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac"
        ),
        get(
            "get-vanilla-query-unreserved",
            "/?\(unreserved)=\(unreserved)",
            "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"
        ),
        get(
            "get-vanilla-utf8-query",
            "/?ሴ=bar",
            "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"
        ),
        headers(
            "get-header-key-duplicate",
            [("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1")],
            "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"
        ),
        // A folded header (RFC 7230, section 3.2.4): each line is one value.
        headers(
            "get-header-value-multiline",
            [("My-Header1", "value1"), ("My-Header1", "  value2"), ("My-Header1", "     value3")],
            "ba17b383a53190154eb5fa66a1b836cc297cc0a3d70a5d00705980573d8ff790"
        ),
        headers(
            "get-header-value-order",
            [("My-Header1", "value4"), ("My-Header1", "value1"), ("My-Header1", "value3"), ("My-Header1", "value2")],
            "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"
        ),
        headers(
            "get-header-value-trim",
            [("My-Header1", " value1"), ("My-Header2", " \"a   b   c\"")],
            "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"
        ),
        post("post-vanilla", "/", postVanilla),
        post("post-header-key-case", "/", postVanilla),
        headers(
            "post-header-key-sort",
            [("My-Header1", "value1")],
            "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"
        ),
        headers(
            "post-header-value-case",
            [("My-Header1", "VALUE1")],
            "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"
        ),
        post(
            "post-vanilla-query",
            "/?Param1=value1",
            "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"
        ),
        form(
            "post-x-www-form-urlencoded",
            "",
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
        ),
        form(
            "post-x-www-form-urlencoded-parameters",
            "; charset=utf8",
            "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe"
        ),
    ]

    static func request(_ target: String, method: String, headers: [(String, String)] = []) -> SigV4Signer.Request {
        let parts = target.split(separator: "?", maxSplits: 1)
        var fields: HTTPHeaders = ["Host": "example.amazonaws.com"]
        for (name, value) in headers { fields.add(name: name, value: value) }
        let query = (parts.count > 1 ? parts[1] : "").split(separator: "&").map { item in
            let pair = item.split(separator: "=", maxSplits: 1)
            return AWSRequest.QueryItem(String(pair[0]), String(pair[1]))
        }
        return SigV4Signer.Request(method: method, path: String(parts[0]), query: query, headers: fields)
    }

    static func signer(
        _ pathSigning: AWSService.PathSigning = .normalizedTwiceEncoded,
        token: SigV4Signer.SessionTokenMode = .signed
    ) -> SigV4Signer {
        var signer = SigV4Signer(
            region: "us-east-1",
            service: "service",
            pathSigning: pathSigning,
            sessionToken: token
        )
        signer.sendsPayloadHash = false
        return signer
    }

    static func authorization(_ signedHeaders: String, _ signature: String) -> String {
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
            + "SignedHeaders=\(signedHeaders), Signature=\(signature)"
    }

    @Test(arguments: cases)
    func headerSignature(_ test: Case) {
        var request = Self.request(test.target, method: test.method, headers: test.headers)
        request.payload = .bytes(Array(test.body.utf8))
        let headers = Self.signer(test.pathSigning).sign(request, with: Self.credentials, at: Self.time)
        #expect(headers["Authorization"] == Self.authorization(test.signedHeaders, test.signature))
        #expect(headers["X-Amz-Date"] == "20150830T123600Z")
    }

    @Test func theSessionTokenIsSigned() {
        var credentials = Self.credentials
        credentials.sessionToken =
            "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflf"
            + "KD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HF"
            + "vlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvK"
            + "Tr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="
        let request = Self.request("/", method: "POST")
        let before = Self.signer().sign(request, with: credentials, at: Self.time)
        #expect(
            before["Authorization"]
                == Self.authorization(
                    "host;x-amz-date;x-amz-security-token",
                    "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"
                )
        )
        #expect(before["X-Amz-Security-Token"] == credentials.sessionToken)
        let after = Self.signer(token: .afterSigning).sign(request, with: credentials, at: Self.time)
        #expect(after["Authorization"] == Self.authorization(Self.plain, Self.postVanilla))
        #expect(after["X-Amz-Security-Token"] == credentials.sessionToken)
    }

    @Test func anUnsignedPayloadIsNamedSo() {
        var request = Self.request("/", method: "POST", headers: [("Content-Length", "13")])
        request.payload = .unsigned
        let headers = Self.signer().sign(request, with: Self.credentials, at: Self.time)
        #expect(
            headers["Authorization"]
                == Self.authorization(
                    "content-length;host;x-amz-content-sha256;x-amz-date",
                    "9fb60e8938d2178a7d63b49e055d1e65d8f6226f38846e8e0293bf43ce29050c"
                )
        )
        #expect(headers["X-Amz-Content-SHA256"] == "UNSIGNED-PAYLOAD")
    }

    @Test(arguments: [
        (
            "/?Param2=value2&Param1=value1", [(String, String)](),
            "86012e2c9ad4d77369f5d81c11f75158aae4f895a085212cc6d3f923d300bed5"
        ),
        (
            "/", [("My-Header1", "value1"), ("My-Header1", "value2"), ("My-Header1", "value3")],
            "07f38a7bae261a5b2eec137361e6403c191bbf8e3f75466bb8114a08acd99936"
        ),
    ])
    func querySignature(_ target: String, _ headers: [(String, String)], _ signature: String) {
        let query = Self.signer().presign(
            Self.request(target, method: "GET", headers: headers),
            with: Self.credentials,
            at: Self.time,
            expires: .seconds(3600)
        )
        #expect(query.last == AWSRequest.QueryItem("X-Amz-Signature", signature))
    }
}
