import AWSClient
import Synchronization

@testable import Governance

/// What is there in an account at one moment.
struct AccountState: Sendable {
    var instances: [InstanceID: ImageID] = [:]
    var templates: [LaunchTemplateID: [Int: ImageReference]] = [:]
    var launchConfigurations: [LaunchConfigurationName: ImageID] = [:]
    var groups: [AutoScalingGroupName: Set<ImageID>] = [:]
    var fleets: [FleetID: Set<ImageID>] = [:]
    var spotFleets: [SpotFleetRequestID: Set<ImageID>] = [:]
    /// Image Builder's, which name an image or a parameter.
    var recipes: [ImageRecipeARN: ImageReference] = [:]
    var containerRecipes: [ContainerRecipeARN: ImageReference] = [:]
    /// EKS's, by name: the launch template version that each launches.
    var nodeGroups: [String: Resource] = [:]
    /// Whether EC2 tells what refers to the images of the creator's.
    var tellsReferences = false
    /// Images of the creator's that cannot be described here, and of which nothing is known from anywhere else: they may be
    /// anybody's. What is recorded of them stays.
    var obscure: Set<ImageID> = []
    var parameters: [ParameterName: ImageID] = [:]
    /// Parameters of another data type.
    var texts: Set<ParameterName> = []

    func image(_ reference: ImageReference) -> ImageID? {
        switch reference {
        case .id(let image): image
        case .parameter(let name): ParameterName(name).flatMap { parameters[$0] }
        case .launchTemplateVersion, .launchConfiguration: nil
        }
    }

    /// How a resource names its images; nil where it is not there.
    func references(of resource: Resource) -> [ImageReference]? {
        switch resource {
        case .instance(let id): instances[id].map { [.id($0)] }
        case .launchTemplateVersion(let template, let version): templates[template]?[version].map { [$0] }
        case .launchConfiguration(let name): launchConfigurations[name].map { [.id($0)] }
        case .autoScalingGroup(let name): groups[name].map { $0.sorted().map(ImageReference.id) }
        case .ec2Fleet(let id): fleets[id].map { $0.sorted().map(ImageReference.id) }
        case .spotFleetRequest(let id): spotFleets[id].map { $0.sorted().map(ImageReference.id) }
        case .imageRecipe(let arn): recipes[arn].map { [$0] }
        case .containerRecipe(let arn): containerRecipes[arn].map { [$0] }
        case .parameter(let name): texts.contains(name) ? [] : parameters[name].map { [.id($0)] }
        }
    }

    /// What a section lists: of launch templates the default version, here the first one, and the latest.
    func listed(in section: InventorySection) -> [Resource] {
        switch section {
        case .instances: instances.keys.map(Resource.instance)
        case .launchTemplates:
            templates.flatMap { template, versions in
                Set([versions.keys.min(), versions.keys.max()].compactMap { $0 })
                    .map { .launchTemplateVersion(template, $0) }
            }
        case .launchConfigurations: launchConfigurations.keys.map(Resource.launchConfiguration)
        case .autoScalingGroups: groups.keys.map(Resource.autoScalingGroup)
        case .fleets: fleets.keys.map(Resource.ec2Fleet)
        case .spotFleets: spotFleets.keys.map(Resource.spotFleetRequest)
        case .nodeGroups: Array(Set(nodeGroups.values).filter { references(of: $0) != nil })
        case .imageRecipes: recipes.keys.map(Resource.imageRecipe)
        case .containerRecipes: containerRecipes.keys.map(Resource.containerRecipe)
        case .parameters: parameters.keys.map(Resource.parameter)
        case .imageReferences: tellsReferences ? resources.filter(isReferring) : []
        }
    }

    /// What EC2 looks at when it looks for references: every version of the launch templates, and only what names an image
    /// itself.
    private func isReferring(_ resource: Resource) -> Bool {
        switch resource.kind {
        case .instance, .launchTemplate, .imageRecipe, .containerRecipe, .parameter:
            (references(of: resource) ?? []).contains { reference in
                if case .id(let image) = reference { image != strangeImage } else { false }
            }
        case .launchConfiguration, .autoScalingGroup, .ec2Fleet, .spotFleetRequest: false
        }
    }

    var resources: [Resource] {
        instances.keys.map(Resource.instance) + launchConfigurations.keys.map(Resource.launchConfiguration)
            + groups.keys.map(Resource.autoScalingGroup) + parameters.keys.map(Resource.parameter)
            + fleets.keys.map(Resource.ec2Fleet) + spotFleets.keys.map(Resource.spotFleetRequest)
            + recipes.keys.map(Resource.imageRecipe) + containerRecipes.keys.map(Resource.containerRecipe)
            + templates.flatMap { template, versions in
                versions.keys.map { .launchTemplateVersion(template, $0) }
            }
    }

