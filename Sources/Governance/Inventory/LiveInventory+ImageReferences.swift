import AWSClient
import AWSServices

extension LiveInventory {
    /// The images of a page of the creator's, by tens, and of each ten the pages of their references.
    private struct ReferenceToken: InventoryToken {
        /// Whose references follow; the first ten are being asked about.
        var images: [String] = []
        /// Of the references.
        var references: String?
        /// Of the images after these; nil, with ``images`` empty, before the first.
        var next: String?
    }

    /// EC2 takes this many images at a time.
    private static let imagesPerRequest = 10

    /// Images of the creator's that this account may launch, through whichever share, its own ones in the creator's
    /// account; and what EC2 finds that refers to them.
    func imageReferences(after token: String?) async throws(AWSError) -> InventoryPage {
        var place = try token.map { token throws(AWSError) in try ReferenceToken(token) } ?? ReferenceToken()
        if place.images.isEmpty {
            let output = try await ec2.client.call(
                EC2.DescribeImages(
                    owners: [creatorAccount.text],
                    includesDeprecated: true,
                    includesDisabled: true,
                    maximumResults: Self.imagesPerRequest,
                    startToken: place.next
                )
            )
            place = ReferenceToken(images: output.images.map(\.imageID), next: output.nextToken)
        }
        var found: [EC2.ImageReference] = []
        if !place.images.isEmpty {
            let output = try await ec2.client.call(
                EC2.DescribeImageReferences(
                    imageIDs: Array(place.images.prefix(Self.imagesPerRequest)),
                    includesAllResourceTypes: true,
                    resourceTypes: [Self.launchedInstances],
                    maximumResults: 500,
                    startToken: place.references
                )
            )
            found = output.references
            place.references = output.nextToken
            if place.references == nil { place.images.removeFirst(min(place.images.count, Self.imagesPerRequest)) }
        }
        let isLast = place.images.isEmpty && place.next == nil
        return InventoryPage(
            sightings: try await sightings(of: found),
            nextToken: isLast ? nil : try place.text
        )
    }

    /// Without it, EC2 tells of terminated instances as well.
    private static let launchedInstances = EC2.ReferencingResourceType(
        "ec2:Instance",
        options: [.init("state-name", ["pending", "running", "stopping", "stopped"])]
    )

    private func sightings(of references: [EC2.ImageReference]) async throws(AWSError) -> [ResourceSighting] {
        let found = try await concurrentMap(references.unique(), limit: Self.concurrency) { entry throws(AWSError) in
            guard let image = ImageID(entry.imageID), let arn = ARN(entry.arn) else { return [] as [ResourceSighting] }
            switch entry.resourceType {
            case "ec2:Instance":
                return sighting(.instance, id: arn.resource(after: "instance/"), of: image)
            case "ec2:LaunchTemplate":
                guard let id = arn.resource(after: "launch-template/"), let template = LaunchTemplateID(id)
                else { return [] }
                // Which of its versions, EC2 does not tell.
                return try await versions(of: template, with: image)
            case "imagebuilder:ImageRecipe":
                return sighting(.imageRecipe, id: arn.text, of: image)
            case "imagebuilder:ContainerRecipe":
                return sighting(.containerRecipe, id: arn.text, of: image)
            case "ssm:Parameter":
                return try await parameter(arn, of: image)
            default:
                return []
            }
        }
        return Array(found.joined()).unique()
    }

    private func sighting(_ kind: ResourceKind, id: String?, of image: ImageID) -> [ResourceSighting] {
        guard let id, let resource = Resource(kind: kind, id: id) else { return [] }
        return [ResourceSighting(resource, of: .id(image))]
    }

    /// An ARN does not tell whether a parameter's name begins with a slash, so it is the one that has the image.
    private func parameter(_ arn: ARN, of image: ImageID) async throws(AWSError) -> [ResourceSighting] {
        guard let path = arn.resource(after: "parameter/") else { return [] }
        // Slashes are in names that begin with one.
        let names = path.contains("/") ? ["/" + path] : [path, "/" + path]
        let found = try await ssm.parameters(names: names, withDecryption: false).found
        return found.filter { $0.value == image.text }.flatMap { sighting(.parameter, id: $0.name, of: image) }
    }
}

extension ARN {
    /// What follows the kind of the resource: `i-…` after `instance/`.
    fileprivate func resource(after kind: String) -> String? {
        let resource = resource
        guard resource.hasPrefix(kind), resource.utf8.count > kind.utf8.count else { return nil }
        return String(resource.dropFirst(kind.utf8.count))
    }
}
