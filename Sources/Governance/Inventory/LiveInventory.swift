import AWSClient
import AWSServices

/// The inventory as AWS's own services tell it, of the account and the region of the client.
///
/// What is called, and how IAM can confine it (Service Authorization Reference,
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/>):
///
/// | Section | Operation | Action | Resources that a policy can name |
/// |---|---|---|---|
/// | instances; `presence` | EC2 DescribeInstances | `ec2:DescribeInstances` | none |
/// | launchTemplates, autoScalingGroups, fleets, spotFleets, nodeGroups, imageReferences; `presence` | EC2 DescribeLaunchTemplateVersions | `ec2:DescribeLaunchTemplateVersions` | none |
/// | autoScalingGroups; `presence` | Auto Scaling DescribeAutoScalingGroups | `autoscaling:DescribeAutoScalingGroups` | none |
/// | launchConfigurations; `presence` | Auto Scaling DescribeLaunchConfigurations | `autoscaling:DescribeLaunchConfigurations` | none |
/// | fleets; `presence` | EC2 DescribeFleets | `ec2:DescribeFleets` | none |
/// | spotFleets; `presence` | EC2 DescribeSpotFleetRequests | `ec2:DescribeSpotFleetRequests` | none |
/// | nodeGroups | EKS ListClusters | `eks:ListClusters` | none |
/// | nodeGroups | EKS ListNodegroups | `eks:ListNodegroups` | `cluster/*` |
/// | nodeGroups | EKS DescribeNodegroup | `eks:DescribeNodegroup` | `nodegroup/*` |
/// | imageRecipes | Image Builder ListImageRecipes | `imagebuilder:ListImageRecipes` | none |
/// | `presence` | Image Builder GetImageRecipe | `imagebuilder:GetImageRecipe` | `image-recipe/*` |
/// | containerRecipes | Image Builder ListContainerRecipes | `imagebuilder:ListContainerRecipes` | none |
/// | `presence` | Image Builder GetContainerRecipe | `imagebuilder:GetContainerRecipe` | `container-recipe/*` |
/// | imageRecipes, where a parent is an Image Builder image of the creator's; `presence` | Image Builder GetImage | `imagebuilder:GetImage` | `image/*` of the creator's account |
/// | parameters | Systems Manager DescribeParameters | `ssm:DescribeParameters` | none |
/// | parameters, imageReferences; `presence` | Systems Manager GetParameters | `ssm:GetParameters` | `parameter/*` |
/// | imageReferences | EC2 DescribeImages | `ec2:DescribeImages` | none |
/// | imageReferences | EC2 DescribeImageReferences | `ec2:DescribeImageReferences` | none |
///
/// EC2 looks for references in the caller's name (`aws:CalledVia` is `ec2-images.amazonaws.com`), which takes
/// `ec2:DescribeLaunchTemplates` and `imagebuilder:GetContainerRecipe` besides what is in the table.
///
/// A page takes one request, and where it names launch templates, node groups or Image Builder images one for each of them,
/// four at a time. So it holds four answers in memory at most, of 16 MiB at most each: that of ``instancePageSize``
/// instances takes 2.5 MB as a rule. A sweep asks for four pages at a time, and keeps what a fifth one tells, without the
/// answers, while it records it. A question about a hundred resources takes few requests of each kind, of four kinds at a time.
public struct LiveInventory: Inventory {
    let ec2: EC2
    let autoScaling: AutoScaling
    let eks: EKS
    let imageBuilder: ImageBuilder
    let ssm: SSM
    let creatorAccount: AccountID
    let region: String
    let managedResources = ManagedResources()

    /// Requests of one page, or of one question about many resources of a kind, that are under way at a time; and kinds that
    /// are asked about at a time.
    static let concurrency = 4

