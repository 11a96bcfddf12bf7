import AWSClient
import Governance
import Sharing
import YAML

extension Command {
    /// `share`: the one-step form.
    static let share = Command(
        "share",
        summary: "share images as a manifest says, in one step; a dry run unless told otherwise",
        details: [
            "Makes the plan, writes it with --plan, and, with --no-dry-run, applies it. The same as amictl share plan and"
                + " amictl share apply one after the other."
        ],
        options: [
            ShareOptions.manifest, ShareOptions.planFile, ShareOptions.noDryRun, ShareOptions.shareSnapshots,
            ShareOptions.verbose,
        ],
        examples: [
            .init("share -c config.yaml -p plan.yaml", "show what would be done"),
            .init("share -c config.yaml -p plan.yaml --no-dry-run --share-snapshots", "do it, snapshots as well"),
        ],
        run: { context in
            let session = ShareSession(context: context)
            let file = context.arguments[ShareOptions.planFile]
            let (plan, cloud) = try await session.planned(writingTo: file)
            guard context.arguments.isSet(ShareOptions.noDryRun) else {
                try context.show(try PlanOutput(plan: plan, file: file).output())
                return plan.problems.isEmpty ? .success : .failure
            }
            return try await session.apply(plan, cloud: cloud)
        }
    )

    static let sharePlan = Command(
        "share plan",
        summary: "say step by step what sharing as a manifest says would change",
        details: [
            "Enters every account and checks that it is the one that the manifest means, looks at the available images of"
                + " the source account and at what is shared, and changes nothing.",
            "The plan holds everything that will happen, what is there now, and a digest of it all.",
        ],
        options: [
            ShareOptions.manifest, ShareOptions.planOutput, ShareOptions.shareSnapshots,
        ],
        examples: [.init("share plan -c config.yaml -o plan.yaml", "write the plan, to be read and applied")],
        run: { context in
            let file = context.arguments[ShareOptions.planOutput]
            let (plan, _) = try await ShareSession(context: context).planned(writingTo: file)
            try context.show(try PlanOutput(plan: plan, file: file).output())
            return plan.problems.isEmpty ? .success : .failure
        }
    )

    static let shareApply = Command(
        "share apply",
        summary: "do what a plan says, and nothing else",
        details: [
            "What each step touches is read again before: a step is refused where things are neither as they were when the"
                + " plan was made nor as the step wants them. A step that fails keeps no other from being done; to apply"
                + " the plan again does what is left. The exit status is 0 where all is as the plan says.",
            "With --config the plan is refused as a whole where the manifest has changed since, or means other images now.",
        ],
        positionals: [ShareOptions.plan],
        options: [ShareOptions.manifest, ShareOptions.verbose],
        examples: [.init("share apply plan.yaml -v", "apply the plan, telling each step")],
        run: { context in
            let session = ShareSession(context: context)
            let plan = try session.plan(try context.arguments.required(ShareOptions.plan))
            guard plan.kind == .share else {
                throw CommandFailure(
                    "the plan is one that takes back",
                    hint: "amictl share revoke takes back, after asking who uses the images"
                )
            }
            if let file = context.arguments[ShareOptions.manifest] { try await session.compare(plan, with: file) }
            session.note(plan)
            let (cloud, closed) = try await session.enter(plan)
            return try await session.apply(plan, cloud: cloud, closed: closed)
        }
    )

