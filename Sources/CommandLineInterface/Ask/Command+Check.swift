import AWSClient
import AWSServices
import Governance
import LambdaRuntime
import YAML

extension Command {
    private static let image = Positional("image", "the image, ami-…")
    private static let account = CommandOption(
        "account",
        .many("id"),
        "only the use by this account: may the image be taken from it? May be repeated"
    )
    private static let tablesOnly = CommandOption(
        "no-ec2",
        .flag,
        "do not ask EC2 for its own count of uses, which takes it some minutes"
    )
    private static let wait = CommandOption(
        "wait",
        .single("seconds"),
        "how long to wait for EC2's own count, 10 to 3600; 600 by default; what EC2 has by then is left for the next check"
    )

    /// `check <ami>`: may it be unshared or deregistered?
    static let check = Command(
        "check",
        summary: "say whether an image may be unshared or deregistered",
        details: [
            "Exit status 0: yes, nothing uses it, and that is known well. 3: it is in use. 4: no use is known, but not well"
                + " enough to rely on; the reasons are listed.",
            "EC2 is asked, too: whom the image is shared with, how many resources of all accounts use it (an image usage"
                + " report, which is deleted once it is read), and what in this account refers to it. Where that differs from"
                + " the tables, it is said; so is what EC2 refuses to tell.",
        ],
        positionals: [image],
        options: [account, tablesOnly, wait, CoverageOptions.maximumSweepAge] + TableOptions.all,
        examples: [
            .init("check $ami && aws ec2 deregister-image --image-id $ami", "in a pipeline"),
            .init("check ami-0abcdef1234567890 --account 222222222222", "may it be taken from that account?"),
        ],
        run: { context in
            let arguments = context.arguments
            let image = try arguments.image(try arguments.required(image), "<image>")
            let accounts = try arguments.all(account).map { text throws -> AccountID in
                try arguments.identifier(text, "--account")
            }
            let seconds = try arguments.wholeNumber(wait, in: 10...3600, otherwise: 600)
            let checker = CheckRunner(
                context: context,
                client: try context.aws.client(),
                question: CheckQuestion(
                    image: image,
                    accounts: accounts.isEmpty ? nil : accounts,
                    asksOwnerView: !arguments.isSet(tablesOnly)
                ),
                maximumSweepAgeHours: try arguments.maximumSweepAge()
            )
            let outcome = try await AWSClient.$deadline.withValue(.now + .seconds(seconds)) {
                try await checker.run()
            }
            try context.show(outcome.output(at: context.now()))
            switch outcome.outcome {
            case .clear: return .success
            case .inUse: return .inUse
            case .unknown: return .unknown
            }
        }
    )
}

/// Asks the tables and EC2 about one image.
struct CheckRunner: Sendable {
    let context: CommandContext
    let client: AWSClient
    let question: CheckQuestion
    let maximumSweepAgeHours: Int64

    func run() async throws -> CheckOutcome {
        let region = try context.region(of: client)
        let owner = AccountID(try await STS(client).callerIdentity().account)
        let tables = context.arguments.tables(DynamoDB(client))
        let host = AWSPartition(region: region.text).consoleURL(region: region.text) ?? "https://console.aws.amazon.com"
        let check = ImageCheck(
            client,
            sharesTable: tables.sharesTable,
            usageTable: tables.usageTable,
            index: tables.imageIndex,
            region: region,
            owner: owner,
            maximumSweepAgeHours: maximumSweepAgeHours,
            links: ConsoleLinks(host: String(host.dropFirst("https://".count)), region: region),
            effects: effects
        )
        context.console.progress("asking the tables and EC2")
        async let references = references(ofOwner: owner)
        // What keeps EC2 from answering is in the answer.
        let result = try await check.answer(question, logger: Logger(level: .fatal))
        // To be called off is none of EC2's reasons.
        try Task.checkCancellation()
        return CheckOutcome(question: question, owner: owner, result: result, references: try await references)
    }

    /// The pauses between looks at EC2's report tell how long it has been.
    private var effects: AWSEffects {
        var effects = client.effects
        let (console, sleep, started) = (context.console, effects.sleep, effects.instant())
        effects.sleep = { pause in
            let seconds = (ContinuousClock.now - started).components.seconds
            console.progress("waiting for EC2 to count what uses the image: \(seconds) s")
            try await sleep(pause)
        }
        return effects
    }

    /// What in the owner's account refers to the image, by EC2's word.
    private func references(ofOwner owner: AccountID?) async throws -> CheckOutcome.References {
        guard question.asksOwnerView else { return .notAsked }
        // EC2 tells of the caller's account alone.
        if let accounts = question.accounts, owner.map({ !accounts.contains($0) }) ?? true { return .notAsked }
        do throws(AWSError) {
            var found: [EC2.ImageReference] = []
            let input = EC2.DescribeImageReferences(
                imageIDs: [question.image.text],
                includesAllResourceTypes: true,
                resourceTypes: [.init("ec2:LaunchTemplate", options: [.init("version-depth", ["10000"])])]
            )
            for try await page in EC2(client).imageReferences(input) { found += page.references }
            return .found(found.sorted { ($0.resourceType, $0.arn) < ($1.resourceType, $1.arn) })
        } catch {
            if error.kind == .cancelled { throw error }
            return .notAvailable(reason: "\(error.operation): \(error.code)")
        }
    }
}
