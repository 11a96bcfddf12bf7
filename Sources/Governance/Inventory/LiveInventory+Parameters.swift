import AWSClient
import AWSServices

extension LiveInventory {
    private static let imageType = "aws:ec2:image"

    func parameters(after token: String?) async throws(AWSError) -> InventoryPage {
        let output = try await ssm.client.call(
            SSM.DescribeParameters(
                filters: [.init(key: "DataType", values: [Self.imageType])],
                maximumResults: 50,
                startToken: token
            )
        )
        let names = (output.parameters ?? []).map(\.name).filter { ParameterName($0) != nil }
        let reading = try await ssm.read(Set(names))
        let sightings = names.unique().compactMap { text -> ResourceSighting? in
            guard let name = ParameterName(text), let image = reading.values[text].flatMap({ ImageID($0) })
            else { return nil }
            return ResourceSighting(.parameter(name), of: .id(image))
        }
        return InventoryPage(
            sightings: sightings,
            nextToken: SSM.DescribeParameters.nextToken(of: output),
            leftOut: reading.refused.sorted()
        )
    }

    /// A parameter that is no longer of the data type of images uses none.
    func parameterPresence(_ resources: [Resource]) async throws(AWSError) -> [Resource: Presence] {
        let reading = try await ssm.read(Set(resources.map(\.id)))
        var answers: [Resource: Presence] = [:]
        for resource in resources {
            if reading.absent.contains(resource.id) { answers[resource] = .gone }
            guard let parameter = reading.found[resource.id] else { continue }
            let image = parameter.dataType == Self.imageType ? ImageID(parameter.value) : nil
            answers[resource] = .uses(image.map { [.id($0)] } ?? [])
        }
        return answers
    }
}
