import AWSServices

extension DistributionProperties {
    /// The AMI tags that the resource keeps itself.
    static let ownTags: Set<String> = [TargetTag.publish, TargetTag.share]

    /// The properties in an event's `ResourceProperties`.
    ///
    /// - Throws: ``PropertyError`` that names the first property that is unknown, missing or not valid.
    init(_ resourceProperties: [String: JSONValue]) throws(PropertyError) {
        let reader = PropertyReader(resourceProperties)
        try reader.refuseUnknown(Self.names)
        let arn = try reader.requiredText("AmiDistributionArn")
        guard let configuration = ConfigurationARN(arn) else {
            throw PropertyError("AmiDistributionArn", "\(quoted(arn)) is not the ARN of a distribution configuration")
        }
        self.init(
            configuration: configuration,
            regions: try Self.sources(
                reader,
                "AwsDistributionRegions",
                "a region",
                where: { Identifiers.isRegion($0) },
                // A region misspelled is no parameter: only a path or an ARN is.
                parameterWhere: { $0.contains("/") }
            ) ?? []
        )
        guard !regions.isEmpty else { throw PropertyError("AwsDistributionRegions", "must name at least one region") }
        removesOtherRegions = try reader.flag("RemoveOtherRegions") ?? false
        verifies = try reader.flag("Verify") ?? false
        try readNames(reader)
        try readTargets(reader)
        keys = try reader.regional("KmsKeyIds") { value, path throws(PropertyError) in
            let key = TextList.trimmed(try PropertyReader.text(value, path))
            guard Identifiers.isKey(key) else {
                throw PropertyError(path, "\(quoted(key)) is not a KMS key's id or ARN")
            }
            return key
        }
        imageTags = try Self.tags(reader)
        try readOutputs(reader)
    }

    /// Every property, with those that CloudFormation itself adds.
    static let names: Set<String> = [
        "ServiceToken", "ServiceTimeout", "AmiDistributionArn", "AmiDistributionName", "ImageBuilderName",
        "AwsDistributionRegions", "RemoveOtherRegions", "PublishingAccountIds", "PublishingOrganizationalUnitIds",
        "SharingAccountIds", "SharingOrganizationArns", "SharingOrganizationalUnitArns", "KmsKeyIds", "AmiTags",
        "SsmParameterConfigurations", "LaunchTemplateConfigurations", "S3ExportConfiguration",
        "FastLaunchConfigurations", "LicenseConfigurationArns", "Verify",
    ]

    private mutating func readNames(_ reader: PropertyReader) throws(PropertyError) {
        imageName = try reader.text("AmiDistributionName")
        if let imageName, !Identifiers.isImageName(imageName) {
            throw PropertyError(
                "AmiDistributionName",
                "\(quoted(imageName)) is not a name of 3 to 127 letters, digits, blanks and -_:{}."
            )
        }
        builderName = try reader.text("ImageBuilderName")
        if let builderName {
            let length = Self.description(builderName: builderName).unicodeScalars.count
            guard !builderName.isEmpty, length <= ServiceLimits.descriptionCharacters else {
                throw PropertyError("ImageBuilderName", "must have between 1 and about 990 characters")
            }
        }
    }

    private mutating func readTargets(_ reader: PropertyReader) throws(PropertyError) {
        publishingAccounts = try Self.accounts(reader, "PublishingAccountIds")
        sharingAccounts = try Self.accounts(reader, "SharingAccountIds")
        publishingUnits = try reader.list(
            "PublishingOrganizationalUnitIds",
            of: "the id of an organizational unit (ou-…) or root (r-…)",
            where: { Identifiers.isOrganizationalUnitID($0) || Identifiers.isRootID($0) }
        )
        sharingOrganizations = try reader.list(
            "SharingOrganizationArns",
            of: "the ARN of an organization",
            maximum: ServiceLimits.organizations,
            where: Identifiers.isOrganization
        )
        sharingUnits = try reader.list(
            "SharingOrganizationalUnitArns",
            of: "the ARN of an organizational unit",
            maximum: ServiceLimits.units,
            where: Identifiers.isOrganizationalUnit
        )
    }