    static let shareDrift = Command(
        "share drift",
        summary: "compare what a manifest wishes with what is shared",
        details: [
            "Tells what is missing, which amictl share plan would do, and what there is though the manifest does not ask for"
                + " it: launch permissions of all images of the source account, whoever has them, in all its regions; tags"
                + " SharedWith-… of nobody who has the image; permissions of the images' snapshots; and grants that sharing"
                + " has made for their keys. What cannot be looked at is told.",
            "The exit status is 0 where there is no difference, and 5 where there is one.",
        ],
        options: [ShareOptions.manifest, ShareOptions.comparedSnapshots, ShareOptions.manifestRegions],
        examples: [.init("share drift -c config.yaml", "what is not as it should be")],
        run: { context in
            let session = ShareSession(context: context)
            let file = try context.arguments.required(ShareOptions.manifest)
            let manifest = try session.manifest(file)
            let cloud = try await session.enter(manifest, file: file)
            let planning = SharePlanning(
                manifest,
                file: file,
                sharesSnapshots: context.arguments.isSet(ShareOptions.comparedSnapshots)
            )
            let (others, unseen) = try await session.otherRegions(manifest, cloud)
            let drift = try await session.looking {
                try await planning.drift(session.scanner(cloud), others: others, at: .now())
            }
            session.note(drift.plan)
            for what in unseen + drift.unseen { context.console.note("note: \(what)", .warning) }
            try context.show(try DriftOutput(drift: drift).output())
            return drift.isNone ? .success : .differs
        }
    )
}

extension ShareSession {
    /// The regions that drift looks at besides those of the manifest, and what is not known of that.
    func otherRegions(_ manifest: ShareManifest, _ cloud: AWSShareCloud) async throws -> ([Region], unseen: [String]) {
        guard !context.arguments.isSet(ShareOptions.manifestRegions), let first = manifest.regions.first else {
            return ([], [])
        }
        console.progress("looking at regions")
        do throws(AWSError) {
            return (try await cloud.enabledRegions(asking: first), [])
        } catch {
            guard ["UnauthorizedOperation", "AccessDenied"].contains(error.code) else { throw error }
            return ([], ["which other regions account \(cloud.source) has cannot be seen (\(error.code))"])
        }
    }

    /// Makes the plan of the manifest that the command line names, and writes it where a file is given.
    func planned(writingTo file: String?) async throws -> (SharePlan, AWSShareCloud) {
        let manifestFile = try context.arguments.required(ShareOptions.manifest)
        let manifest = try manifest(manifestFile)
        if let file { try OutputFile.check(file) }
        let cloud = try await enter(manifest, file: manifestFile)
        let planning = SharePlanning(
            manifest,
            file: manifestFile,
            sharesSnapshots: context.arguments.isSet(ShareOptions.shareSnapshots)
        )
        let plan = try await looking { try await planning.plan(scanner(cloud), at: .now()) }
        note(plan)
        // External ids are no secrets, but nobody else's business.
        if let file { try OutputFile.write(try plan.text(), to: file, isPrivate: true) }
        return (plan, cloud)
    }

    /// Whether a manifest still asks for what a plan does.
    func compare(_ plan: SharePlan, with file: String) async throws {
        let manifest = try manifest(file)
        guard let inputs = plan.inputs, inputs.manifestDigest == manifest.digest else {
            throw CommandFailure(
                "\(file) is not, or no longer, what the plan was made from",
                hint: "make the plan anew"
            )
        }
        let cloud = try await enter(manifest, file: file)
        let images = try await looking { try await scanner(cloud).images(in: manifest.regions) }
        var wanted: [RegionalID: Set<String>] = [:]
        // Ages count from when the plan was made.
        for wish in manifest.wishes(from: images, at: plan.made).wishes {
            wanted[wish.image.key, default: []].insert(wish.target.label)
        }
        let planned = Dictionary(plan.images.map { ($0.key, Set($0.targets + $0.leftOut)) }) { first, _ in first }
        guard wanted != planned else { return }
        let changed = Set(wanted.keys).union(planned.keys).filter { wanted[$0] != planned[$0] }.sorted()
        let names = changed.prefix(5).map(\.id).joined(separator: ", ")
        let more = changed.count > 5 ? " and \(changed.count - 5) more" : ""
        throw CommandFailure(
            "\(file) means other images than when the plan was made: \(names)\(more)",
            hint: "make the plan anew"
        )
    }
}
