import AWSClient
import AWSServices

extension ImageLookup {
    /// What parameters hold.
    struct ParameterValues: Sendable {
        /// By name, as asked for; a parameter that is not there, or whose name can be none, is missing.
        var values: [String: String] = [:]
        /// Names of parameters that may not be read.
        var refused: Set<String> = []

        mutating func merge(_ other: Self) {
            values.merge(other.values) { first, _ in first }
            refused.formUnion(other.refused)
        }
    }

    /// The values of any number of parameters, ten a request, four requests at a time.
    ///
    /// - Parameter names: Names or ARNs, with or without a selector (`:3`, `:label`), as launch templates and recipes have
    ///   them: nobody has checked them.
    func parameterValues(_ names: Set<String>) async throws(AWSError) -> ParameterValues {
        let answers = try await concurrentMap(names.sorted().chunks(of: 10), limit: 4) { names throws(AWSError) in
            try await self.parameterValues(of: names)
        }
        return answers.reduce(into: ParameterValues()) { $0.merge($1) }
    }

    /// One request; where Systems Manager refuses it because of one name among several, one for each of them.
    private func parameterValues(of names: [String]) async throws(AWSError) -> ParameterValues {
        var answer = ParameterValues()
        do throws(AWSError) {
            let found = try await ssm.parameters(names: names, withDecryption: false).found
            for parameter in found {
                // Asked for by ARN, a parameter is told by its name nevertheless.
                for name in [parameter.name, parameter.arn].compactMap({ $0 }) {
                    answer.values[name + (parameter.selector ?? "")] = parameter.value
                }
            }
            if names.count == 1, let only = found.first { answer.values = [names[0]: only.value] }
            answer.values = answer.values.filter { names.contains($0.key) }
        } catch {
            guard error.isRefusal || error.code == "ValidationException" else { throw error }
            if names.count == 1 {
                if error.isRefusal { answer.refused = Set(names) }
                return answer
            }
            for name in names { answer.merge(try await parameterValues(of: [name])) }
        }
        return answer
    }
}
