import AWSClient
import AWSServices

/// What Systems Manager tells of parameters, as far as they may be read. A name that can be none is nowhere in it.
struct ParameterReading: Sendable {
    /// By name, as asked for.
    var found: [String: SSM.Parameter] = [:]
    /// Names for which there is no parameter.
    var absent: Set<String> = []
    /// Names of parameters that may not be read.
    var refused: Set<String> = []

    /// What the parameters hold.
    var values: [String: String] { found.mapValues(\.value) }

    fileprivate mutating func merge(_ other: Self) {
        found.merge(other.found) { first, _ in first }
        absent.formUnion(other.absent)
        refused.formUnion(other.refused)
    }
}

extension SSM {
    /// Reads any number of parameters, ten a request, four requests at a time. One that may not be read, or whose name
    /// Systems Manager does not take, hides no other.
    ///
    /// - Parameter names: Names or ARNs, with or without a selector (`:3`, `:label`), as launch templates and recipes have
    ///   them: nobody need have checked them.
    func read(_ names: Set<String>) async throws(AWSError) -> ParameterReading {
        let readings = try await concurrentMap(names.sorted().chunks(of: 10), limit: 4) { names throws(AWSError) in
            try await read(request: names)
        }
        return readings.reduce(into: ParameterReading()) { $0.merge($1) }
    }

    /// One request; where Systems Manager refuses it because of one name among several, one for each of them.
    private func read(request names: [String]) async throws(AWSError) -> ParameterReading {
        var reading = ParameterReading()
        do throws(AWSError) {
            let answer = try await parameters(names: names, withDecryption: false)
            reading.absent = Set(answer.invalidNames).intersection(names)
            if names.count == 1, let only = answer.found.first {
                reading.found = [names[0]: only]
                return reading
            }
            for parameter in answer.found {
                // Asked for by ARN, a parameter is told by its name nevertheless.
                for name in [parameter.name, parameter.arn].compactMap({ $0 }) {
                    reading.found[name + (parameter.selector ?? "")] = parameter
                }
            }
            reading.found = reading.found.filter { names.contains($0.key) }
        } catch {
            guard error.isRefusal || error.code == "ValidationException" else { throw error }
            if names.count == 1 {
                if error.isRefusal { reading.refused = Set(names) }
                return reading
            }
            for name in names { reading.merge(try await read(request: [name])) }
        }
        return reading
    }
}
