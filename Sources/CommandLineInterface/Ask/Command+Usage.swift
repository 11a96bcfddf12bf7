import AWSClient
import AWSServices
import Governance
import YAML

extension Command {
    private static let image = Positional("image", "the image, ami-…")

    /// `usage <ami>`: every account and resource that uses it.
    static let usage = Command(
        "usage",
        summary: "list every account and resource that uses an image",
        details: [
            "Accounts that have or had the image are listed even if they are not known to use it, with what that is worth: an"
                + " account that was never looked through may use it all the same. So is the account itself, whose image it"
                + " is.",
            "Only the tables are asked. Where they cannot name all who may have the image, every account with a usage tracker"
                + " is listed. A share that no event told of is recorded once it is found, within a day; amictl check asks EC2.",
        ],
        positionals: [image],
        options: [CoverageOptions.maximumSweepAge] + TableOptions.all,
        examples: [
            .init("usage ami-0abcdef1234567890", "who breaks when it goes"),
            .init("usage ami-0abcdef1234567890 --output json", "the same for a program"),
        ],
        run: { context in
            let arguments = context.arguments
            let image = try arguments.image(try arguments.required(image), "<image>")
            let maximumAge = try arguments.maximumSweepAge()
            let client = try context.aws.client()
            let region = try context.region(of: client)
            let tables = arguments.tables(DynamoDB(client))
            async let contents = tables.shares(of: image)
            async let coverage = tables.coverage(in: region)
            async let owner = STS(client).callerAccount()
            var rows: [UsageRow] = []
            let unreadable = try await tables.forEachUsage(of: image) { row in
                rows.append(row)
                context.console.progress("reading usage:", rows.count)
            }
            let answer = UsageAnswer(
                image: image,
                owner: try await owner,
                region: region,
                contents: try await contents,
                rows: rows,
                coverage: try await coverage,
                unreadableRows: unreadable.count,
                now: context.now(),
                maximumSweepAgeHours: maximumAge
            )
            context.warn(unreadable + answer.contents.unreadable)
            try context.show(answer.output)
            return .success
        }
    )
}

extension STS {
    /// The account that is asking, whose the tables and the images are; nil where STS does not tell.
    ///
    /// - Throws: `AWSError` where the question was called off.
    fileprivate func callerAccount() async throws(AWSError) -> AccountID? {
        do throws(AWSError) {
            return AccountID(try await callerIdentity().account)
        } catch {
            if error.kind == .cancelled { throw error }
            return nil
        }
    }
}
