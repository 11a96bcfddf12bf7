import AWSClient

/// Amazon EC2: images and what refers to them, launch templates, instances, fleets, snapshots, tags.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/>
public struct EC2: Sendable {
    public let client: AWSClient

    public init(_ client: AWSClient) {
        self.client = client
    }

    public func images(_ input: DescribeImages) -> AWSPages<DescribeImages> {
        client.pages(input)
    }

    /// The images of these ids that the caller may see, by id; one that is not there, or not visible, is left out.
    ///
    /// Unlike the operation's own list of ids, of which one unknown makes the whole request fail.
    public func images(ids: [String]) async throws(AWSError) -> [String: Image] {
        if ids.count == 1 { return try await image(id: ids[0]).map { [$0.imageID: $0] } ?? [:] }
        // A filter takes 200 values.
        let chunks = Array(Set(ids)).sorted().chunks(of: 200)
        let pages = try await concurrentMap(chunks, limit: 4) { chunk throws(AWSError) in
            var found: [Image] = []
            let input = DescribeImages(
                filters: [Filter("image-id", chunk)],
                includesDeprecated: true,
                includesDisabled: true
            )
            for try await page in images(input) { found += page.images }
            return found
        }
        return Dictionary(pages.joined().map { ($0.imageID, $0) }) { first, _ in first }
    }

    /// One image, by its id, which EC2 answers without looking through all there are; nil where the caller sees none.
    private func image(id: String) async throws(AWSError) -> Image? {
        do throws(AWSError) {
            let input = DescribeImages(imageIDs: [id], includesDeprecated: true, includesDisabled: true)
            for try await page in images(input) {
                if let image = page.images.first { return image }
            }
            return nil
        } catch {
            if ["InvalidAMIID.NotFound", "InvalidAMIID.Unavailable"].contains(error.code) { return nil }
            throw error
        }
    }

    /// Who may launch an image, besides its owner.
    public func launchPermissions(imageID: String) async throws(AWSError) -> [LaunchPermission] {
        try await client.call(DescribeImageLaunchPermissions(imageID: imageID)).launchPermissions
    }

    public func launchTemplateVersions(
        _ input: DescribeLaunchTemplateVersions
    ) -> AWSPages<DescribeLaunchTemplateVersions> {
        client.pages(input)
    }

    public func launchTemplates(_ input: DescribeLaunchTemplates) -> AWSPages<DescribeLaunchTemplates> {
        client.pages(input)
    }

    public func instances(_ input: DescribeInstances) -> AWSPages<DescribeInstances> {
        client.pages(input)
    }

    public func fleets(_ input: DescribeFleets) -> AWSPages<DescribeFleets> {
        client.pages(input)
    }

    public func spotFleetRequests(_ input: DescribeSpotFleetRequests) -> AWSPages<DescribeSpotFleetRequests> {
        client.pages(input)
    }

    public func imageReferences(_ input: DescribeImageReferences) -> AWSPages<DescribeImageReferences> {
        client.pages(input)
    }

    public func imageUsageReports(_ input: DescribeImageUsageReports) -> AWSPages<DescribeImageUsageReports> {
        client.pages(input)
    }

    public func imageUsageReportEntries(
        _ input: DescribeImageUsageReportEntries
    ) -> AWSPages<DescribeImageUsageReportEntries> {
        client.pages(input)
    }

    public func snapshots(_ input: DescribeSnapshots) -> AWSPages<DescribeSnapshots> {
        client.pages(input)
    }

    public func tags(_ input: DescribeTags) -> AWSPages<DescribeTags> {
        client.pages(input)
    }

    /// Who may create volumes from a snapshot, besides its owner.
    public func snapshotPermissions(snapshotID: String) async throws(AWSError) -> [CreateVolumePermission] {
        try await client.call(DescribeSnapshotPermissions(snapshotID: snapshotID)).permissions
    }

    /// A condition on what a Describe operation finds: any of the values, in which `*` and `?` are wildcards.
    public struct Filter: Sendable, Hashable {
        public var name: String
        public var values: [String]

        public init(_ name: String, _ values: [String]) {
            self.name = name
            self.values = values
        }
    }

    static func tags(_ xml: XMLNode) -> [String: String] {
        xml.map("tagSet", entry: "item")
    }

    /// An empty token means that there is no other page.
    static func token(_ xml: XMLNode) -> String? {
        xml.nonempty("nextToken")
    }
}

/// An operation of EC2.
public protocol EC2Operation: QueryOperation {}

extension EC2Operation {
    public static var api: QueryAPI { QueryAPI(service: .ec2, dialect: .ec2, version: "2016-11-15") }
}

extension QueryForm {
    mutating func set(_ filters: [EC2.Filter]) {
        list("Filter", structures: filters) { form, filter in
            form.set("Name", filter.name)
            form.list("Value", filter.values)
        }
    }
}
