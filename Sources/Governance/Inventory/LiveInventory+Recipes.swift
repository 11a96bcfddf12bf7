import AWSClient
import AWSServices

extension LiveInventory {
    func imageRecipes(after token: String?) async throws(AWSError) -> InventoryPage {
        let output = try await imageBuilder.client.call(
            ImageBuilder.ListImageRecipes(owner: "Self", maximumResults: 100, startToken: token)
        )
        let recipes = (output.recipes ?? []).compactMap { recipe in
            ImageRecipeARN(recipe.arn).map { (arn: $0, recipe: recipe) }
        }
        let sightings = try await concurrentMap(recipes, limit: Self.concurrency) {
            entry throws(AWSError) -> [ResourceSighting]? in
            try await unlessRefused { () throws(AWSError) in
                try await images(ofParent: entry.recipe.parentImage).map {
                    ResourceSighting(.imageRecipe(entry.arn), named: entry.recipe.name, of: $0)
                }
            }
        }
        return InventoryPage(
            sightings: Array(sightings.compactMap { $0 }.joined()),
            nextToken: ImageBuilder.ListImageRecipes.nextToken(of: output),
            leftOut: zip(recipes, sightings).compactMap { $1 == nil ? $0.arn.text : nil }
        )
    }

    /// What an image recipe starts from: an image, a parameter, or an Image Builder image of the creator's, which stands
    /// for the image that it gave in this region. Other people's Image Builder images and products of the marketplace are
    /// none of the creator's.
    private func images(ofParent parent: String?) async throws(AWSError) -> [ImageReference] {
        guard let parent else { return [] }
        if let image = ImageReference(ofRecipe: parent) { return [image] }
        guard let arn = ARN(parent), arn.service == "imagebuilder", arn.account == creatorAccount.text else {
            return []
        }
        do throws(AWSError) {
            let outputs = try await imageBuilder.outputImages(arn: parent)
            return outputs.filter { $0.region == region }.compactMap { ImageID($0.imageID) }.map { .id($0) }.unique()
        } catch {
            // Without a build that can be used, the recipe uses none.
            if error.code == "ResourceNotFoundException" { return [] }
            throw error
        }
    }

    func containerRecipes(after token: String?) async throws(AWSError) -> InventoryPage {
        let output = try await imageBuilder.client.call(
            ImageBuilder.ListContainerRecipes(owner: "Self", maximumResults: 100, startToken: token)
        )
        let sightings = (output.recipes ?? []).compactMap { recipe -> ResourceSighting? in
            guard let arn = ContainerRecipeARN(recipe.arn), let image = recipe.reference else { return nil }
            return ResourceSighting(.containerRecipe(arn), named: recipe.name, of: image)
        }
        return InventoryPage(sightings: sightings, nextToken: ImageBuilder.ListContainerRecipes.nextToken(of: output))
    }

    func imageRecipePresence(_ resources: [Resource]) async throws(AWSError) -> [Resource: Presence] {
        try await each(resources) { arn throws(AWSError) in
            try await images(ofParent: try await imageBuilder.imageRecipe(arn: arn).parentImage)
        }
    }

    func containerRecipePresence(_ resources: [Resource]) async throws(AWSError) -> [Resource: Presence] {
        try await each(resources) { arn throws(AWSError) in
            try await imageBuilder.containerRecipe(arn: arn).reference.map { [$0] } ?? []
        }
    }

    /// Asks for each resource by itself; `ResourceNotFoundException` says that it is gone. Of those that are refused,
    /// nothing is known.
    private func each(
        _ resources: [Resource],
        images: @escaping @Sendable (String) async throws(AWSError) -> [ImageReference]
    ) async throws(AWSError) -> [Resource: Presence] {
        let answers = try await concurrentMap(resources, limit: Self.concurrency) {
            resource throws(AWSError) -> (Resource, Presence?) in
            do throws(AWSError) {
                let used = try await unlessRefused { () throws(AWSError) in try await images(resource.id) }
                return (resource, used.map(Presence.uses))
            } catch {
                if error.code == "ResourceNotFoundException" { return (resource, Presence.gone) }
                throw error
            }
        }
        return Dictionary(answers) { first, _ in first }.compactMapValues { $0 }
    }
}

extension ImageBuilder.ContainerRecipe {
    /// From what the instance that builds is launched.
    fileprivate var reference: ImageReference? { instanceImage.flatMap { ImageReference(ofRecipe: $0) } }
}
