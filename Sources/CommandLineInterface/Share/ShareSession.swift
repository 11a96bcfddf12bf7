import AWSClient
import AWSServices
import Governance
import Sharing
import Transport

/// What the commands that share have in common: reading files, entering accounts, looking and applying.
struct ShareSession {
    let context: CommandContext

    var console: Console { context.console }

    // MARK: Files

    /// Reads a manifest, and tells all that is wrong with it.
    func manifest(_ file: String) throws -> ShareManifest {
        let environment = context.environment
        let bytes = try InputFile.read(file)
        return try telling { () throws(ManifestFaults) in
            try ShareManifest(bytes, file: file) { environment.value(of: $0) }
        }
    }

    /// Reads a plan, and tells where it is not one.
    func plan(_ file: String) throws -> SharePlan {
        let bytes = try InputFile.read(file)
        return try telling { () throws(ManifestFaults) in try SharePlan(bytes, file: file) }
    }

    /// The faults of a file, one a line, as compilers write them.
    private func telling<Value>(_ body: () throws(ManifestFaults) -> Value) throws -> Value {
        do throws(ManifestFaults) {
            return try body()
        } catch {
            for fault in error.faults { console.note("\(error.file):\(fault.position): error: \(fault.message)", .bad) }
            throw CommandFailure("\(error.file) has \(Counted.text(error.faults.count, "error"))")
        }
    }

    // MARK: Accounts

    /// EC2 throttles changes to a few each second; a person rather waits than reads of it. `AWS_MAX_ATTEMPTS` says otherwise.
    private static let attempts = 8

    /// A client with the program's own credentials, in the region it was given or else in that of the images.
    func base(_ region: Region?) throws -> AWSClient {
        var client = try context.aws.client()
        if client.configuration.maximumAttempts == nil { client = client.with(maximumAttempts: Self.attempts) }
        guard client.configuration.region.isEmpty, let region else { return client }
        return client.with(region: region.text)
    }

    /// The accounts of a manifest.
    ///
    /// - Throws: `CommandFailure` where one is not what the manifest says, each told with its place.
    func enter(_ manifest: ShareManifest, file: String) async throws -> AWSShareCloud {
        let targets = manifest.planTargets.compactMap(\.account)
        let accounts = ShareAccounts(
            source: manifest.planSource,
            targets: targets,
            base: try base(manifest.regions.first)
        )
        console.progress("entering accounts")
        let problems = try await accounts.problems()
        guard !problems.isEmpty else { return accounts.cloud }
        let accesses = [manifest.source.access] + manifest.targets.compactMap(\.access)
        for problem in problems {
            let access = accesses.first { $0.id.value == problem.account }
            let position = problem.field == .alias ? access?.alias?.position : access?.id.position
            let place = position.map { "\(file):\($0): " } ?? ""
            console.note("\(place)error: \(problem.message)", .bad)
        }
        throw CommandFailure("\(Counted.text(problems.count, "account")) cannot be used as \(file) says")
    }

    /// The accounts of a plan. A target that cannot be entered keeps no other from being dealt with.
    ///
    /// - Returns: also, why steps in some accounts cannot be done.
    func enter(_ plan: SharePlan) async throws -> (cloud: AWSShareCloud, closed: [AccountID: String]) {
        let accounts = ShareAccounts(
            source: plan.source,
            targets: plan.targets.compactMap(\.account),
            base: try base(plan.images.first?.region)
        )
        console.progress("entering accounts")
        var closed: [AccountID: String] = [:]
        for problem in try await accounts.problems() {
            if problem.account == plan.source.id { throw CommandFailure(problem.message) }
            console.note("error: \(problem.message)", .bad)
            closed[problem.account] = problem.message
        }
        return (accounts.cloud, closed)
    }

    /// A scanner that tells how far it is.
    func scanner(_ cloud: AWSShareCloud) -> ShareScanner {
        let console = console
        return ShareScanner(cloud) { console.progress($0, $1, of: $2) }
    }

    /// Tells everything that could not be looked at.
    func looking<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let failures as ShareScanner.Failures {
            for message in failures.messages { console.note("error: \(message)", .bad) }
            throw CommandFailure("not everything could be looked at, so there is no plan")
        }
    }

    // MARK: Plans

    func note(_ plan: SharePlan) {
        for note in plan.notes { console.note("note: \(note)", .warning) }
        for problem in plan.problems { console.note("error: \(problem)", .bad) }
    }

    /// Applies a plan and shows what became of it.
    ///
    /// A signal (the cancellation of the task) keeps other steps from being started; those under way are ended, so that it can
    /// be said what was done.
    func apply(_ plan: SharePlan, cloud: AWSShareCloud, closed: [AccountID: String] = [:]) async throws -> ExitStatus {
        let console = console
        let isVerbose = context.arguments.isSet(ShareOptions.verbose)
        let total = plan.steps.count
        let counter = StepCounter()
        let interruption = StopSign()
        @Sendable func tell(_ number: Int, _ step: PlanStep, _ outcome: StepOutcome) {
            let count = counter.next()
            if isVerbose {
                let reason = outcome.reason.map { ": \($0)" } ?? ""
                console.note("step \(number) of \(total): \(step.words(in: plan)): \(outcome.word)\(reason)")
            } else {
                console.progress("applying steps", count, of: total)
            }
        }
        let applier = PlanApplier(
            plan,
            cloud: cloud,
            closed: closed,
            isStopped: { interruption.isUp },
            onStep: tell
        )
        // A task of its own is not cancelled with this one.
        let application = Task(executorPreference: EventLoop.shared) { try await applier.apply() }
        let report = try await withTaskCancellationHandler {
            try await application.value
        } onCancel: {
            interruption.putUp()
            console.note("told to end: steps under way are ended, no other is started", .warning)
        }
        console.endProgress()
        try context.show(ApplyOutput(plan: plan, report: report).output)
        try Task.checkCancellation()
        return report.isComplete && plan.problems.isEmpty ? .success : .failure
    }
}
