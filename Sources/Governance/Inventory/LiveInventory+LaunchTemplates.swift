import AWSClient
import AWSServices

extension LiveInventory {
    /// The default and the latest version of every launch template, 200 versions a page.
    func launchTemplates(after token: String?) async throws(AWSError) -> InventoryPage {
        let output = try await managedResources.included { isIncluded throws(AWSError) in
            try await ec2.client.call(
                EC2.DescribeLaunchTemplateVersions(
                    versions: ["$Default", "$Latest"],
                    includesManagedResources: isIncluded,
                    maximumResults: 200,
                    startToken: token
                )
            )
        }
        // One version is often both.
        return InventoryPage(sightings: output.versions.compactMap(sighting).unique(), nextToken: output.nextToken)
    }

    /// The versions that are named, with their numbers and images. One that is not there, or has no image, is left out.
    func sightings(of uses: [LaunchTemplateUse]) async throws(AWSError) -> [ResourceSighting] {
        let versions = Dictionary(grouping: uses.unique(), by: \.template).map { ($0.key, $0.value.map(\.version)) }
        let found = try await concurrentMap(versions, limit: Self.concurrency) { entry throws(AWSError) in
            try await describe(entry.0, versions: entry.1)
        }
        return Array(found.joined()).compactMap(sighting).unique()
    }

    func launchTemplateVersionPresence(_ resources: [Resource]) async throws(AWSError) -> [Resource: Presence] {
        var versions: [LaunchTemplateID: [String]] = [:]
        for case .launchTemplateVersion(let template, let version) in resources {
            versions[template, default: []].append(String(version))
        }
        let templates = versions.map { ($0.key, $0.value) }
        let found = try await concurrentMap(templates, limit: Self.concurrency) { entry throws(AWSError) in
            try await describe(.id(entry.0), versions: entry.1)
        }
        var answers: [Resource: Presence] = [:]
        for version in found.joined() {
            guard let resource = Resource(kind: .launchTemplate, id: version.resourceID) else { continue }
            answers[resource] = .uses(version.imageID.flatMap { ImageReference(launched: $0) }.map { [$0] } ?? [])
        }
        return Self.presence(of: resources, found: answers)
    }

    /// Versions of one template, as far as they are there.
    private func describe(
        _ template: LaunchTemplateUse.Template,
        versions: [String]
    ) async throws(AWSError) -> [EC2.LaunchTemplateVersion] {
        var input = EC2.DescribeLaunchTemplateVersions()
        switch template {
        case .id(let id): input.launchTemplateID = id.text
        case .name(let name): input.launchTemplateName = name
        }
        do throws(AWSError) {
            return try await known(among: versions, batch: 100, absent: ["InvalidLaunchTemplateId.VersionNotFound"]) {
                [input] versions throws(AWSError) in
                var input = input
                input.versions = versions
                return try await self.versions(input)
            }
        } catch {
            if Self.absentTemplate.contains(error.code) { return [] }
            throw error
        }
    }

    /// Versions of a template whose image is the one given.
    func versions(of template: LaunchTemplateID, with image: ImageID) async throws(AWSError) -> [ResourceSighting] {
        let input = EC2.DescribeLaunchTemplateVersions(
            launchTemplateID: template.text,
            filters: [.init("image-id", [image.text])],
            maximumResults: 200
        )
        do throws(AWSError) {
            return try await versions(input).compactMap(sighting)
        } catch {
            if Self.absentTemplate.contains(error.code) { return [] }
            throw error
        }
    }

    /// The versions of every page.
    private func versions(
        _ input: EC2.DescribeLaunchTemplateVersions
    ) async throws(AWSError) -> [EC2.LaunchTemplateVersion] {
        try await managedResources.included { isIncluded throws(AWSError) in
            var input = input
            input.includesManagedResources = isIncluded
            var found: [EC2.LaunchTemplateVersion] = []
            for try await page in ec2.launchTemplateVersions(input) { found += page.versions }
            return found
        }
    }

    private static let absentTemplate: Set = [
        "InvalidLaunchTemplateId.NotFound", "InvalidLaunchTemplateId.Malformed",
        "InvalidLaunchTemplateName.NotFoundException", "InvalidLaunchTemplateName.MalformedException",
    ]

    private func sighting(_ version: EC2.LaunchTemplateVersion) -> ResourceSighting? {
        guard let image = version.imageID.flatMap({ ImageReference(launched: $0) }),
            let resource = Resource(kind: .launchTemplate, id: version.resourceID)
        else { return nil }
        return ResourceSighting(resource, named: version.launchTemplateName, of: image)
    }
}

extension EC2.LaunchTemplateVersion {
    /// As a resource has it: `lt-…/3`.
    fileprivate var resourceID: String { "\(launchTemplateID)/\(versionNumber)" }
}
