import Glibc
import TestSupport
import Testing

/// The runtime as a process of its own: functions run for real.
@Suite struct ProcessTests {
    @Test func invocationsThenSIGTERM() throws {
        let server = TestServer([ScriptedRuntime.event("{\"a\":1}"), ScriptedRuntime.accepted, .hang])
        let echo = try Child(["AWS_LAMBDA_RUNTIME_API": server.authority])
        while server.requests.count < 3 { usleep(1000) }
        echo.send(SIGTERM)
        #expect(try echo.wait() == .exited(0))
        #expect(server.requests.map(\.bodyText) == ["", "{\"a\":1}", ""])
        #expect(server.connectionCount == 1)
        #expect(echo.output == "")
    }

    /// What handlers print goes to a pipe, which libc by itself fills by blocks.
    @Test func whatIsPrintedIsWrittenLineByLine() throws {
        let server = TestServer([ScriptedRuntime.event("{\"a\":1}"), ScriptedRuntime.accepted, .hang])
        let function = try Child(["AWS_LAMBDA_RUNTIME_API": server.authority], executable: "PrintingFunction")
        while server.requests.count < 3 { usleep(1000) }
        function.send(SIGTERM)
        #expect(try function.wait() == .exited(0))
        #expect(function.output == "{\"a\":1}\n")
    }

    @Test func outsideLambdaItSaysWhatIsMissing() throws {
        let echo = try Child([:])
        #expect(try echo.wait() == .exited(2))
        #expect(echo.output.contains("AWS_LAMBDA_RUNTIME_API is not set"))
        #expect(echo.output.utf8.filter { $0 == 0x0a }.count == 1)
    }

    @Test func theRuntimeAPIIsReachedWithoutAProxy() throws {
        let proxy = TestServer { _ in .status(502, body: "proxy") }
        let server = TestServer([.hang])
        let echo = try Child([
            "AWS_LAMBDA_RUNTIME_API": server.authority, "http_proxy": proxy.url, "HTTP_PROXY": proxy.url,
            "all_proxy": proxy.url, "ALL_PROXY": proxy.url,
        ])
        while server.requests.isEmpty && proxy.requests.isEmpty { usleep(1000) }
        echo.send(SIGTERM)
        #expect(try echo.wait() == .exited(0))
        #expect(proxy.requests.isEmpty)
        #expect(server.requests.count == 1)
    }

    @Test(arguments: ["DEBUG", "FATAL"]) func lambdasLogSettingsApply(_ level: String) throws {
        let server = TestServer([
            ScriptedRuntime.event(headers: [("Lambda-Runtime-Client-Context", "{")]), ScriptedRuntime.accepted,
            .status(500),
        ])
        let echo = try Child([
            "AWS_LAMBDA_RUNTIME_API": server.authority, "AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": level,
        ])
        #expect(try echo.wait() == .exited(2))
        let levels = echo.output.split(separator: "\n").map { $0.dropFirst(40).prefix(14) }
        #expect(levels == (level == "DEBUG" ? ["\"level\":\"WARN\"", "\"level\":\"FATAL"] : ["\"level\":\"FATAL"]))
    }

    @Test func aClosedLogDoesNotEndTheProcess() throws {
        let malformed = ScriptedRuntime.event(headers: [("Lambda-Runtime-Client-Context", "{")])
        let server = TestServer([malformed, ScriptedRuntime.accepted, .hang])
        let echo = try Child(["AWS_LAMBDA_RUNTIME_API": server.authority], readsOutput: false)
        while server.requests.count < 3 { usleep(1000) }
        echo.send(SIGTERM)
        #expect(try echo.wait() == .exited(0))
        #expect(server.requests.count == 3)
    }
}