    /// - Parameters:
    ///   - client: With the credentials of the account whose resources are listed, in their region.
    ///   - creatorAccount: Who owns the images that ``InventorySection/imageReferences`` asks about.
    public init(client: AWSClient, creatorAccount: AccountID) {
        ec2 = EC2(client)
        autoScaling = AutoScaling(client)
        eks = EKS(client)
        imageBuilder = ImageBuilder(client)
        ssm = SSM(client)
        self.creatorAccount = creatorAccount
        region = client.configuration.region
    }

    public func page(of section: InventorySection, after token: String?) async throws -> InventoryPage {
        let page: InventoryPage
        do throws(AWSError) {
            page =
                switch section {
                case .instances: try await instances(after: token)
                case .launchTemplates: try await launchTemplates(after: token)
                case .autoScalingGroups: try await autoScalingGroups(after: token)
                case .launchConfigurations: try await launchConfigurations(after: token)
                case .fleets: try await fleets(after: token)
                case .spotFleets: try await spotFleets(after: token)
                case .nodeGroups: try await nodeGroups(after: token)
                case .imageRecipes: try await imageRecipes(after: token)
                case .containerRecipes: try await containerRecipes(after: token)
                case .parameters: try await parameters(after: token)
                case .imageReferences: try await imageReferences(after: token)
                }
        } catch {
            if token != nil, error.refusesToken { throw ExpiredInventoryToken(section: section) }
            if let absence = absence(of: section, error) { throw absence }
            throw error
        }
        guard let token, page.nextToken == token else { return page }
        throw AWSError(
            kind: .malformedResponse,
            code: "RepeatedPaginationToken",
            message: "a page of \(section.rawValue) is continued with the token that it was asked with"
        )
    }

    /// What an error says of a section that this region may not have; nil where it is another error.
    func absence(of section: InventorySection, _ error: AWSError) -> SectionNotOffered? {
        guard let operation = section.optionalOperation, error.operation == operation else { return nil }
        if error.saysNotOffered { return SectionNotOffered(section: section, isCertain: true) }
        // An endpoint that somebody has configured, or a special one, may be missing where the service is not.
        let isUsual = imageBuilder.client.configuration.endpoints.isUsual(for: .imageBuilder)
        guard section.mayHaveNoEndpoint, isUsual, error.isUnresolved else { return nil }
        return SectionNotOffered(section: section, isCertain: false)
    }

    public func presence(of resources: [Resource]) async throws -> [Resource: Presence] {
        let kinds = Dictionary(grouping: Set(resources), by: \.kind).map { ($0.key, $0.value) }
        let answers = try await concurrentMap(kinds, limit: Self.concurrency) { entry throws(AWSError) in
            let (kind, resources) = entry
            do throws(AWSError) {
                return try await presence(of: resources, all: kind)
            } catch {
                // Nothing is known of this kind then.
                let mayBeAbsent = kind == .imageRecipe || kind == .containerRecipe
                guard error.isRefusal || mayBeAbsent && error.isUnresolved else { throw error }
                return [:]
            }
        }
        return answers.reduce(into: [:]) { all, known in all.merge(known) { first, _ in first } }
    }

    private func presence(
        of resources: [Resource],
        all kind: ResourceKind
    ) async throws(AWSError) -> [Resource: Presence] {
        switch kind {
        case .instance: try await instancePresence(resources)
        case .launchTemplate: try await launchTemplateVersionPresence(resources)
        case .launchConfiguration: try await launchConfigurationPresence(resources)
        case .autoScalingGroup: try await autoScalingGroupPresence(resources)
        case .ec2Fleet: try await fleetPresence(resources)
        case .spotFleetRequest: try await spotFleetPresence(resources)
        case .imageRecipe: try await imageRecipePresence(resources)
        case .containerRecipe: try await containerRecipePresence(resources)
        case .parameter: try await parameterPresence(resources)
        }
    }

    /// What `found` says of the resources asked for; those that it does not have are gone.
    static func presence(of resources: [Resource], found: [Resource: Presence]) -> [Resource: Presence] {
        Dictionary(resources.map { ($0, found[$0] ?? .gone) }) { first, _ in first }
    }
}
