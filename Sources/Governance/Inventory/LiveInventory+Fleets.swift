import AWSClient
import AWSServices

extension LiveInventory {
    /// Fleets of the types `maintain` and `request`: one of type `instant` launches once and never again, and EC2 does not
    /// list it.
    func fleets(after token: String?) async throws(AWSError) -> InventoryPage {
        let output = try await ec2.client.call(EC2.DescribeFleets(maximumResults: 50, startToken: token))
        let fleets = output.fleets.filter { !$0.isGone }
        let overriding = fleets.flatMap { fleet -> [ResourceSighting] in
            guard let id = FleetID(fleet.fleetID) else { return [] }
            return fleet.images.map { ResourceSighting(.ec2Fleet(id), of: $0) }
        }
        let versions = try await sightings(of: fleets.flatMap(\.configurations).launchTemplateUses)
        return InventoryPage(sightings: overriding + versions, nextToken: output.nextToken)
    }

    /// A fleet is gone when it is deleted, though instances of it may go on running; and when EC2 no longer knows it.
    func fleetPresence(_ resources: [Resource]) async throws(AWSError) -> [Resource: Presence] {
        let found = try await known(among: resources.map(\.id), batch: 50, absent: ["InvalidFleetId.NotFound"]) {
            ids throws(AWSError) in
            var fleets: [EC2.Fleet] = []
            for try await page in ec2.fleets(.init(fleetIDs: ids)) { fleets += page.fleets }
            return fleets
        }
        var answers: [Resource: Presence] = [:]
        for fleet in found {
            guard let resource = Resource(kind: .ec2Fleet, id: fleet.fleetID) else { continue }
            answers[resource] = fleet.isGone ? .gone : .uses(fleet.images)
        }
        return Self.presence(of: resources, found: answers)
    }

    /// 10 requests a page: each can have 50 launch specifications with 16 KB of user data.
    func spotFleets(after token: String?) async throws(AWSError) -> InventoryPage {
        let output = try await ec2.client.call(EC2.DescribeSpotFleetRequests(maximumResults: 10, startToken: token))
        let requests = output.requests.filter { !$0.isGone }
        let launched = requests.flatMap { request -> [ResourceSighting] in
            guard let id = SpotFleetRequestID(request.spotFleetRequestID) else { return [] }
            return request.images.map { ResourceSighting(.spotFleetRequest(id), of: $0) }
        }
        let versions = try await sightings(of: requests.flatMap(\.configurations).launchTemplateUses)
        return InventoryPage(sightings: launched + versions, nextToken: output.nextToken)
    }

    /// A request is gone when it is cancelled, though instances of it may go on running; and when EC2 no longer knows it.
    func spotFleetPresence(_ resources: [Resource]) async throws(AWSError) -> [Resource: Presence] {
        let found = try await known(
            among: resources.map(\.id),
            batch: 50,
            absent: ["InvalidSpotFleetRequestId.NotFound"]
        ) { ids throws(AWSError) in
            var requests: [EC2.SpotFleetRequest] = []
            for try await page in ec2.spotFleetRequests(.init(spotFleetRequestIDs: ids)) { requests += page.requests }
            return requests
        }
        var answers: [Resource: Presence] = [:]
        for request in found {
            guard let resource = Resource(kind: .spotFleetRequest, id: request.spotFleetRequestID) else { continue }
            answers[resource] = request.isGone ? .gone : .uses(request.images)
        }
        return Self.presence(of: resources, found: answers)
    }
}

extension EC2.Fleet {
    /// `deleted`, `deleted_running`, `deleted_terminating`: it launches nothing any more.
    fileprivate var isGone: Bool { state?.hasPrefix("deleted") ?? false }

    fileprivate var images: [ImageReference] {
        configurations.flatMap(\.overridingImageIDs).compactMap { ImageReference(launched: $0) }.unique()
    }
}

extension EC2.SpotFleetRequest {
    /// `cancelled`, `cancelled_running`, `cancelled_terminating`: it launches nothing any more.
    fileprivate var isGone: Bool { state?.hasPrefix("cancelled") ?? false }

    fileprivate var images: [ImageReference] {
        let overriding = configurations.flatMap(\.overridingImageIDs)
        return (launchedImageIDs + overriding).compactMap { ImageReference(launched: $0) }.unique()
    }
}

extension [EC2.LaunchTemplateConfiguration] {
    fileprivate var launchTemplateUses: [LaunchTemplateUse] { compactMap { LaunchTemplateUse($0.specification) } }
}
