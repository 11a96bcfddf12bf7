import AWSServices
import Governance

extension Command {
    private static let account = Positional("account", "the account that is gone, 12 digits")
    private static let noDryRun = CommandOption("no-dry-run", .flag, "delete; without it nothing is changed")
    private static let force = CommandOption(
        "force",
        .flag,
        "delete though the account's usage tracker was heard of lately, or it is not known when: it was removed since"
    )

    /// `forget <account>`: what the usage table has of an account that is gone.
    static let forget = Command(
        "forget",
        summary: "delete what is recorded of the use by an account that is gone; a dry run unless told otherwise",
        details: [
            "Only an account's own usage tracker deletes its rows. Once the tracker was removed, or the account closed, they"
                + " stay: the images that they name are in use for ever, the guard protects them, and their loss is told to"
                + " an owner who is gone.",
            "Deletes all that the usage table has of the account: the rows of what uses images, also those that cannot be"
                + " read, and its coverage, what the tracker noted of its sweeps and events, of whatever region. Each region's"
                + " deployment has a table of its own. Shares and alerts stay: take the images from the account as well.",
            "An account whose tracker was heard of within the last \(CoverageEntry.defaultDepartedAfterDays) days is refused,"
                + " unless --force is given: a tracker that is at work writes its rows anew with its next sweep, and until"
                + " then they are missing. What is written while they are deleted is kept. To do it again does what is left.",
            "Exit status 0: everything is deleted, or would be. 1: it is refused, or something was kept.",
        ],
        positionals: [account],
        options: [noDryRun, force] + TableOptions.all,
        examples: [
            .init("forget 222222222222", "show what would be deleted"),
            .init("forget 222222222222 --no-dry-run", "delete it"),
        ],
        run: { context in
            let arguments = context.arguments
            let account: AccountID = try arguments.identifier(try arguments.required(account), "<account>")
            let client = try context.aws.client()
            let region = try context.region(of: client)
            let tables = arguments.tables(DynamoDB(client))
            let console = context.console
            let contents = try await tables.contents(of: account) { console.progress("reading usage:", $0) }
            context.warn(contents.unreadable)
            var answer = ForgetAnswer(
                contents: contents,
                region: region,
                table: tables.usageTable,
                departedAfterDays: CoverageEntry.defaultDepartedAfterDays,
                now: context.now()
            )
            let isForced = arguments.isSet(force)
            if let doubt = answer.doubt {
                console.note("\(isForced ? "warning" : "error"): \(doubt)", .bad)
            }
            let isRefused = answer.doubt != nil && !isForced
            guard arguments.isSet(noDryRun) else {
                try context.show(answer.output)
                return isRefused ? .failure : .success
            }
            guard !isRefused else {
                console.note("nothing was deleted; --force does it nevertheless", .strong)
                return .failure
            }
            var deleted = 0
            do {
                if contents.itemCount > 0 { console.note("deleting of account \(account): \(answer.what)") }
                answer.result = try await tables.forget(contents) {
                    deleted = $0
                    console.progress("deleting", $0, of: contents.itemCount)
                }
            } catch {
                let all = Counted.text(contents.itemCount, "item")
                console.note("at least \(deleted) of \(all) deleted; to do it again deletes the rest", .warning)
                throw error
            }
            try context.show(answer.output)
            return answer.result?.kept == 0 ? .success : .failure
        }
    )
}
