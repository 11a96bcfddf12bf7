import AWSClient

/// Where a new launch configuration takes its image from.
public enum LaunchConfigurationSource: Hashable, Sendable {
    case image(ImageID)
    /// Made like an instance, without naming an image: the launch configuration itself has to be looked up.
    case instance
}

extension APICall {
    static func createLaunchConfiguration(in detail: JSONElement) throws(MalformedEvent) -> APICall {
        let request = try request(in: detail, of: "CreateLaunchConfiguration")
        let name = try request.value(LaunchConfigurationName.self, at: "launchConfigurationName")
        if let image = try request.optionalValue(ImageID.self, at: "imageId") {
            return .createLaunchConfiguration(name, source: .image(image))
        }
        guard try request.text(at: "instanceId") != nil else { throw request.isMissing("imageId") }
        return .createLaunchConfiguration(name, source: .instance)
    }
}
