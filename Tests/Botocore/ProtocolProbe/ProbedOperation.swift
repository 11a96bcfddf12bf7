import AWSClient
import AWSServices
import FoundationEssentials
import Transport

/// An operation the probe knows: how its input is made from botocore's, how its output is shown.
struct ProbedOperation: Sendable {
    /// The typed request, from an input in botocore's form.
    let request: @Sendable (JSONValue) throws -> AWSRequest
    private let output: @Sendable (HTTPResponse) throws -> JSONValue

    init(
        request: @escaping @Sendable (JSONValue) throws -> AWSRequest,
        output: @escaping @Sendable (HTTPResponse) throws -> JSONValue
    ) {
        self.request = request
        self.output = output
    }

    init<Operation: AWSOperation>(
        _ make: @escaping @Sendable (JSONValue) throws -> Operation,
        _ show: @escaping @Sendable (Operation.Output) throws -> JSONValue
    ) {
        self.init {
            try make($0).request()
        } output: { response in
            let result = try Operation.result(of: response)
            return ["output": try show(result.output), "requestID": JSONValue(result.requestID)]
        }
    }

    func answer(to response: HTTPResponse) throws -> JSONValue {
        if response.status < 300 { return try output(response) }
        let error = try request([:]).parseError(response)
        return [
            "code": JSONValue(error.code), "message": JSONValue(error.message), "requestID": JSONValue(error.requestID),
        ]
    }

    static let all: [String: ProbedOperation] = [
        dynamoDB, ec2, others, distribution, roles, inventory, ownership, sharing,
    ].reduce([:]) { $0.merging($1) { first, _ in first } }
}

extension ProbedOperation {
    static func filters(_ input: JSONValue) -> [EC2.Filter] {
        (input.get("Filters", as: [JSONValue].self) ?? []).map {
            EC2.Filter($0.get("Name") ?? "", $0.get("Values") ?? [])
        }
    }

    static func tags(_ tags: [String: String]) -> JSONValue { .object(tags.mapValues { .string($0) }) }

