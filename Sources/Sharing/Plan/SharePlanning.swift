import AWSClient
import Governance

/// Makes a plan from a manifest: looks at what is there and decides what is to be done.
public struct SharePlanning: Sendable {
    let manifest: ShareManifest
    private let file: String
    private let sharesSnapshots: Bool

    /// - Parameter file: The manifest's name, for the plan.
    public init(_ manifest: ShareManifest, file: String, sharesSnapshots: Bool) {
        self.manifest = manifest
        self.file = file
        self.sharesSnapshots = sharesSnapshots
    }

    /// - Throws: ``ShareScanner/Failures``, or `AWSError` where the task was cancelled.
    public func plan(_ scanner: ShareScanner, at now: Timestamp) async throws -> SharePlan {
        let images = try await scanner.images(in: manifest.regions)
        let (wishes, empty) = manifest.wishes(from: images, at: now)
        let observed = try await scanner.observe(scope(of: wishes))
        return plan(wishes, empty, images: images, observed: observed, at: now)
    }

    func scope(of wishes: [Wish]) -> ShareScanner.Scope {
        let partition = manifest.partition
        return ShareScanner.Scope(
            shares: wishes.map { ($0.image, SharePlan.Target($0.target, partition: partition)) },
            includesSnapshots: sharesSnapshots
        )
    }

    func plan(
        _ wishes: [Wish],
        _ empty: [ShareManifest.EmptyGroup],
        images: [Region: [SourceImage]],
        observed: Observation,
        at now: Timestamp
    ) -> SharePlan {
        let decided = SharePlanner(source: manifest.source, sharesSnapshots: sharesSnapshots).plan(wishes, observed)
        var labels: [SourceImage: [String]] = [:]
        for wish in wishes { labels[wish.image, default: []].append(wish.target.label) }
        var digest = InputDigest()
        for (_, images) in images.sorted(by: { $0.key < $1.key }) {
            digest.add(images.sorted { $0.id < $1.id }) { $0.add($1) }
        }
        digest.add(observed)
        return SharePlan(
            kind: .share,
            made: Timestamp(seconds: now.seconds),
            inputs: SharePlan.Inputs(
                manifest: file,
                manifestDigest: manifest.digest,
                observedDigest: digest.hex,
                imageCount: images.values.reduce(0) { $0 + $1.count }
            ),
            sharesSnapshots: sharesSnapshots,
            source: manifest.planSource,
            postShareTags: manifest.source.postShareTags,
            targets: manifest.planTargets,
            images: labels.map { image, labels in
                let leftOut = decided.leftOut[image.key] ?? []
                return SharePlan.Image(
                    image,
                    keys: observed.keys(of: image),
                    targets: labels.filter { !leftOut.contains($0) },
                    leftOut: labels.filter(leftOut.contains)
                )
            }
            .sorted { $0.key < $1.key },
            steps: decided.steps,
            notes: empty.map(\.description) + decided.notes,
            problems: decided.problems
        )
    }
}
