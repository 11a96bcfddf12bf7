import AWSServices
import TestSupport
import Testing

@testable import DistributionResource

/// Whatever arrives is read, or refused with an error that says what was wrong; nothing ends the process.
@Suite struct FuzzTests {
    static let texts = [
        "", " ", "true", "FALSE", "12", "222222222222", "eu-central-1", "/a/b", "arn:aws:ssm:::", Fixtures.arn,
        Fixtures.unit,
        Fixtures.organization, Fixtures.template, "ou-exam-pleouid01", "r-exam", "alias/x", "a,b,,c", "\u{0}", "é漢😀",
        "-", "lt-",
        "9223372036854775808", String(repeating: "x", count: 3000),
    ]

    static func value(_ random: inout SeededGenerator, depth: Int = 0) -> JSONValue {
        switch Int.random(in: 0..<(depth < 4 ? 10 : 7), using: &random) {
        case 0: return .null
        case 1: return .boolean(random.chance(50))
        case 2: return .integer(.random(in: .min...(.max), using: &random))
        case 3: return .number(.random(in: -1e300...1e300, using: &random))
        case 4...6: return .string(texts.randomElement(using: &random) ?? "")
        case 7, 8:
            return .array((0..<Int.random(in: 0...4, using: &random)).map { _ in value(&random, depth: depth + 1) })
        default:
            let names =
                texts + OutputStructure.launchTemplate.members.map(\.templateName) + ["Enabled", "ParameterName"]
            var members: [String: JSONValue] = [:]
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                members[names.randomElement(using: &random) ?? ""] = value(&random, depth: depth + 1)
            }
            return .object(members)
        }
    }

    @Test(arguments: 0..<20)
    func properties(_ seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let names = DistributionProperties.names.sorted()
        for _ in 0..<500 {
            var members = random.chance(80) ? Fixtures.properties() : [:]
            for _ in 0..<Int.random(in: 0...5, using: &random) {
                members[names.randomElement(using: &random) ?? ""] = Self.value(&random)
            }
            if random.chance(5) { members["Unknown"] = Self.value(&random) }
            do throws(PropertyError) {
                let properties = try DistributionProperties(members)
                #expect(members["Unknown"] == nil && !properties.regions.isEmpty)
            } catch {
                let name = String(error.property.prefix { $0 != "." && $0 != "[" })
                #expect(members[name] != nil || ["AmiDistributionArn", "AwsDistributionRegions"].contains(name))
                #expect(!error.message.isEmpty && error.description.count < 1500)
            }
        }
    }

    @Test(arguments: 0..<20)
    func events(_ seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let valid = try JSONValue.object([
            "RequestType": .string("Create"), "StackId": .string("s"), "RequestId": .string("r"),
            "LogicalResourceId": .string("l"), "ResourceProperties": .object(Fixtures.properties()),
        ]).document()
        for _ in 0..<500 {
            var bytes = valid
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[index] = .random(in: .min ... .max, using: &random)
                case 1: bytes.remove(at: index)
                default: bytes.removeLast(min(bytes.count - 1, Int.random(in: 0...9, using: &random)))
                }
            }
            do {
                _ = try InvocationEvent(bytes)
            } catch {
                #expect(!"\(error)".isEmpty)
            }
        }
    }

    @Test(arguments: ["[", #"{"a":"#])
    func depthIsAnErrorAndNoCrash(_ opening: String) {
        let text = String(repeating: opening, count: 100_000)
        #expect(throws: InvocationEvent.UnknownEvent.self) { try InvocationEvent(Array(text.utf8)) }
    }
}