    /// The sort keys of the usage rows that there should be.
    var rows: Set<String> { rows(of: resources, ofNone: obscure) }

    /// Those of them that a sweep finds by itself: a launch template's other versions are not in use.
    var listedRows: Set<String> { rows(of: InventorySection.allCases.flatMap(listed), ofNone: obscure) }

    func listedRows(in section: InventorySection) -> Set<String> { rows(of: listed(in: section), ofNone: obscure) }

    /// With those that stay once they are recorded.
    var possibleRows: Set<String> { rows(of: resources, ofNone: []) }

    private func rows(of resources: [Resource], ofNone others: Set<ImageID>) -> Set<String> {
        var rows: Set<String> = []
        for resource in resources {
            for image in (references(of: resource) ?? []).compactMap(image)
            where image != strangeImage && !others.contains(image) {
                rows.insert(UsageRow.Key(account: consumer, image: image, resource: resource).sortKey)
            }
        }
        return rows
    }
}

/// An image of somebody else's.
let strangeImage: ImageID = .init(checked: "ami-05f1a96e000000000")

/// What may go wrong with a request to AWS.
struct Faults: Sendable {
    /// One in so many requests; 0 for none.
    var oneIn = 0
    /// How far behind an answer may be, in milliseconds: less than ten minutes.
    var longestLag: Int64 = 0
    /// One in so many direct answers says of what is there that it is gone; 0 for none.
    var wrongOneIn = 0

    static let none = Faults()
    static let usual = Faults(oneIn: 25, longestLag: 590_000)
    static let lying = Faults(oneIn: 25, longestLag: 590_000, wrongOneIn: 6)
}

/// An account that AWS has, with its past, since its lists lag behind.
final class SimulatedAccount: Inventory, ImageResolver {
    private struct State {
        var generator: SeededGenerator
        var faults = Faults.none
        var errors: [InventorySection: [any Error]] = [:]
        var silent: Set<Resource> = []
        var secret: Set<Resource> = []
        var broken: Set<ResourceKind> = []
        var brokenResources: Set<Resource> = []
        var unfollowed: Set<ImageReference> = []
        var asked: [Resource] = []
        var history: [(since: EventTime, state: AccountState)]
    }

    let clock: SimulatedClock
    private let state: Mutex<State>
    private let pageSize: Int
    /// Told of what is wrongly said to be gone.
    private let lied: @Sendable (Resource) -> Void

    /// - Parameter initial: what was there for a long time.
    init(
        _ initial: AccountState,
        clock: SimulatedClock,
        seed: UInt64,
        pageSize: Int = 2,
        lied: @escaping @Sendable (Resource) -> Void = { _ in }
    ) {
        self.pageSize = pageSize
        self.lied = lied
        self.clock = clock
        state = Mutex(
            State(
                generator: SeededGenerator(seed: seed &+ 99),
                history: [(EventTime(milliseconds: 0), initial)]
            )
        )
    }

    var current: AccountState { state.withLock { $0.history[$0.history.count - 1].state } }

    func set(_ faults: Faults) { state.withLock { $0.faults = faults } }

    /// The next requests for pages of a section fail so, one after the other.
    func fail(_ section: InventorySection, _ errors: [any Error]) {
        state.withLock { $0.errors[section, default: []] += errors }
    }

    /// Nothing is said of these when asked.
    func silence(_ resources: Set<Resource>) { state.withLock { $0.silent = resources } }

    /// These may not be looked at.
    func hide(_ resources: Set<Resource>) { state.withLock { $0.secret = resources } }

    /// Direct questions about these fail, and about whatever else is asked for with them.
    func breakDown(_ resources: Set<Resource> = [], kinds: Set<ResourceKind> = []) {
        state.withLock { state in
            state.brokenResources = resources
            state.broken = kinds
        }
    }

    /// These references may not be followed.
    func refuse(_ references: Set<ImageReference>) { state.withLock { $0.unfollowed = references } }

    /// What was asked for directly.
    var asked: [Resource] { state.withLock(\.asked) }

    /// The rows of what a section listed all the time since then, whenever it was looked at, and from whichever moment AWS
    /// answered.
    func rows(listedIn section: InventorySection, allTheTimeSince time: EventTime) -> Set<String> {
        let history = state.withLock(\.history)
        let first = history.lastIndex { $0.since <= time } ?? 0
        let rows = history[first...].map { $0.state.listedRows(in: section) }
        return rows.dropFirst().reduce(rows[0]) { $0.intersection($1) }
    }

