import AWSClient
import AWSServices
import Governance

/// The questions that a scan asks.
extension ShareScanner {
    /// Permissions of images and snapshots, and the keys of snapshots.
    func stateQueries(_ scope: Scope) -> [Query] {
        let cloud = cloud
        var queries: [Query] = []
        var images: Set<RegionalID> = []
        var snapshots: Set<RegionalID> = []
        var encrypted: [Region: Set<String>] = [:]
        for (image, target) in scope.shares {
            let region = image.region
            if images.insert(image.key).inserted {
                queries.append(
                    Query(account: cloud.source, region: region) { () throws(AWSError) in
                        .launchPermissions(image.key, try await cloud.launchPermissions(of: image.id, in: region))
                    }
                )
            }
            if scope.permissionsOnly { continue }
            if target.grantsKeys, image.hasEncryptedSnapshots {
                encrypted[region, default: []].formUnion(image.snapshots.map(\.text))
            }
            guard scope.includesSnapshots, case .account = target.principal else { continue }
            for snapshot in image.snapshots {
                let key = RegionalID(region: region, id: snapshot.text)
                guard snapshots.insert(key).inserted else { continue }
                queries.append(
                    Query(account: cloud.source, region: region, optional: scope.snapshotsUnseen) {
                        () throws(AWSError) in
                        .volumePermissions(key, try await cloud.volumePermissions(of: snapshot, in: region))
                    }
                )
            }
        }
        for (region, ids) in encrypted {
            queries.append(
                Query(account: cloud.source, region: region) { () throws(AWSError) in
                    let found = try await cloud.ec2(cloud.source, region).snapshots(ids: Array(ids))
                    var keys: [RegionalID: String] = [:]
                    for snapshot in found.values where snapshot.isEncrypted {
                        keys[RegionalID(region: region, id: snapshot.snapshotID)] = snapshot.kmsKeyID
                    }
                    return .keys(keys)
                }
            )
        }
        return queries
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

    func keyQueries(_ scope: Scope, _ keys: [RegionalID: String]) -> [Query] {
        let cloud = cloud
        var queries: [Query] = []
        var seen: Set<String> = []
        var grants: Set<Observation.GrantID> = []
        for (image, target) in scope.shares where target.grantsKeys {
            guard case .account(let account) = target.principal else { continue }
            let region = image.region
            for snapshot in image.snapshots {
                guard let key = keys[RegionalID(region: region, id: snapshot.text)] else { continue }
                if seen.insert(key).inserted {
                    queries.append(
                        Query(account: cloud.source, region: region, optional: scope.keysUnseen) {
                            () throws(AWSError) in
                            .key(key, isManagedByAWS: try await cloud.kms(region).key(key).manager == "AWS")
                        }
                    )
                }
                let grant = Observation.GrantID(key: key, account: account)
                guard grants.insert(grant).inserted else { continue }
                queries.append(
                    Query(account: cloud.source, region: region, optional: scope.keysUnseen) { () throws(AWSError) in
                        .grant(grant, isThere: try await cloud.hasGrant(of: key, in: region, for: account))
                    }
                )
            }
        }
        return queries
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
