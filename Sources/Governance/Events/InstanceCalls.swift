import AWSClient

/// An instance that `RunInstances` launched, and the image it was launched from.
public struct LaunchedInstance: Hashable, Sendable {
    public let instance: InstanceID
    public let image: ImageID

    public init(instance: InstanceID, image: ImageID) {
        self.instance = instance
        self.image = image
    }
}

extension LaunchedInstance: EventReadable {
    init(reading item: JSONElement) throws(MalformedEvent) {
        instance = try item.value(at: "instanceId")
        image = try item.value(at: "imageId")
    }
}

extension APICall {
    /// The answer's instances: what was launched, and not what was asked for.
    static func launchedInstances(in detail: JSONElement) throws(MalformedEvent) -> [LaunchedInstance] {
        let response = try response(in: detail, of: "RunInstances")
        let instances = try response.list(LaunchedInstance.self, at: "instancesSet")
        guard !instances.isEmpty else { throw response.isMissing("instancesSet") }
        return instances
    }

    /// The answer's instances, or the request's where CloudTrail has no answer.
    static func terminatedInstances(in detail: JSONElement) throws(MalformedEvent) -> [InstanceID] {
        struct Item: EventReadable {
            let instance: InstanceID

            init(reading item: JSONElement) throws(MalformedEvent) {
                instance = try item.value(at: "instanceId")
            }
        }
        let answered = try detail.object(at: "responseElements")?.list(Item.self, at: "instancesSet") ?? []
        if !answered.isEmpty { return answered.map(\.instance) }
        let request = try request(in: detail, of: "TerminateInstances")
        let asked = try request.list(Item.self, at: "instancesSet")
        guard !asked.isEmpty else { throw request.isMissing("instancesSet") }
        return asked.map(\.instance)
    }
}
