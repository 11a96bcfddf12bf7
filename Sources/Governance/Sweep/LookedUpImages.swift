import AWSClient
import LambdaRuntime
import Synchronization

/// The image look-up, for one invocation of a sweep: what it has found out is not asked again. An account that has used
/// images of others for years has many that nobody can describe any more.
final class LookedUpImages: ImageResolver {
    private let lookup: ImageLookup
    private let account: AccountID
    private let logger: Logger
    private let others = Mutex<Set<ImageID>>([])

    private static let capacity = 10_000

    init(_ lookup: ImageLookup, account: AccountID, logger: Logger) {
        self.lookup = lookup
        self.account = account
        self.logger = logger
    }

    func images(of references: Set<ImageReference>) async throws -> ResolvedReferences {
        var resolved = ResolvedReferences()
        let names = references.compactMap { reference in
            if case .parameter(let name) = reference { name } else { nil }
        }
        let parameters = try await lookup.parameterValues(Set(names))
        let values = parameters.values
        for reference in references {
            if case .parameter(let name) = reference {
                if parameters.refused.contains(name) { resolved.refused.insert(reference) }
                resolved.images[reference] = values[name].flatMap { ImageID($0) }
                continue
            }
            do {
                resolved.images[reference] = try await lookup.image(reference, logger: logger)
            } catch let error as AWSError where error.isRefusal {
                logger.debug("the reference may not be followed", ["error": "\(error)"])
                resolved.refused.insert(reference)
            }
        }
        return resolved
    }

    func tracked(_ images: Set<ImageID>) async throws -> Set<ImageID> {
        let unknown = others.withLock { images.subtracting($0) }
        let tracked = try await lookup.creatorImages(among: unknown, of: account, logger: logger)
        others.withLock { others in
            if others.count > Self.capacity { others.removeAll() }
            others.formUnion(unknown.subtracting(tracked))
        }
        return tracked
    }
}
