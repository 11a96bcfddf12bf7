import Testing

@testable import CommandLineInterface

struct ArgumentParserTests {
    private let parser = ArgumentParser(options: [
        CommandOption("config", letter: "c", .single("file"), "the manifest"),
        CommandOption("account", .many("id"), "an account"),
        CommandOption("format", .choice(["table", "json"]), "the form"),
        CommandOption("verbose", letter: "v", .flag, "more"),
    ])

    @Test(
        arguments: [
            (["-c", "a.yaml", "x"], ["config": ["a.yaml"]], ["x"]),
            (["x", "--config=a.yaml"], ["config": ["a.yaml"]], ["x"]),
            (["-vca.yaml"], ["verbose": [""], "config": ["a.yaml"]], []),
            (["--account", "1", "--account", "2"], ["account": ["1", "2"]], []),
            (["--conf", "a"], ["config": ["a"]], []),
            (["--", "-v", "--config"], [:], ["-v", "--config"]),
            (["-"], [:], ["-"]),
            ([], [:], []),
        ] as [([String], [String: [String]], [String])]
    )
    func `options stand anywhere`(arguments: [String], values: [String: [String]], rest: [String]) throws {
        let result = try parser.parse(arguments)
        #expect(result.values == values)
        #expect(result.rest == rest)
    }

    @Test(arguments: [
        (["--nope"], "there is no option --nope"),
        (["x", "--confg", "a"], "there is no option --confg; is it --config?"),
        (["-x"], "there is no option -x"),
        (["-vx"], "there is no option -x"),
        (["--config"], "--config needs a value"),
        (["-c"], "-c needs a value"),
        (["--config="], "--config needs a value"),
        (["--verbose=1"], "--verbose takes no value"),
        (["--format", "xml"], "--format is \"xml\", and not one of table, json"),
    ])
    func `what is wrong is named`(arguments: [String], message: String) {
        #expect(throws: UsageError(message)) { try parser.parse(arguments) }
    }

    @Test func `a shortened name that could be two options says which`() {
        let parser = ArgumentParser(options: [
            CommandOption("role-arn", .single("arn"), ""), CommandOption("role-name", .single("name"), ""),
        ])
        #expect(throws: UsageError("--role may be --role-arn or --role-name")) { try parser.parse(["--role", "x"]) }
    }

    @Test func `options may end at the first argument`() throws {
        let result = try parser.parse(["-v", "share", "-c", "x"], stopsAtFirstArgument: true)
        #expect(result.values == ["verbose": [""]])
        #expect(result.rest == ["share", "-c", "x"])
    }
}
