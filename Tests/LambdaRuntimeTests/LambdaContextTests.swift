import Testing

@testable import LambdaRuntime

@Suite struct LambdaContextTests {
    @Test(
        arguments: [
            (10_000, 7_500, 2_500), (10_000, 10_000, 0), (10_000, 10_001, 0), (Int64.min, Int64.max, 0),
        ] as [(Int64, Int64, Int64)]
    ) func remainingTime(_ deadline: Int64, _ now: Int64, _ expected: Int64) {
        let context = LambdaContext(requestID: "1", deadline: deadline, clock: WallClock { now })
        #expect(context.remainingTime == .milliseconds(expected))
    }

    @Test func withoutADeadlineThereIsNoRemainingTime() {
        #expect(LambdaContext(requestID: "1").remainingTime == nil)
    }

    @Test func theSystemsClockRuns() {
        // Between 2020 and 9999.
        #expect((1_577_836_800_000..<253_402_300_800_000).contains(WallClock.system.now()))
    }

    @Test func clientContext() {
        let header = """
            {"client":{"installation_id":"i","app_title":"t","app_version_name":"1.2","app_version_code":"12",\
            "app_package_name":"p"},"custom":{"a":"b","n":1.50,"t":true,"x":null,"o":{}},"env":{"locale":"de"},"services":{}}
            """
        let client = ClientContext.Client(
            installationID: "i",
            appTitle: "t",
            appVersionName: "1.2",
            appVersionCode: "12",
            appPackageName: "p"
        )
        let expected = ClientContext(
            client: client,
            custom: ["a": "b", "n": "1.50", "t": "true"],
            environment: ["locale": "de"]
        )
        #expect(ClientContext(header: header) == expected)
        #expect(ClientContext(header: #"{"Custom":{"a":"b"}}"#) == ClientContext(custom: ["a": "b"]))
        #expect(ClientContext(header: #"{"client":{},"custom":7}"#) == ClientContext(client: .init()))
        #expect(ClientContext(header: "{}") == ClientContext())
    }

    @Test(arguments: ["", "null", "[]", "\"a\"", "{\"client\":", "e30="]) func malformedClientContext(_ header: String)
    {
        #expect(ClientContext(header: header) == nil)
    }

    @Test func cognitoIdentity() {
        let header = #"{"cognitoIdentityId":"eu:1","cognitoIdentityPoolId":"eu:2"}"#
        #expect(CognitoIdentity(header: header) == CognitoIdentity(identityID: "eu:1", identityPoolID: "eu:2"))
        for malformed in ["{}", "null", #"{"cognitoIdentityId":"eu:1"}"#, #"{"cognitoIdentityId":1}"#, "{"] {
            #expect(CognitoIdentity(header: malformed) == nil)
        }
    }
}

@Suite struct LambdaEnvironmentTests {
    @Test func emptyIsNotSet() throws {
        let environment = LambdaEnvironment(["A": "1", "B": ""])
        #expect(environment["A"] == "1")
        #expect(environment["B"] == nil)
        #expect(environment["C"] == nil)
        #expect(try environment.required("A") == "1")
        for name in ["B", "C"] {
            let expected = ConfigurationError(message: "the environment variable \(name) is not set")
            #expect(throws: expected) { try environment.required(name) }
        }
    }

    @Test(
        arguments: [
            ("TRACE", LogLevel.trace), ("debug", .debug), ("Info", .info), ("WARN", .warn), ("ERROR", .error),
            ("FATAL", .fatal),
            ("", nil), ("WARNING", nil),
        ] as [(String, LogLevel?)]
    ) func levels(_ name: String, _ level: LogLevel?) {
        #expect(LogLevel(name: name) == level)
    }

    @Test(
        arguments: [("JSON", LogFormat.json), ("json", .json), ("Text", .text), ("", .text), (nil, .text)]
            as [(String?, LogFormat)]
    )
    func formats(_ name: String?, _ format: LogFormat) {
        #expect(LogFormat(name: name) == format)
    }
}
