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
        let values = try await ssm.parameters(names: names, withDecryption: false).found
        let sightings = values.compactMap { parameter -> ResourceSighting? in
            guard let name = ParameterName(parameter.name), let image = ImageID(parameter.value) else { return nil }
            return ResourceSighting(.parameter(name), of: .id(image))
        }
        return InventoryPage(sightings: sightings, nextToken: SSM.DescribeParameters.nextToken(of: output))
    }

    /// A parameter that is no longer of the data type of images uses none.
    func parameterPresence(_ resources: [Resource]) async throws(AWSError) -> [Resource: Presence] {
        let (found, absent) = try await ssm.parameters(names: resources.map(\.id), withDecryption: false)
        var answers: [Resource: Presence] = [:]
        for parameter in found {
            guard let resource = Resource(kind: .parameter, id: parameter.name) else { continue }
            let image = parameter.dataType == Self.imageType ? ImageID(parameter.value) : nil
            answers[resource] = .uses(image.map { [.id($0)] } ?? [])
        }
        for name in absent {
            if let resource = Resource(kind: .parameter, id: name) { answers[resource] = .gone }
        }
        return answers
    }
}
