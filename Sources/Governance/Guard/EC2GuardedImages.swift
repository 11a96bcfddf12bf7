import AWSClient
import AWSServices

/// The images of the caller's account and region that the guard looks after.
///
/// AWS calls: `ec2:DescribeImages`, `ec2:EnableImageDeregistrationProtection`, `ec2:DisableImageDeregistrationProtection`.
struct EC2GuardedImages: GuardedImages {
    let ec2: EC2
    let scope: GuardScope

    func images() async throws(AWSError) -> [GuardedImage] {
        let filters: [EC2.Filter]
        switch scope {
        case .off: return []
        case .all, .release: filters = []
        case .tagged(let key, let value): filters = [.init("tag:\(key)", [Self.literal(value)])]
        }
        let request = EC2.DescribeImages(
            owners: ["self"],
            filters: filters,
            includesDeprecated: true,
            includesDisabled: true,
            maximumResults: 1000
        )
        var found: [GuardedImage] = []
        for try await page in ec2.images(request) {
            for image in page.images {
                guard let id = ImageID(image.imageID), isInScope(image) else { continue }
                found.append(GuardedImage(id, DeregistrationProtection(image.deregistrationProtection)))
            }
        }
        return found
    }

    /// In a filter `*` and `?` are wildcards, unless a backslash is before them.
    private static func literal(_ value: String) -> String {
        value.reduce(into: "") { text, character in
            if character == "*" || character == "?" || character == "\\" { text += "\\" }
            text.append(character)
        }
    }

    private func isInScope(_ image: EC2.Image) -> Bool {
        guard case .tagged(let key, let value) = scope else { return true }
        return image.tags[key] == value
    }

    func protect(_ image: ImageID) async throws(AWSError) {
        _ = try await ec2.client.call(EC2.EnableImageDeregistrationProtection(imageID: image.text))
    }

    func unprotect(_ image: ImageID) async throws(AWSError) {
        _ = try await ec2.client.call(EC2.DisableImageDeregistrationProtection(imageID: image.text))
    }
}
