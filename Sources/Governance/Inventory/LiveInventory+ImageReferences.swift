import AWSClient
import AWSServices

extension LiveInventory {
    /// The images of a page of the creator's, by tens, and of each ten the pages of their references.
    private struct ReferenceToken: InventoryToken {
        /// Whose references follow; the first ten are being asked about.
        var images: [String] = []
        /// So many of them are asked about one by one, since EC2 does not answer about all of them at once.
        var single: Int?
        /// Of the references.
        var references: String?
        /// Of the images after these; nil, with ``images`` empty, before the first.
        var next: String?
    }

    /// EC2 takes this many images at a time.
    private static let imagesPerRequest = 10

    /// Of each reference that is a launch template, the versions are asked for: a page must not take all of an invocation.
    private static let referencesPerPage = 50

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
        var leftOut: [String] = []
        if !place.images.isEmpty {
            (found, leftOut) = try await references(at: &place)
        }
        let isLast = place.images.isEmpty && place.next == nil
        let sightings = try await sightings(of: found)
        return InventoryPage(
            sightings: sightings.found,
            nextToken: isLast ? nil : try place.text,
            leftOut: leftOut + sightings.leftOut
        )
    }

    /// A page of the references of the images that come next. An image about which EC2 does not answer is passed over.
    private func references(
        at place: inout ReferenceToken
    ) async throws(AWSError) -> (found: [EC2.ImageReference], leftOut: [String]) {
        let images = Array(place.images.prefix(place.single == nil ? Self.imagesPerRequest : 1))
        var found: [EC2.ImageReference] = []
        var leftOut: [String] = []
        do throws(AWSError) {
            let output = try await ec2.client.call(
                EC2.DescribeImageReferences(
                    imageIDs: images,
                    includesAllResourceTypes: true,
                    resourceTypes: [Self.launchedInstances, Self.everyVersion],
                    maximumResults: Self.referencesPerPage,
                    startToken: place.references
                )
            )
            found = output.references
            place.references = output.nextToken
        } catch {
            guard Self.isAboutAnImage(error) else { throw error }
            if images.count > 1 {
                place.references = nil
                place.single = images.count
                return ([], [])
            }
            place.references = nil
            leftOut = images
        }
        if place.references == nil {
            place.images.removeFirst(images.count)
            place.single = place.single.flatMap { $0 > 1 ? $0 - 1 : nil }
        }
        return (found, leftOut)
    }

    /// Whether EC2 refuses to tell of one image, or does not know it any more: it then tells of none of those asked about.
    private static func isAboutAnImage(_ error: AWSError) -> Bool {
        error.kind == .clientError && (error.code.hasPrefix("InvalidAMIID.") || error.code == "AuthFailure")
    }

    /// Without it, EC2 tells of terminated instances as well.
    private static let launchedInstances = EC2.ReferencingResourceType(
        "ec2:Instance",
        options: [.init("state-name", ["pending", "running", "stopping", "stopped"])]
    )

    /// Without it, EC2 looks at the latest ten versions of a launch template. It looks at 10,000 at most, which are as many
    /// as a template can have.
    private static let everyVersion = EC2.ReferencingResourceType(
        "ec2:LaunchTemplate",
        options: [.init("version-depth", ["10000"])]
    )

    private func sightings(
        of references: [EC2.ImageReference]
    ) async throws(AWSError) -> (found: [ResourceSighting], leftOut: [String]) {
        let references = references.unique()
        let found = try await concurrentMap(references, limit: Self.concurrency) {
            entry throws(AWSError) -> [ResourceSighting]? in
            try await unlessRefused { () throws(AWSError) in try await sightings(of: entry) } ?? nil
        }
        let leftOut = zip(references, found).compactMap { $1 == nil ? $0.arn : nil }
        return (Array(found.compactMap { $0 }.joined()).unique(), leftOut)
    }

    /// Nil where what refers to the image may not be looked at.
    private func sightings(of entry: EC2.ImageReference) async throws(AWSError) -> [ResourceSighting]? {
        guard let image = ImageID(entry.imageID), let arn = ARN(entry.arn) else { return [] }
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

    private func sighting(_ kind: ResourceKind, id: String?, of image: ImageID) -> [ResourceSighting] {
        guard let id, let resource = Resource(kind: kind, id: id) else { return [] }
        return [ResourceSighting(resource, of: .id(image))]
    }

    /// An ARN does not tell whether a parameter's name begins with a slash, so it is the one that has the image. Nil where
    /// it may not be read.
    private func parameter(_ arn: ARN, of image: ImageID) async throws(AWSError) -> [ResourceSighting]? {
        guard let path = arn.resource(after: "parameter/") else { return [] }
        // Slashes are in names that begin with one.
        let names = path.contains("/") ? ["/" + path] : [path, "/" + path]
        let reading = try await ssm.read(Set(names))
        let found = names.filter { reading.values[$0] == image.text }
        if found.isEmpty, !reading.refused.isEmpty { return nil }
        return found.flatMap { sighting(.parameter, id: $0, of: image) }
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
