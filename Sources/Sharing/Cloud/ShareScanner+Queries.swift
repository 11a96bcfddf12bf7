import AWSClient
import AWSServices
import Governance

/// The questions that a scan asks.
extension ShareScanner {
    func launchPermissionQueries(_ images: [SourceImage]) -> [Query] {
        images.map { [cloud] image in
            Query(account: cloud.source, region: image.region) { () throws(AWSError) in
                .launchPermissions(image.key, try await cloud.launchPermissions(of: image.id, in: image.region))
            }
        }
    }

    func volumePermissionQueries(_ scope: Scope) -> [Query] {
        guard scope.includesSnapshots else { return [] }
        let cloud = cloud
        var queries: [Query] = []
        var seen: Set<RegionalID> = []
        for (image, target) in scope.shares {
            guard case .account = target.principal else { continue }
            for snapshot in image.snapshots {
                let key = RegionalID(region: image.region, id: snapshot.text)
                guard seen.insert(key).inserted else { continue }
                queries.append(
                    Query(account: cloud.source, region: key.region, optional: scope.snapshotsUnseen) {
                        () throws(AWSError) in
                        do throws(AWSError) {
                            return .volumePermissions(
                                key,
                                try await cloud.volumePermissions(of: snapshot, in: key.region)
                            )
                        } catch {
                            guard error.code == "InvalidSnapshot.NotFound" else { throw error }
                            return .volumePermissions(key, [])
                        }
                    }
                )
            }
        }
        return queries
    }

    /// The keys of the images' snapshots.
    func snapshotQueries(_ images: [SourceImage]) -> [Query] {
        Dictionary(grouping: images, by: \.region).map { [cloud] region, images in
            let ids = Set(images.flatMap { $0.snapshots.map(\.text) })
            return Query(account: cloud.source, region: region) { () throws(AWSError) in
                let found = try await cloud.ec2(cloud.source, region).snapshots(ids: Array(ids))
                var keys: [RegionalID: String] = [:]
                for snapshot in found.values where snapshot.isEncrypted {
                    keys[RegionalID(region: region, id: snapshot.snapshotID)] = snapshot.kmsKeyID
                }
                return .keys(keys)
            }
        }
    }

    /// What target accounts see of images and snapshots.
    func tagQueries(_ scope: Scope) -> [Query] {
        struct Place: Hashable {
            let account: AccountID
            let region: Region
        }
        var images: [Place: Set<String>] = [:]
        var snapshots: [Place: Set<String>] = [:]
        for (image, target) in scope.shares {
            guard let account = target.account else { continue }
            let place = Place(account: account.id, region: image.region)
            images[place, default: []].insert(image.id.text)
            if scope.includesSnapshots { snapshots[place, default: []].formUnion(image.snapshots.map(\.text)) }
        }
        let cloud = cloud
        func queries(
            _ ids: [Place: Set<String>],
            _ tags: @escaping @Sendable (EC2, [String]) async throws(AWSError) -> [String: [String: String]]
        ) -> [Query] {
            ids.filter { !$0.value.isEmpty }.map { place, ids in
                Query(account: place.account, region: place.region) { () throws(AWSError) in
                    let found = try await tags(cloud.ec2(place.account, place.region), Array(ids))
                    let entries = found.map { (RegionalID(region: place.region, id: $0.key), $0.value) }
                    return .tags(place.account, Dictionary(entries) { first, _ in first })
                }
            }
        }
        return queries(images) { ec2, ids throws(AWSError) in
            try await ec2.images(ids: ids).mapValues(\.tags)
        }
            + queries(snapshots) { ec2, ids throws(AWSError) in
                try await ec2.snapshots(ids: ids).mapValues(\.tags)
            }
    }

    /// Who manages keys, and which of them have grants.
    func keyQueries(_ scope: Scope, _ keys: [RegionalID: String]) -> [Query] {
        let cloud = cloud
        var described: [String: Region] = [:]
        var grants = scope.grants
        for (image, target) in scope.shares {
            for key in image.snapshotKeys.compactMap({ keys[$0] }) {
                if scope.describesKeys { described[key] = image.region }
                guard target.grantsKeys, case .account(let account) = target.principal else { continue }
                grants[image.region, default: []].insert(.init(key: key, account: account))
            }
        }
        let keyQueries = described.map { key, region in
            Query(account: cloud.source, region: region) { () throws(AWSError) in
                do throws(AWSError) {
                    return .key(key, try await cloud.kms(region).key(key).manager == "AWS" ? .aws : .account)
                } catch {
                    guard Self.isFinding(error) else { throw error }
                    return .key(key, .unseen(error.code))
                }
            }
        }
        let grantQueries = grants.flatMap { region, grants in
            grants.map { grant in
                Query(account: cloud.source, region: region, optional: scope.keysUnseen) { () throws(AWSError) in
                    do throws(AWSError) {
                        let isThere = try await cloud.hasGrant(of: grant.key, in: region, for: grant.account)
                        return .grant(grant, isThere: isThere)
                    } catch {
                        // A key that is gone has no grants.
                        if error.code == "NotFoundException" { return .grant(grant, isThere: false) }
                        guard scope.keysUnseen == nil, Self.isFinding(error) else { throw error }
                        return .unseenGrants(grant.key, error.code)
                    }
                }
            }
        }
        return keyQueries + grantQueries
    }

    /// Whether an error says something of one key, and nothing of the others.
    private static func isFinding(_ error: AWSError) -> Bool {
        isRefusal(error) || ["NotFoundException", "InvalidArnException"].contains(error.code)
    }
}

extension ShareScanner.Scope {
    fileprivate var snapshotsUnseen: String? {
        allowsRefusals ? "whether snapshots are shared cannot be seen; those that are stay so" : nil
    }

    fileprivate var keysUnseen: String? {
        allowsRefusals ? "whether there are grants for keys cannot be seen; those that are stay so" : nil
    }
}
