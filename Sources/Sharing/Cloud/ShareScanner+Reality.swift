import AWSClient
import AWSServices
import Governance
import Synchronization

/// Looking at everything that is shared, whoever it is shared with.
extension ShareScanner {
    /// How things stand in the source account.
    ///
    /// - Parameters:
    ///   - regions: Have to be seen.
    ///   - others: Need not be seen: a role may be confined to the first.
    /// - Throws: ``Failures``, or `AWSError` where the task was cancelled.
    public func reality(in regions: [Region], others: [Region] = []) async throws -> SharedReality {
        var reality = SharedReality()
        reality.images = try await images(in: regions)
        var closed: [String: [Region]] = [:]
        for answer in try await answers(to: others.map(openImagesQuery), "looking at other regions") {
            switch answer {
            case .images(let region, let images): reality.images[region] = images
            case .closedRegion(let region, let error): closed[error, default: []].append(region)
            default: break
            }
        }
        for (error, regions) in closed.sorted(by: { $0.key < $1.key }) {
            let names = regions.sorted().map(\.text).joined(separator: ", ")
            reality.unseen.append("what is shared in \(names) cannot be seen (\(error))")
        }
        let images = reality.images.values.joined().sorted { $0.key < $1.key }
        let refused = RefusedPlaces()
        let own = Set(regions)
        let queries =
            launchPermissionQueries(images).map { query in
                own.contains(query.region)
                    ? query : query.permitted("whether images are shared in \(query.region) cannot be seen", refused)
            }
            + holderQueries(images).map { query in
                query.permitted("whether snapshots are shared in \(query.region) cannot be seen", refused)
            }
            + snapshotQueries(images.filter(\.hasEncryptedSnapshots)).map { query in
                own.contains(query.region)
                    ? query : query.permitted("keys of snapshots in \(query.region) cannot be seen", refused)
            }
        var unseen: Set<String> = []
        for answer in try await answers(to: queries, "looking at what is shared") {
            switch answer {
            case .launchPermissions(let id, let principals): reality.launchPermissions[id] = principals
            case .holders(let id, let principals): reality.volumePermissions[id] = principals
            case .keys(let keys): reality.keys.merge(keys) { _, new in new }
            case .refused(let what): unseen.insert(what)
            default: break
            }
        }
        for answer in try await answers(to: grantQueries(reality.keys), "looking at keys") {
            switch answer {
            case .grants(let grants): reality.grants.formUnion(grants)
            case .refused(let what): unseen.insert(what)
            default: break
            }
        }
        reality.unseen += unseen.sorted()
        return reality
    }

    private func openImagesQuery(_ region: Region) -> Query {
        Query(account: cloud.source, region: region) { () throws(AWSError) in
            do throws(AWSError) {
                return .images(region, try await availableImages(in: region))
            } catch {
                // A region that the account has not enabled takes no credentials of it.
                let isClosed = Self.isRefusal(error) || ["AuthFailure", "OptInRequired"].contains(error.code)
                guard isClosed else { throw error }
                return .closedRegion(region, error.code)
            }
        }
    }

    private func holderQueries(_ images: [SourceImage]) -> [Query] {
        var seen: Set<RegionalID> = []
        return images.flatMap { image in
            image.snapshots.compactMap { snapshot in
                let key = RegionalID(region: image.region, id: snapshot.text)
                guard seen.insert(key).inserted else { return nil }
                return Query(account: cloud.source, region: key.region) { [cloud] () throws(AWSError) in
                    .holders(key, try await cloud.volumeHolders(of: snapshot, in: key.region))
                }
            }
        }
    }

    private func grantQueries(_ keys: [RegionalID: String]) -> [Query] {
        var regions: [String: Region] = [:]
        for (snapshot, key) in keys { regions[key] = snapshot.region }
        return regions.sorted { $0.key < $1.key }.map { [cloud] key, region in
            let unseen = "which grants there are for the key \(key) cannot be seen"
            return Query(account: cloud.source, region: region, optional: unseen) { () throws(AWSError) in
                do throws(AWSError) {
                    let accounts = try await cloud.grantHolders(of: key, in: region)
                    return .grants(Set(accounts.map { .init(region: region, key: key, account: $0) }))
                } catch {
                    guard error.code == "NotFoundException" else { throw error }
                    return .grants([])
                }
            }
        }
    }
}

/// Places where a question was refused: to ask it again for each of thousands of resources would tell nothing new.
private final class RefusedPlaces: Sendable {
    private let places = Mutex<[String: String]>([:])

    func code(of what: String) -> String? { places.withLock { $0[what] } }

    func add(_ what: String, _ code: String) { places.withLock { $0[what] = code } }
}

extension ShareScanner.Query {
    /// The same question as one that may be refused; where it was, it is asked no more.
    fileprivate func permitted(_ what: String, _ refused: RefusedPlaces) -> Self {
        Self(account: account, region: region) { [ask] () throws(AWSError) in
            if let code = refused.code(of: what) { return .refused("\(what) (\(code))") }
            do throws(AWSError) {
                return try await ask()
            } catch {
                guard ShareScanner.isRefusal(error) else { throw error }
                refused.add(what, error.code)
                return .refused("\(what) (\(error.code))")
            }
        }
    }
}
