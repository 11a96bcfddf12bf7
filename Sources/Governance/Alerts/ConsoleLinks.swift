/// Addresses of pages of the AWS console.
public struct ConsoleLinks: Hashable, Sendable {
    /// For example `console.aws.amazon.com`, or another partition's `console.amazonaws.cn`.
    public let host: String
    public let region: Region

    public init(host: String, region: Region) {
        self.host = host
        self.region = region
    }

    private func ec2(_ fragment: String) -> String { "https://\(host)/ec2/home?region=\(region)#\(fragment)" }

    private func imageBuilder(_ page: String) -> String {
        "https://\(host)/imagebuilder/home?region=\(region)#/\(page)"
    }

    public func image(_ image: ImageID) -> String { ec2("ImageDetails:imageId=\(image)") }

    public func resource(_ resource: Resource) -> String {
        switch resource {
        case .instance(let instance): ec2("InstanceDetails:instanceId=\(instance)")
        case .launchTemplateVersion(let template, let version):
            ec2("LaunchTemplateDetails:launchTemplateId=\(template);version=\(version)")
        case .launchConfiguration(let name):
            ec2("LaunchConfigurations:id=\(Self.percentEncoded(name.text))")
        case .autoScalingGroup(let name):
            ec2("AutoScalingGroupDetails:id=\(Self.percentEncoded(name.text));view=details")
        // A fleet has no page of its own; what it launches carries its id.
        case .ec2Fleet(let fleet): ec2("Instances:tag:aws:ec2:fleet-id=\(fleet)")
        case .spotFleetRequest: ec2("SpotInstances:")
        case .imageRecipe: imageBuilder("imageRecipes")
        case .containerRecipe: imageBuilder("containerRecipes")
        // The console wants the name encoded twice.
        case .parameter(let name):
            "https://\(host)/systems-manager/parameters/"
                + Self.percentEncoded(Self.percentEncoded(name.text)) + "/description?region=\(region)"
        }
    }

    /// Everything but RFC 3986's unreserved characters.
    static func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        var encoded = ""
        for byte in text.utf8 {
            if byte.isLetterOrDigit || byte == 0x2D || byte == 0x2E || byte == 0x5F || byte == 0x7E {
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                encoded += "%"
                encoded.append(digits[Int(byte >> 4)])
                encoded.append(digits[Int(byte & 15)])
            }
        }
        return encoded
    }
}
