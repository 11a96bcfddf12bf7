import AWSClient
import AWSServices
import Governance
import YAML

extension Command {
    private static let file = CommandOption(
        "html",
        .single("file"),
        completion: .files,
        "the file to write; - for standard output"
    )
    private static let staleDays = CommandOption(
        "stale-days",
        .single("days"),
        "an image that nobody uses is stale when it was not launched for so long, 1 to 3650; 90 by default"
    )

    /// `report --html FILE`: one page about everything.
    static let report = Command(
        "report",
        summary: "write one self-contained page: images, shares, use by account, what breaks, what is stale",
        details: [
            "The page needs nothing but itself: no other files, no network. It can be searched and sorted, and names the"
                + " images whose deregistration would break something, stale images, and accounts whose use is not known."
        ],
        options: [file, staleDays, CoverageOptions.maximumSweepAge] + TableOptions.all,
        examples: [.init("report --html images.html", "then open images.html in a browser")],
        run: { context in
            let arguments = context.arguments
            let path = try arguments.required(file)
            if path != "-" { try OutputFile.check(path) }
            let staleDays = try arguments.wholeNumber(staleDays, in: 1...3650, otherwise: 90)
            let client = try context.aws.client()
            let region = try context.region(of: client)
            let data = try await ReportGatherer(
                tables: arguments.tables(DynamoDB(client)),
                client: client,
                region: region,
                console: context.console,
                now: context.now(),
                staleDays: staleDays,
                maximumSweepAgeHours: try arguments.maximumSweepAge()
            ).gather()
            let console = AWSPartition(region: region.text).consoleURL(region: region.text)
            let links = console.map { ConsoleLinks(host: String($0.dropFirst("https://".count)), region: region) }
            let html = ReportPage(data: data, links: links).html
            guard path != "-" else {
                context.console.print(html)
                return .success
            }
            try OutputFile.write(html, to: path)
            for omission in data.omissions { context.console.note("warning: \(omission)", .warning) }
            try context.show(summary(data, path))
            return .success
        }
    )

    private static func summary(_ data: ReportData, _ path: String) -> CommandOutput {
        let counts: [(String, String, Int)] = [
            ("images", "Images", data.images.count { $0.exists }),
            ("in_use", "Deregistration breaks something", data.count(.inUse)),
            ("gone", "Deregistered", data.gone.count),
            ("gone_in_use", "Deregistered, and still used", data.broken.count),
            ("unknown", "Not known well enough", data.count(.unknown)),
            ("clear", "Clear", data.count(.clear)),
            ("stale", "Stale", data.stale.count),
            ("accounts", "Accounts", data.accounts.count),
            ("unknown_accounts", "Accounts not known well", data.unknownAccounts.count),
        ]
        return CommandOutput(
            document: .mapping(
                [.init("file", .string(path))] + counts.map { .init($0.0, .integer($0.2)) }
                    + [.init("omissions", .sequence(data.omissions.map(YAMLValue.string)))]
            ),
            [.facts([("File", .init(path, .strong))] + counts.map { (name: $0.1, value: .init(count: $0.2)) })]
        )
    }
}
