import AWSClient
import Synchronization
import Testing
import Transport

@testable import CommandLineInterface

struct ProgramTests {
    private static let file = CommandOption("file", letter: "f", .single("file"), variable: "PLAN_FILE", "the plan")
    private static let target = Positional("target", "what to plan for")
    private static let others = Positional("others", "and what else", arity: .many)

    private static func echo(_ name: String) -> Command {
        Command(
            name,
            summary: "does \(name)",
            positionals: [target, others],
            options: [file],
            run: { context in
                let arguments = context.arguments
                context.console.print(
                    "\(name) \(arguments[target] ?? "?") \(arguments.all(others)) \(arguments[file] ?? "-")\n"
                )
                return .success
            }
        )
    }

    private static let program = Program(
        name: "probe",
        version: "1.2.3",
        summary: "tries out",
        commands: [
            echo("share"), echo("share plan"),
            Command("fail", summary: "fails", run: { _ in throw CommandFailure("it broke", hint: "mend it") }),
            Command("stop", summary: "is cancelled", run: { _ in throw CancellationError() }),
            Command(
                "refused",
                summary: "is refused",
                run: { _ in
                    throw AWSError(
                        kind: .clientError,
                        code: "AccessDenied",
                        message: "no",
                        service: "SESv2",
                        operation: "SendEmail"
                    )
                }
            ),
        ]
    )

    private struct Ending: Equatable {
        var status: Int32
        var out = ""
        var err = ""
    }

    private final class Written: Sendable {
        private let texts = Mutex<[Int32: String]>([:])

        func add(_ descriptor: Int32, _ text: String) { texts.withLock { $0[descriptor, default: ""] += text } }

        func text(of descriptor: Int32) -> String { texts.withLock { $0[descriptor] ?? "" } }
    }

    /// What a command line prints, and its status.
    private func run(
        _ line: String,
        of program: Program = program,
        environment: AWSEnvironment = [:]
    ) async -> Ending {
        let written = Written()
        let status = await program.run(
            line.split(separator: " ").map(String.init),
            environment: environment,
            http: HTTPClient()
        ) { _ in Console(write: { written.add($0, $1) }) }
        return Ending(status: status.code, out: written.text(of: 1), err: written.text(of: 2))
    }

    @Test(arguments: [
        ("share x", "share x [] -\n"),
        ("share plan x y z", "share plan x [\"y\", \"z\"] -\n"),
        ("share -f p plan", "share plan [] p\n"),
        ("--output json share plan --file=q x", "share plan x [] q\n"),
        ("share x -f a -f b", "share x [] b\n"),
    ])
    func `the command with the longest name is meant`(line: String, out: String) async {
        #expect(await run(line) == Ending(status: 0, out: out))
    }

    @Test func `an option that is not given comes from its variable`() async {
        #expect(await run("share x", environment: ["PLAN_FILE": "from"]).out == "share x [] from\n")
        #expect(await run("share x -f own", environment: ["PLAN_FILE": "from"]).out == "share x [] own\n")
    }

    @Test(arguments: [
        ("share", "<target> is missing", "share"),
        ("share plan", "<target> is missing", "share plan"),
        ("shrae x", "there is no command \"shrae\"; is it share?", ""),
        ("share --flie x", "there is no option --flie; is it --file?", "share"),
        ("completion tcsh", "<shell> is \"tcsh\", and not bash, zsh or fish", "completion"),
    ])
    func `a wrong command line is status 2, told on standard error`(line: String, complaint: String, help: String) async
    {
        let hint = help.isEmpty ? "probe help" : "probe help \(help)"
        #expect(await run(line) == Ending(status: 2, err: "probe: error: \(complaint)\n  see: \(hint)\n"))
    }

    /// None of them has a region, or credentials: nothing is asked for before.
    @Test(arguments: [
        ("check ami-xyz", "<image> is \"ami-xyz\", and not an image id (ami- and 8 or 17 hexadecimal digits)"),
        ("usage ami-0abcd", "<image> is \"ami-0abcd\", and not an image id (ami- and 8 or 17 hexadecimal digits)"),
        (
            "shares ami-ABCDEF01",
            "<image> is \"ami-ABCDEF01\", and not an image id (ami- and 8 or 17 hexadecimal digits)"
        ),
        ("forget 12", "<account> is \"12\", and not an account id (12 digits)"),
        ("forget", "<account> is missing"),
        (
            "accounts --role-arn foo",
            "--role-arn is \"foo\", and not the ARN of a role (arn:aws:iam::111122223333:role/name)"
        ),
        (
            "check ami-0123456789abcdef0 --role-arn arn:aws:iam::111122223333:user/a",
            "--role-arn is \"arn:aws:iam::111122223333:user/a\", and not the ARN of a role"
                + " (arn:aws:iam::111122223333:role/name)"
        ),
    ])
    func `what is given is checked before anything else`(line: String, complaint: String) async {
        let ending = await run(line, of: Amictl.program)
        let command = line.prefix { $0 != " " }
        #expect(ending == Ending(status: 2, err: "amictl: error: \(complaint)\n  see: amictl help \(command)\n"))
    }

    @Test func `an image id as EC2 makes it is followed by the question for the region`() async {
        for image in ["ami-0123456789abcdef0", "ami-12ab34cd"] {
            let ending = await run("usage \(image)", of: Amictl.program)
            #expect(ending.status == 1)
            #expect(ending.err.contains("no region is set"))
        }
    }

    @Test func `drift explains what it does with snapshots in its own words`() async {
        let drift = await run("help share drift", of: Amictl.program).out
        #expect(drift.contains("compare the snapshots"))
        #expect(!drift.contains("share the snapshots"))
        #expect(await run("help share plan", of: Amictl.program).out.contains("share the snapshots"))
    }

    @Test func `after help the names of commands are completed, from their beginning`() {
        let script = CompletionScript(program: Self.program)
        #expect(script.words(after: ["help"]).map(\.word) == script.words(after: []).map(\.word))
        #expect(script.words(after: ["help", "share"]).map(\.word) == ["plan"])
        #expect(script.places.contains(["help", "share", "plan"]))
        #expect(script.options(at: ["help", "share", "plan"]) == GlobalOptions.all)
    }

    @Test func `failures are told with what to do`() async {
        #expect(await run("fail") == Ending(status: 1, err: "probe: error: it broke\n  mend it\n"))
        let refused = await run("refused")
        #expect(refused.status == 1)
        #expect(refused.err.contains("SESv2.SendEmail: AccessDenied"))
        #expect(refused.err.contains("the caller needs ses:SendEmail"))
        #expect(await run("stop") == Ending(status: 130))
    }

    @Test func `help, version and completion come of the table`() async {
        #expect(await run("version").out == "probe 1.2.3\n")
        #expect(await run("--version").out == "probe 1.2.3\n")
        #expect(await run("version --output json").out == "{\n  \"name\": \"probe\",\n  \"version\": \"1.2.3\"\n}\n")
        let help = await run("help share plan").out
        #expect(help.contains("usage: probe share plan [options] <target> [<others>…]"))
        #expect(help.contains("-f, --file <file>  the plan [PLAN_FILE]"))
        #expect(await run("share plan --help").out == help)
        #expect(await run("help share").out.contains("commands:\n    share plan  does share plan\n"))
        for shell in ["bash", "zsh", "fish"] {
            let script = await run("completion \(shell)").out
            for word in ["plan", "file", "completion", "profile"] { #expect(script.contains(word), "\(shell) \(word)") }
        }
    }
}