    private mutating func readOutputs(_ reader: PropertyReader) throws(PropertyError) {
        func structures(
            _ property: String,
            _ structure: OutputStructure,
            maximum: Int = .max
        ) throws(PropertyError) -> RegionalValue<JSONValue>? {
            try reader.regional(property) { value, path throws(PropertyError) in
                var result: [JSONValue] = []
                for (index, element) in try Self.elements(value, path).enumerated() {
                    result.append(try structure.read(element, "\(path)[\(index)]"))
                }
                guard result.count <= maximum else {
                    throw PropertyError(path, "has \(result.count) elements; at most \(maximum) are possible")
                }
                return .array(result)
            }
        }
        outputs["ssmParameterConfigurations"] = try structures("SsmParameterConfigurations", .ssmParameter)
        outputs["launchTemplateConfigurations"] = try structures(
            "LaunchTemplateConfigurations",
            .launchTemplate,
            maximum: ServiceLimits.launchTemplates
        )
        outputs["fastLaunchConfigurations"] = try structures(
            "FastLaunchConfigurations",
            .fastLaunch,
            maximum: ServiceLimits.fastLaunches
        )
        outputs["s3ExportConfiguration"] = try reader.regional("S3ExportConfiguration") {
            value,
            path throws(PropertyError) in
            if value == .object([:]) || value.string.map({ TextList.trimmed($0).isEmpty }) == true {
                return .object([:])
            }
            return try OutputStructure.s3Export.read(value, path)
        }
        outputs["licenseConfigurationArns"] = try reader.regional("LicenseConfigurationArns") {
            value,
            path throws(PropertyError) in
            let list = try PropertyReader.list(value, path)
            for element in list where !Identifiers.isLicenseConfiguration(element) {
                throw PropertyError(path, "\(quoted(element)) is not the ARN of a license configuration")
            }
            guard list.count <= ServiceLimits.licenseConfigurations else {
                throw PropertyError(
                    path,
                    "has \(list.count) elements; at most \(ServiceLimits.licenseConfigurations) are possible"
                )
            }
            return JSONValue(strings: list)
        }
    }

    /// A list of structures; one structure alone is a list of one, an empty text a list of none.
    private static func elements(_ value: JSONValue, _ path: String) throws(PropertyError) -> [JSONValue] {
        switch value {
        case .array(let elements): return elements
        case .object: return [value]
        case .string(let text) where TextList.trimmed(text).isEmpty: return []
        default: throw PropertyError(path, "must be a list of objects")
        }
    }

    private static func tags(_ reader: PropertyReader) throws(PropertyError) -> [String: String] {
        var tags: [String: String] = [:]
        for (key, value) in try reader.object("AmiTags") ?? [:] {
            let path = "AmiTags.\(key)"
            guard Identifiers.isTagKey(key) else {
                throw PropertyError(
                    "AmiTags",
                    "\(quoted(key)) is not a tag key of at most 128 letters, digits and _.:/=+-@"
                )
            }
            guard !ownTags.contains(key) else { throw PropertyError(path, "is kept by the resource itself") }
            let text = try PropertyReader.text(value, path)
            guard text.unicodeScalars.count <= ServiceLimits.tagValueCharacters else {
                throw PropertyError(path, "has more than \(ServiceLimits.tagValueCharacters) characters")
            }
            tags[key] = text
        }
        return tags
    }

    private static func accounts(_ reader: PropertyReader, _ property: String) throws(PropertyError) -> [TargetSource]?
    {
        try sources(
            reader,
            property,
            "an account id of 12 digits",
            where: { Identifiers.isAccount($0) },
            // An id with a digit missing is no parameter.
            parameterWhere: { !$0.utf8.allSatisfy(Identifiers.isDigit) }
        )
    }

    /// Elements given directly, and parameters.
    private static func sources(
        _ reader: PropertyReader,
        _ property: String,
        _ kind: String,
        where isLiteral: (String) -> Bool,
        parameterWhere isUnmistakable: (String) -> Bool
    ) throws(PropertyError) -> [TargetSource]? {
        guard let elements = try reader.list(property) else { return nil }
        var sources: [TargetSource] = []
        for element in elements {
            if isLiteral(element) {
                sources.append(.literal(element))
            } else if Identifiers.isParameter(element), isUnmistakable(element) {
                sources.append(.parameter(element))
            } else {
                throw PropertyError(property, "\(quoted(element)) is neither \(kind) nor the name of an SSM parameter")
            }
        }
        return sources
    }
}
