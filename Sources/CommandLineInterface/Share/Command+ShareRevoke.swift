import AWSClient
import AWSServices
import Governance
import Sharing

extension Command {
    static let shareRevoke = Command(
        "share revoke",
        summary: "take shares back: those of a plan, or of single images",
        details: [
            "Takes back launch permissions, permissions of snapshots, grants, the tag SharedWith-…, copies of tags in the"
                + " target accounts, and, with the last that has the image, the post-share tags.",
            "First it asks the tables of AMI Steward in the source account whether a target still uses the image. If one"
                + " does, nothing is done and the exit status is 3, unless --force is given; where that cannot be asked,"
                + " since the tables cannot be read or are not there, it is 4. What is not known is told.",
            "With --ami, a manifest given by --config tells how the accounts are entered and called; without one, the"
                + " images are those of the caller's own account in --region, and tags in other accounts stay.",
        ],
        positionals: [ShareOptions.optionalPlan],
        options: [
            ShareOptions.image, ShareOptions.account, ShareOptions.manifest, ShareOptions.dryRun, ShareOptions.force,
            ShareOptions.verbose,
        ] + TableOptions.all,
        examples: [
            .init("share revoke plan.yaml", "take back what the plan shared"),
            .init("share revoke --ami ami-0abcdef1234567890 -c config.yaml", "take the image from everybody"),
        ],
        run: { context in
            let session = ShareSession(context: context)
            let (plan, cloud, closed) = try await session.revocation()
            session.note(plan)
            let status = try await session.checkUse(plan, cloud)
            if context.arguments.isSet(ShareOptions.dryRun) {
                try context.show(try PlanOutput(plan: plan, file: nil).output())
                return status
            }
            guard status == .success || context.arguments.isSet(ShareOptions.force) else { return status }
            return try await session.apply(plan, cloud: cloud, closed: closed)
        }
    )
}

extension ShareSession {
    /// The plan that takes back what the command line names, and the accounts it is for.
    fileprivate func revocation() async throws -> (SharePlan, AWSShareCloud, closed: [AccountID: String]) {
        let images = try context.arguments.all(ShareOptions.image).map { text throws -> ImageID in
            try context.arguments.image(text, "--ami")
        }
        let accounts = try context.arguments.all(ShareOptions.account).map { text throws -> AccountID in
            try context.arguments.identifier(text, "--account")
        }
        if let file = context.arguments[ShareOptions.optionalPlan] {
            guard images.isEmpty, accounts.isEmpty, context.arguments[ShareOptions.manifest] == nil else {
                throw UsageError("--ami, --account and --config do not go together with a plan")
            }
            return try await revocation(of: try plan(file))
        }
        guard !images.isEmpty else { throw UsageError("give a plan, or images by --ami") }
        return try await revocation(of: images, from: accounts.isEmpty ? nil : accounts)
    }

    private func revocation(
        of plan: SharePlan
    ) async throws -> (SharePlan, AWSShareCloud, closed: [AccountID: String]) {
        guard plan.kind == .share else {
            throw CommandFailure("the plan is one that takes back; there is nothing to revoke")
        }
        let (cloud, closed) = try await enter(plan)
        let planning = RevokePlanning(revoking: plan, without: Set(closed.keys))
        let revocation = try await looking { try await planning.plan(scanner(cloud), at: .now()) }
        return (revocation, cloud, closed)
    }

    private func revocation(
        of images: [ImageID],
        from accounts: [AccountID]?
    ) async throws -> (SharePlan, AWSShareCloud, closed: [AccountID: String]) {
        let cloud: AWSShareCloud
        let source: SharePlan.Account
        var manifest: ShareManifest?
        var regions = context.arguments[GlobalOptions.region].flatMap { Region($0) }.map { [$0] }
        if let file = context.arguments[ShareOptions.manifest] {
            let read = try self.manifest(file)
            cloud = try await enter(read, file: file)
            source = read.planSource
            regions = regions ?? read.regions
            manifest = read
        } else {
            let client = try base(nil)
            guard let region = Region(client.configuration.region) else {
                throw UsageError("give the region of the images by --region, or a manifest by --config")
            }
            let caller = try await STS(client).callerIdentity()
            guard let account = AccountID(caller.account) else {
                throw CommandFailure("STS says that the caller's account is \"\(caller.account)\"")
            }
            cloud = AWSShareCloud(source: account, clients: [account: client])
            source = SharePlan.Account(id: account, alias: nil, role: nil, externalID: nil)
            regions = [region]
        }
        let places = try await places(of: images, in: regions ?? [], cloud)
        let planning = RevokePlanning(images: places, from: accounts, source: source, manifest: manifest)
        return (try await looking { try await planning.plan(scanner(cloud), at: .now()) }, cloud, [:])
    }

    /// Each image with the region in which it is.
    private func places(
        of images: [ImageID],
        in regions: [Region],
        _ cloud: AWSShareCloud
    ) async throws -> [RegionalID] {
        var places: [RegionalID] = []
        for region in regions {
            let found = try await cloud.sourceImages(images, in: region)
            places += found.values.map(\.key)
        }
        for image in images where !places.contains(where: { $0.id == image.text }) {
            let names = regions.map(\.text).joined(separator: ", ")
            throw CommandFailure("account \(cloud.source) has no available image \(image) in \(names)")
        }
        return places.sorted()
    }

    // MARK: Use

    /// Tells who still uses what is to be taken back, and what is not known of that.
    fileprivate func checkUse(_ plan: SharePlan, _ cloud: AWSShareCloud) async throws -> ExitStatus {
        console.progress("asking who uses the images")
        let isForced = context.arguments.isSet(ShareOptions.force)
        let isRefused = !isForced && !context.arguments.isSet(ShareOptions.dryRun)
        let usage: ShareUsage
        do throws(AWSError) {
            usage = try await ShareUsage(
                of: plan,
                tables: { region throws(AWSError) in
                    context.arguments.tables(DynamoDB(try cloud.sourceClient(in: region)))
                },
                now: context.now()
            )
        } catch {
            if error.kind == .cancelled { throw error }
            console.note("\(isForced ? "warning" : "error"): who uses the images cannot be asked: \(error)", .bad)
            if isRefused { console.note("nothing was taken back; --force does it nevertheless", .strong) }
            return .unknown
        }
        for use in usage.uses {
            let what = "account \(use.summary.account) uses \(use.image) in \(use.region)"
            console.note("warning: \(what): \(Counted.text(use.summary))", .bad)
        }
        for doubt in usage.doubts { console.note("note: \(doubt): there may be use that is not known", .warning) }
        for region in usage.regionsWithoutTables {
            let tables = context.arguments.tableNames.joined(separator: " and ")
            let reason = "account \(plan.source.id) has no tables \(tables) in \(region)"
            console.note("\(isForced ? "warning" : "error"): who uses the images cannot be asked: \(reason)", .bad)
        }
        guard !usage.uses.isEmpty || !usage.regionsWithoutTables.isEmpty else { return .success }
        if isRefused { console.note("nothing was taken back; --force does it nevertheless", .strong) }
        return usage.uses.isEmpty ? .unknown : .inUse
    }
}
