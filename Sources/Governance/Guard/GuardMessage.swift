import LambdaRuntime

/// What a run of the guard came to, as JSON: images by id, at most 1,000 of each list; counts are whole.
struct GuardMessage: Encodable {
    private static let maximumListed = 1000

    let scope: String
    let images: Int
    let given: [ImageID]
    let givenCount: Int
    let taken: [ImageID]
    let takenCount: Int
    let left: [ImageID]
    let leftCount: Int
    /// Whether every image was looked at; else the next run goes on.
    let complete: Bool

    init(_ scope: GuardScope, _ report: GuardReport = GuardReport()) {
        self.scope = scope.name
        images = report.images
        given = Array(report.given.prefix(Self.maximumListed))
        givenCount = report.given.count
        taken = Array(report.taken.prefix(Self.maximumListed))
        takenCount = report.taken.count
        left = Array(report.left.prefix(Self.maximumListed))
        leftCount = report.left.count
        complete = report.isComplete
    }
}

/// The guard could not do to these images what it should; it looked at all the others. The next run tries again.
public struct UnguardedImages: LambdaError {
    let failures: [GuardReport.Failure]

    public var errorMessage: String {
        let images = failures.prefix(20).map { "\($0.image): \($0.reason)" }.joined(separator: "; ")
        let rest = failures.count > 20 ? "; and \(failures.count - 20) more" : ""
        return "not every image could be guarded: \(images)\(rest)"
    }
}
