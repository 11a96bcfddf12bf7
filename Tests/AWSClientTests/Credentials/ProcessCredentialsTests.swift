import Testing

@testable import AWSClient

struct ProcessCredentialsTests {
    static func failure(_ command: String, deadline: ContinuousClock.Instant? = nil) async -> AWSError? {
        do throws(AWSError) {
            _ = try await ProcessCredentialsProvider(command: command).credentials(deadline: deadline)
            return nil
        } catch {
            return error
        }
    }

    @Test func credentialsAreReadFromTheOutput() async throws {
        let command = """
            printf '{"Version": 1, "AccessKeyId": "A b", '; printf '%s' '"SecretAccessKey":"S","SessionToken":"T",'
            echo '"Expiration":"2026-11-20T09:00:00Z","AccountId":"111122223333"}'
            """
        let credentials = try await ProcessCredentialsProvider(command: command).credentials(deadline: nil)
        #expect(
            credentials
                == AWSCredentials(
                    accessKeyID: "A b",
                    secretAccessKey: "S",
                    sessionToken: "T",
                    expiration: Timestamp(dateTime: "2026-11-20T09:00:00Z"),
                    accountID: "111122223333"
                )
        )
    }

    @Test(arguments: [
        ("exit 3", "credential_process ended with status 3"),
        ("kill -9 $$", "credential_process was ended by signal 9"),
        ("/nowhere/command 2>/dev/null", "credential_process ended with status 127"),
        ("echo SECRET", "credential_process gave no credentials document in JSON"),
        ("echo '{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"S\"}'", "credential_process gave no Version 1"),
        (
            "echo '{\"Version\":2,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"S\"}'",
            "credential_process gave no Version 1"
        ),
        ("echo '{\"Version\":1,\"AccessKeyId\":\"A\"}'", "credential_process gave no SecretAccessKey"),
        ("head -c 2000000 /dev/zero", "credential_process wrote more than 1 MiB"),
        ("cat", "credential_process gave no credentials document in JSON"),
    ])
    func faults(_ command: String, _ message: String) async {
        let error = await Self.failure(command)
        #expect(error?.kind == .credentials)
        #expect(error?.message == message)
    }

    @Test func theCommandIsKilledAtTheDeadline() async {
        let error = await Self.failure("sleep 3600", deadline: .now + .milliseconds(50))
        #expect(error?.kind == .deadline)
    }

    @Test func aCommandThatClosesItsOutputAndGoesOnIsKilledToo() async {
        let error = await Self.failure("exec >&-; sleep 3600", deadline: .now + .milliseconds(50))
        #expect(error?.kind == .deadline)
    }

    @Test func theCommandIsKilledWithTheTask() async {
        let task = Task { await Self.failure("sleep 3600") }
        task.cancel()
        #expect(await task.value?.kind == .cancelled)
    }
}
