import AWSClient
import AWSServices

extension LiveInventory {
    /// 50 groups a page: each can name 20 launch templates.
    func autoScalingGroups(after token: String?) async throws(AWSError) -> InventoryPage {
        let output = try await autoScaling.client.call(
            AutoScaling.DescribeAutoScalingGroups(maximumRecords: 50, startToken: token)
        )
        let groups = output.groups.filter { !$0.isGone }
        let overriding = groups.flatMap { group -> [ResourceSighting] in
            guard let name = AutoScalingGroupName(group.name) else { return [] }
            return group.overridingImages.map { ResourceSighting(.autoScalingGroup(name), of: $0) }
        }
        let versions = try await sightings(of: groups.flatMap(\.launchTemplateUses))
        return InventoryPage(sightings: overriding + versions, nextToken: output.nextToken)
    }

    /// A group that is being deleted is gone.
    func autoScalingGroupPresence(_ resources: [Resource]) async throws(AWSError) -> [Resource: Presence] {
        let found = try await concurrentMap(resources.map(\.id).chunks(of: 50), limit: Self.concurrency) {
            names throws(AWSError) in
            var answers: [(Resource, Presence)] = []
            for try await page in autoScaling.groups(.init(names: names, maximumRecords: 100)) {
                for group in page.groups {
                    guard let resource = Resource(kind: .autoScalingGroup, id: group.name) else { continue }
                    answers.append((resource, group.isGone ? .gone : .uses(group.overridingImages)))
                }
            }
            return answers
        }
        return Self.presence(of: resources, found: Dictionary(found.joined()) { first, _ in first })
    }

    func launchConfigurations(after token: String?) async throws(AWSError) -> InventoryPage {
        let output = try await autoScaling.client.call(
            AutoScaling.DescribeLaunchConfigurations(maximumRecords: 100, startToken: token)
        )
        let sightings = output.launchConfigurations.compactMap { configuration -> ResourceSighting? in
            guard let name = LaunchConfigurationName(configuration.name), let image = configuration.image
            else { return nil }
            return ResourceSighting(.launchConfiguration(name), of: image)
        }
        return InventoryPage(sightings: sightings, nextToken: output.nextToken)
    }

    func launchConfigurationPresence(_ resources: [Resource]) async throws(AWSError) -> [Resource: Presence] {
        let found = try await concurrentMap(resources.map(\.id).chunks(of: 50), limit: Self.concurrency) {
            names throws(AWSError) in
            var answers: [(Resource, Presence)] = []
            for try await page in autoScaling.launchConfigurations(.init(names: names, maximumRecords: 100)) {
                for configuration in page.launchConfigurations {
                    guard let resource = Resource(kind: .launchConfiguration, id: configuration.name) else { continue }
                    answers.append((resource, .uses(configuration.image.map { [$0] } ?? [])))
                }
            }
            return answers
        }
        return Self.presence(of: resources, found: Dictionary(found.joined()) { first, _ in first })
    }
}

extension AutoScaling.Group {
    /// The status is there only while a group is being deleted, which no call can stop.
    fileprivate var isGone: Bool { status != nil }

    fileprivate var overridingImages: [ImageReference] {
        let images = mixedInstancesPolicy?.overrides.compactMap(\.imageID) ?? []
        return images.compactMap { ImageReference(launched: $0) }.unique()
    }

    /// The group's own launch template, that of its mixed instances policy, and those of the policy's overrides.
    fileprivate var launchTemplateUses: [LaunchTemplateUse] {
        let overrides = mixedInstancesPolicy?.overrides.map(\.launchTemplate) ?? []
        let specifications = [launchTemplate, mixedInstancesPolicy?.launchTemplate] + overrides
        return specifications.compactMap { LaunchTemplateUse($0) }
    }
}

extension AutoScaling.LaunchConfiguration {
    fileprivate var image: ImageReference? { imageID.flatMap { ImageReference(launched: $0) } }
}
