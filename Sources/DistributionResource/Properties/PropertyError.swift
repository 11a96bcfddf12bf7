/// A property that cannot be used, named by its path: `LaunchTemplateConfigurations[1].LaunchTemplateId: …`.
struct PropertyError: Error, Sendable, Hashable, CustomStringConvertible {
    let property: String
    let message: String

    init(_ property: String, _ message: String) {
        self.property = property
        self.message = message
    }

    var description: String { "\(property): \(message)" }
}
