import AWSClient
import AWSServices

extension LiveInventory {
    /// One cluster at a time, and of that up to 50 node groups.
    private struct NodeGroupToken: InventoryToken {
        /// Whose further node groups follow; nil where the next cluster follows.
        var cluster: String?
        /// Of the node groups.
        var nodeGroups: String?
        /// Of the clusters after this one.
        var clusters: String?
    }

    func nodeGroups(after token: String?) async throws(AWSError) -> InventoryPage {
        var place = try token.map { token throws(AWSError) in try NodeGroupToken(token) } ?? NodeGroupToken()
        if place.cluster == nil {
            let output = try await eks.client.call(EKS.ListClusters(maximumResults: 1, startToken: place.clusters))
            place = NodeGroupToken(cluster: output.clusters.first, clusters: EKS.ListClusters.nextToken(of: output))
        }
        var uses: [LaunchTemplateUse] = []
        var leftOut: [String] = []
        if let cluster = place.cluster {
            let after = place.nodeGroups
            let names = try await unlessRefused { () throws(AWSError) in
                try await nodeGroupNames(of: cluster, after: after)
            }
            if names == nil { leftOut = ["the node groups of \(cluster)"] }
            place.nodeGroups = names?.next
            let groups = names?.names ?? []
            // A use, none, or not known.
            let found = try await concurrentMap(groups, limit: Self.concurrency) {
                name throws(AWSError) -> [LaunchTemplateUse]? in
                try await unlessRefused { () throws(AWSError) in
                    try await launchTemplateUse(cluster: cluster, nodeGroup: name).map { [$0] } ?? []
                }
            }
            uses = found.compactMap { $0 }.flatMap { $0 }
            leftOut += zip(groups, found).compactMap { $1 == nil ? "\(cluster)/\($0)" : nil }
        }
        if place.nodeGroups == nil { place.cluster = nil }
        let isLast = place.cluster == nil && place.clusters == nil
        return InventoryPage(
            sightings: try await sightings(of: uses),
            nextToken: isLast ? nil : try place.text,
            leftOut: leftOut
        )
    }

    private func nodeGroupNames(
        of cluster: String,
        after token: String?
    ) async throws(AWSError) -> (names: [String], next: String?) {
        do throws(AWSError) {
            let input = EKS.ListNodegroups(cluster: cluster, maximumResults: 50, startToken: token)
            let output = try await eks.client.call(input)
            return (output.nodeGroups, EKS.ListNodegroups.nextToken(of: output))
        } catch {
            // Deleted since it was listed.
            if error.code == "ResourceNotFoundException" { return ([], nil) }
            throw error
        }
    }

    /// The launch template that a node group was made with. EKS launches from a copy of it, which is in a group of Auto
    /// Scaling like any other; it makes new copies of the version named here.
    private func launchTemplateUse(cluster: String, nodeGroup: String) async throws(AWSError) -> LaunchTemplateUse? {
        do throws(AWSError) {
            let group = try await eks.nodeGroup(cluster: cluster, name: nodeGroup)
            guard group.status != "DELETING", let template = group.launchTemplate else { return nil }
            return LaunchTemplateUse(id: template.id, name: template.name, version: template.version)
        } catch {
            if error.code == "ResourceNotFoundException" { return nil }
            throw error
        }
    }
}
