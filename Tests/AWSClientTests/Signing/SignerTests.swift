import Testing
import Transport

@testable import AWSClient

struct SignerTests {
    @Test(arguments: [
        ("", "/", "/"),
        ("/", "/", "/"),
        ("/a/b", "/a/b", "/a/b"),
        ("/a/b/", "/a/b/", "/a/b/"),
        ("//a///b", "/a/b", "//a///b"),
        ("/a/./b/../c", "/a/c", "/a/./b/../c"),
        ("/../..", "/", "/../.."),
        ("/a%20b", "/a%2520b", "/a%20b"),
        ("/a%2Fb/%E1%88%B4", "/a%252Fb/%25E1%2588%25B4", "/a%2Fb/%E1%88%B4"),
        ("/~user/-._~", "/~user/-._~", "/~user/-._~"),
        ("/key=value:x@y", "/key%3Dvalue%3Ax%40y", "/key=value:x@y"),
        ("/...", "/...", "/..."),
    ])
    func thePathIsNormalizedAndEncodedTwiceExceptForS3(_ path: String, _ ordinary: String, _ s3: String) {
        #expect(CanonicalRequest.path(path, .normalizedTwiceEncoded) == ordinary)
        #expect(CanonicalRequest.path(path, .asSent) == s3)
    }

    @Test(arguments: [
        ([("b", "2"), ("a", "1")], "a=1&b=2"),
        ([("a", "2"), ("a", "10")], "a=10&a=2"),
        ([("a-b", "1"), ("a", "1")], "a=1&a-b=1"),
        ([("B", "1"), ("a", "1")], "B=1&a=1"),
        ([("k", "")], "k="),
        ([("a b", "c+d/e=f&g")], "a%20b=c%2Bd%2Fe%3Df%26g"),
        ([("z", "1"), ("é", "ü")], "%C3%A9=%C3%BC&z=1"),
    ])
    func theQueryIsEncodedThenSorted(_ items: [(String, String)], _ expected: String) {
        #expect(CanonicalRequest.query(items.map { AWSRequest.QueryItem($0.0, $0.1) }) == expected)
    }

    @Test func headersThatHopsChangeAreNotSigned() {
        let headers: HTTPHeaders = [
            "Host": "h", "User-Agent": "u", "X-Amzn-Trace-Id": "t", "Authorization": "a", "Expect": "e",
            "Connection": "c", "Transfer-Encoding": "x", "X-Other": "  a \t b  ",
        ]
        let canonical = CanonicalRequest(
            method: "GET",
            path: "/",
            pathSigning: .asSent,
            query: [],
            headers: headers,
            payloadHash: "hash"
        )
        #expect(
            String(decoding: canonical.bytes, as: UTF8.self) == "GET\n/\n\nhost:h\nx-other:a b\n\nhost;x-other\nhash"
        )
        #expect(String(decoding: canonical.signedHeaders, as: UTF8.self) == "host;x-other")
    }

    @Test func signingAgainReplacesTheOldSignature() {
        let signer = SigV4SuiteTests.signer()
        let request = SigV4SuiteTests.request("/", method: "GET")
        let later = SigV4SuiteTests.time + .seconds(90000)
        var old = request
        old.headers = signer.sign(request, with: SigV4SuiteTests.credentials, at: later)
        let again = signer.sign(old, with: SigV4SuiteTests.credentials, at: SigV4SuiteTests.time)
        #expect(again["Authorization"] == SigV4SuiteTests.authorization(SigV4SuiteTests.plain, SigV4SuiteTests.vanilla))
        #expect(again.values(of: "x-amz-date") == ["20150830T123600Z"])
    }

    @Test func theKeyIsDerivedAsPublished() {
        // The example of the AWS General Reference.
        let key = SigningKeyCache.key(
            secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            day: "20120215",
            region: "us-east-1",
            service: "iam"
        )
        #expect(Digest.hex(key) == "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d")
    }

    /// RFC 4231, test cases 1 and 2; a key serves for many messages.
    @Test func codesAreAsPublished() {
        let key = HMACKey([UInt8](repeating: 0x0b, count: 20))
        let published = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        #expect(Digest.hex(key.code(of: "Hi There".utf8)) == published)
        #expect(Digest.hex(key.code(of: "something else".utf8)) != published)
        #expect(Digest.hex(key.code(of: "Hi There".utf8)) == published)
        let jefe = HMACKey(Array("Jefe".utf8))
        #expect(
            Digest.hex(jefe.code(of: "what do ya want for nothing?".utf8))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        )
    }

    /// The cache must tell apart everything a key depends on.
    @Test func keysAreKeptForSecretDayRegionAndService() {
        let cache = SigningKeyCache()
        func key(_ secret: String, _ day: String, _ region: String, _ service: String) -> [UInt8] {
            cache.signature(of: [1, 2, 3], secretAccessKey: secret, day: day, region: region, service: service)
        }
        let keys: Set<[UInt8]> = [
            key("a", "20260101", "r", "s"), key("b", "20260101", "r", "s"), key("a", "20260102", "r", "s"),
            key("a", "20260101", "q", "s"), key("a", "20260101", "r", "t"),
        ]
        #expect(keys.count == 5)
        for number in 0..<200 { _ = key("secret \(number)", "20260101", "r", "s") }
        #expect(key("a", "20260101", "r", "s") == key("a", "20260101", "r", "s"))
    }

    /// The examples of "Authenticating Requests (AWS Signature Version 4)" in the S3 API Reference.
    @Test func s3ExamplesOfTheReference() {
        let credentials = AWSCredentials(
            accessKeyID: "AKIAIOSFODNN7EXAMPLE",
            secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
        )
        let time = Timestamp(seconds: 1_369_353_600)  // 2013-05-24T00:00:00Z
        let signer = SigV4Signer(region: "us-east-1", service: "s3", pathSigning: .asSent)
        let host = "examplebucket.s3.amazonaws.com"
        let get = signer.sign(
            .init(method: "GET", path: "/test.txt", headers: ["Host": host, "Range": "bytes=0-9"]),
            with: credentials,
            at: time
        )
        #expect(
            get["Authorization"]?.hasSuffix(
                "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
                    + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
            ) == true
        )
        let put = signer.sign(
            .init(
                method: "PUT",
                path: "/test%24file.text",
                headers: [
                    "Host": host, "Date": "Fri, 24 May 2013 00:00:00 GMT",
                    "x-amz-storage-class": "REDUCED_REDUNDANCY",
                ],
                payload: .bytes(Array("Welcome to Amazon S3.".utf8))
            ),
            with: credentials,
            at: time
        )
        #expect(
            put["Authorization"]?.hasSuffix("98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd") == true
        )
        let presigned = signer.presign(
            .init(method: "GET", path: "/test.txt", headers: ["Host": host], payload: .unsigned),
            with: credentials,
            at: time,
            expires: .seconds(86400)
        )
        #expect(
            presigned.map(\.name) == [
                "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders",
                "X-Amz-Signature",
            ]
        )
        #expect(presigned.last?.value == "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")
    }

    @Test func credentialsShowNoSecret() {
        let credentials = ClientFixture.credentials
        var dumped = ""
        dump(credentials, to: &dumped)
        for text in ["\(credentials)", String(reflecting: credentials), dumped, "\([credentials])"] {
            #expect(!text.contains(credentials.secretAccessKey))
            #expect(!text.contains("session-token-of-the-test"))
            #expect(text.contains("AKIDEXAMPLE"))
        }
    }
}