    static let ec2: [String: ProbedOperation] = [
        "ec2.DescribeImages": ProbedOperation {
            EC2.DescribeImages(
                imageIDs: $0.get("ImageIds") ?? [],
                owners: $0.get("Owners") ?? [],
                executableUsers: $0.get("ExecutableUsers") ?? [],
                filters: filters($0),
                includesDeprecated: $0.get("IncludeDeprecated") ?? false,
                includesDisabled: $0.get("IncludeDisabled") ?? false,
                maximumResults: $0.get("MaxResults"),
                startToken: $0.get("NextToken")
            )
        } _: { output in
            [
                "NextToken": JSONValue(output.nextToken),
                "Images": .array(
                    output.images.map { image in
                        [
                            "ImageId": .string(image.imageID), "Name": JSONValue(image.name),
                            "OwnerId": JSONValue(image.ownerID), "State": JSONValue(image.state),
                            "Public": .boolean(image.isPublic), "CreationDate": JSONValue(image.creationDate),
                            "DeprecationTime": JSONValue(image.deprecationTime), "Tags": tags(image.tags),
                            "LastLaunchedTime": JSONValue(image.lastLaunchedTime),
                            "DeregistrationProtection": JSONValue(image.deregistrationProtection),
                            "Description": JSONValue(image.description),
                            "Architecture": JSONValue(image.architecture),
                            "BlockDeviceMappings": .array(
                                image.blockDevices.map { device in
                                    [
                                        "DeviceName": JSONValue(device.deviceName),
                                        "SnapshotId": JSONValue(device.snapshotID),
                                        "Encrypted": .boolean(device.isEncrypted),
                                    ]
                                }
                            ),
                        ]
                    }
                ),
            ]
        },
        "ec2.DescribeImageAttribute": ProbedOperation {
            EC2.DescribeImageLaunchPermissions(imageID: $0.get("ImageId") ?? "")
        } _: { output in
            [
                "ImageId": .string(output.imageID),
                "LaunchPermissions": .array(
                    output.launchPermissions.map { permission in
                        [
                            "Group": JSONValue(permission.group), "UserId": JSONValue(permission.userID),
                            "OrganizationArn": JSONValue(permission.organizationARN),
                            "OrganizationalUnitArn": JSONValue(permission.organizationalUnitARN),
                        ]
                    }
                ),
            ]
        },
        "ec2.DescribeLaunchTemplateVersions": ProbedOperation {
            EC2.DescribeLaunchTemplateVersions(
                launchTemplateID: $0.get("LaunchTemplateId"),
                launchTemplateName: $0.get("LaunchTemplateName"),
                versions: $0.get("Versions") ?? [],
                minimumVersion: $0.get("MinVersion"),
                maximumVersion: $0.get("MaxVersion"),
                filters: filters($0),
                resolvesAlias: $0.get("ResolveAlias") ?? false,
                includesManagedResources: $0.get("IncludeManagedResources") ?? false,
                maximumResults: $0.get("MaxResults"),
                startToken: $0.get("NextToken")
            )
        } _: { output in
            [
                "NextToken": JSONValue(output.nextToken),
                "LaunchTemplateVersions": .array(
                    output.versions.map { version in
                        [
                            "LaunchTemplateId": .string(version.launchTemplateID),
                            "LaunchTemplateName": JSONValue(version.launchTemplateName),
                            "VersionNumber": JSONValue(version.versionNumber),
                            "DefaultVersion": .boolean(version.isDefault),
                            "CreateTime": JSONValue(version.createTime?.dateTimeMilliseconds),
                            "CreatedBy": JSONValue(version.createdBy), "ImageId": JSONValue(version.imageID),
                        ]
                    }
                ),
            ]
        },
        "ec2.DescribeLaunchTemplates": ProbedOperation {
            EC2.DescribeLaunchTemplates(
                launchTemplateIDs: $0.get("LaunchTemplateIds") ?? [],
                launchTemplateNames: $0.get("LaunchTemplateNames") ?? [],
                filters: filters($0),
                maximumResults: $0.get("MaxResults"),
                startToken: $0.get("NextToken")
            )
        } _: { output in
            [
                "NextToken": JSONValue(output.nextToken),
                "LaunchTemplates": .array(
                    output.launchTemplates.map { template in
                        [
                            "LaunchTemplateId": .string(template.launchTemplateID),
                            "LaunchTemplateName": JSONValue(template.launchTemplateName),
                            "CreateTime": JSONValue(template.createTime?.dateTimeMilliseconds),
                            "CreatedBy": JSONValue(template.createdBy),
                            "DefaultVersionNumber": JSONValue(template.defaultVersionNumber),
                            "LatestVersionNumber": JSONValue(template.latestVersionNumber),
                            "Tags": tags(template.tags),
                        ]
                    }
                ),
            ]
        },
        "ec2.DescribeInstances": ProbedOperation {
            EC2.DescribeInstances(
                instanceIDs: $0.get("InstanceIds") ?? [],
                filters: filters($0),
                includesManagedResources: $0.get("IncludeManagedResources") ?? false,
                maximumResults: $0.get("MaxResults"),
                startToken: $0.get("NextToken")
            )
        } _: { output in
            [
                "NextToken": JSONValue(output.nextToken),
                "Reservations": .array(
                    output.reservations.map { reservation in
                        [
                            "ReservationId": JSONValue(reservation.reservationID),
                            "OwnerId": JSONValue(reservation.ownerID),
                            "Instances": .array(
                                reservation.instances.map { instance in
                                    [
                                        "InstanceId": .string(instance.instanceID),
                                        "ImageId": JSONValue(instance.imageID), "State": JSONValue(instance.state),
                                        "LaunchTime": JSONValue(instance.launchTime?.dateTimeMilliseconds),
                                        "Tags": tags(instance.tags),
                                    ]
                                }
                            ),
                        ]
                    }
                ),
            ]
        },
    ]
}