    /// Something happens now.
    func change(_ body: (inout AccountState) -> Void) {
        clock.tick()
        state.withLock { state in
            var next = state.history[state.history.count - 1].state
            body(&next)
            state.history.append((clock.now, next))
        }
    }

    /// What AWS answers from.
    private func view() -> AccountState {
        state.withLock { state in
            let lag = Int64.random(in: 0...state.faults.longestLag, using: &state.generator)
            let moment = EventTime(milliseconds: clock.now.milliseconds - lag)
            return (state.history.last { $0.since <= moment } ?? state.history[0]).state
        }
    }

    private func dice(_ sides: Int) -> Int {
        state.withLock { Int.random(in: 0..<sides, using: &$0.generator) }
    }

    private var isFaulty: Bool {
        let oneIn = state.withLock(\.faults.oneIn)
        return oneIn > 0 && dice(oneIn) == 0
    }

    private var isLying: Bool {
        let oneIn = state.withLock(\.faults.wrongOneIn)
        return oneIn > 0 && dice(oneIn) == 0
    }

    static func error(_ kind: AWSError.Kind, _ code: String) -> AWSError {
        AWSError(kind: kind, code: code, message: "simulated", service: "EC2", operation: "Describe")
    }

    func page(of section: InventorySection, after token: String?) async throws -> InventoryPage {
        try await Interleaver.step {
            clock.tick()
            let error = state.withLock { state in
                state.errors[section]?.isEmpty == false ? state.errors[section]?.removeFirst() : nil
            }
            if let error { throw error }
            if isFaulty {
                switch dice(4) {
                case 0: throw ExpiredInventoryToken(section: section)
                case 1: throw Self.error(.throttling, "RequestLimitExceeded")
                case 2: throw Self.error(.clientError, "UnauthorizedOperation")
                default: throw Self.error(.transport, "ConnectionLost")
                }
            }
            let view = view()
            let left = view.listed(in: section).sorted { ($0.id, $0.kind) < ($1.id, $1.kind) }.filter { resource in
                token.map { resource.id > $0 } ?? true
            }
            let page = left.prefix(pageSize)
            let secret = state.withLock(\.secret)
            return InventoryPage(
                sightings: page.filter { !secret.contains($0) }.flatMap { resource in
                    (view.references(of: resource) ?? []).map { ResourceSighting(resource, of: $0) }
                },
                nextToken: left.count > pageSize ? page.last?.id : nil,
                leftOut: page.filter(secret.contains).map(\.id)
            )
        }
    }

    func presence(of resources: [Resource]) async throws -> [Resource: Presence] {
        try await Interleaver.step {
            clock.tick()
            if isFaulty {
                throw dice(2) == 0
                    ? Self.error(.throttling, "RequestLimitExceeded") : Self.error(.serverError, "InternalFailure")
            }
            var answers: [Resource: Presence] = [:]
            let silent = state.withLock { state in
                state.asked += resources
                return state.silent.union(state.secret)
            }
            let isBroken = state.withLock { state in
                resources.contains { state.broken.contains($0.kind) || state.brokenResources.contains($0) }
            }
            if isBroken { throw Self.error(.serverError, "InternalError") }
            for resource in resources where !isFaulty && !silent.contains(resource) {
                if isLying {
                    lied(resource)
                    answers[resource] = .gone
                } else {
                    answers[resource] = view().references(of: resource).map(Presence.uses) ?? .gone
                }
            }
            return answers
        }
    }

    func images(of references: Set<ImageReference>) async throws -> ResolvedReferences {
        var resolved = ResolvedReferences()
        // In the same order each time: what goes wrong follows from the seed alone.
        for reference in references.sorted(by: { "\($0)" < "\($1)" }) {
            let isRefused = state.withLock { $0.unfollowed.contains(reference) }
            if isRefused || (isFaulty && reference.isParameter) {
                resolved.refused.insert(reference)
            } else {
                resolved.images[reference] = view().image(reference)
            }
        }
        return resolved
    }

    /// Whether an image is the creator's is not known as long as nobody can describe it: it comes to be known later.
    func tracked(_ images: Set<ImageID>) async throws -> Set<ImageID> {
        images.subtracting(view().obscure).subtracting([strangeImage])
    }
}

extension ImageReference {
    fileprivate var isParameter: Bool { if case .parameter = self { true } else { false } }
}
