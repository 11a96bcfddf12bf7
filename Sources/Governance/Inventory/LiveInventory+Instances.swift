import AWSClient
import AWSServices

extension LiveInventory {
    /// Half of what EC2 gives at a time: an instance takes 5 KB of the answer as a rule, and up to 30 KB with 50 tags of the
    /// greatest length, and the answer has its bound in `AWSRequest.defaultMaximumResponseBytes`.
    static let instancePageSize = 500

    private static let launchedStates = ["pending", "running", "stopping", "stopped"]

    func instances(after token: String?) async throws(AWSError) -> InventoryPage {
        let output = try await managedResources.included { isIncluded throws(AWSError) in
            try await ec2.client.call(
                EC2.DescribeInstances(
                    filters: [.init("instance-state-name", Self.launchedStates)],
                    includesManagedResources: isIncluded,
                    maximumResults: Self.instancePageSize,
                    startToken: token
                )
            )
        }
        let sightings = output.reservations.lazy.flatMap(\.instances).compactMap { instance -> ResourceSighting? in
            guard !instance.isGone, let id = InstanceID(instance.instanceID),
                let image = instance.imageID.flatMap({ ImageID($0) })
            else { return nil }
            return ResourceSighting(.instance(id), of: .id(image))
        }
        return InventoryPage(sightings: Array(sightings), nextToken: output.nextToken)
    }

    /// An instance is gone as soon as it is shutting down, from where no way leads back; and when EC2 no longer knows it,
    /// within an hour or so of that. It is asked for by a filter of its id, since one unknown id among those of a request
    /// makes that fail.
    func instancePresence(_ resources: [Resource]) async throws(AWSError) -> [Resource: Presence] {
        // A filter takes 200 values.
        let batches = resources.map(\.id).chunks(of: 200)
        let found = try await concurrentMap(batches, limit: Self.concurrency) { ids throws(AWSError) in
            try await managedResources.included { isIncluded throws(AWSError) in
                try await instances(ids: ids, includingManaged: isIncluded)
            }
        }
        return Self.presence(of: resources, found: Dictionary(found.joined()) { first, _ in first })
    }

    private func instances(ids: [String], includingManaged: Bool) async throws(AWSError) -> [(Resource, Presence)] {
        let input = EC2.DescribeInstances(
            filters: [.init("instance-id", ids)],
            includesManagedResources: includingManaged,
            maximumResults: Self.instancePageSize
        )
        var answers: [(Resource, Presence)] = []
        for try await page in ec2.instances(input) {
            for instance in page.instances {
                guard let resource = Resource(kind: .instance, id: instance.instanceID) else { continue }
                let image = instance.imageID.flatMap { ImageID($0) }
                answers.append((resource, instance.isGone ? .gone : .uses(image.map { [.id($0)] } ?? [])))
            }
        }
        return answers
    }
}

extension EC2.Instance {
    fileprivate var isGone: Bool { state == "terminated" || state == "shutting-down" }
}
