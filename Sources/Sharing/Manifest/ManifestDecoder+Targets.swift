import Governance
import YAML

/// The targets of a manifest.
extension ManifestDecoder {
    enum TargetKind: String, CaseIterable {
        case accounts = "target-accounts"
        case organizations
        case units = "organizational-units"

        var article: String {
            switch self {
            case .accounts: "a target account"
            case .organizations: "an organization"
            case .units: "an organizational unit"
            }
        }
    }

    mutating func target(_ node: YAMLNode, _ kind: TargetKind) -> ShareTarget? {
        guard var reader = MappingReader(node, kind.article, &diagnostics) else { return nil }
        var access: AccountAccess?
        var principal: Principal?
        var alias: Positioned<String>?
        var grantsKeys = false
        var keptTags: [Glob] = []
        switch kind {
        case .accounts:
            access = self.access(&reader, kind.article, isRoleRequired: true)
            principal = access.map { .account($0.id.value) }
            alias = access?.alias
            let keys = reader.take("kms")?.value("kms", "\"grant\" or \"none\"", &diagnostics) { text in
                ["grant": true, "none": false][text]
            }
            grantsKeys = keys?.value ?? false
            for element in reader.take("keep-tags")?.elements("keep-tags", &diagnostics) ?? [] {
                let glob = element.value("keep-tags", "the name of a tag", &diagnostics) { Glob($0) }
                if let glob { keptTags.append(glob.value) }
            }
        case .organizations:
            principal =
                reader.require("arn", of: kind.article, &diagnostics)?.value(
                    "arn",
                    "the ARN of an organization",
                    &diagnostics
                ) { Principal(organizationARN: $0) }?.value
            alias = self.alias(&reader)
        case .units:
            principal =
                reader.require("arn", of: kind.article, &diagnostics)?.value(
                    "arn",
                    "the ARN of an organizational unit",
                    &diagnostics
                ) { Principal(organizationalUnitARN: $0) }?.value
            alias = self.alias(&reader)
        }
        // Nil: of the groups each has to have its own.
        let regions = reader.take("regions").map { self.regions($0) }
        let groupsNode = reader.take("amis")
        reader.finish(&diagnostics)
        let groups = groups(groupsNode, regions: regions, of: kind.article, at: node.position)
        guard let principal, let groups else { return nil }
        return ShareTarget(
            principal: principal,
            label: alias?.value ?? principal.identifier,
            access: access,
            grantsKeys: grantsKeys,
            keptTags: keptTags,
            groups: groups
        )
    }

    private mutating func regions(_ node: YAMLNode) -> [Region] {
        var found: [Region: YAMLPosition] = [:]
        for element in node.elements("regions", &diagnostics) ?? [] {
            guard let region = element.value("a region", Region.expectation, &diagnostics, { Region($0) }) else {
                continue
            }
            if let first = found.updateValue(region.position, forKey: region.value) {
                diagnostics.add("the region \(region.value) is in the list already, at \(first)", at: region.position)
            }
        }
        return found.keys.sorted()
    }

    /// - Parameter regions: Those of the target, for groups that have none of their own.
    private mutating func groups(
        _ node: YAMLNode?,
        regions: [Region]?,
        of what: String,
        at position: YAMLPosition
    ) -> [ImageGroup]? {
        guard let node else {
            diagnostics.add("\(what) has no \"amis\": nothing is to be shared with it", at: position)
            return nil
        }
        if node.isUnknown { return nil }
        guard let entries = node.mapping, !entries.isEmpty else {
            diagnostics.add("\"amis\" is to name at least one group of images", at: node.position)
            return nil
        }
        var groups: [ImageGroup] = []
        for entry in entries {
            if entry.key.isEmpty { diagnostics.add("a group of images has no name", at: entry.keyPosition) }
            if let group = group(entry, regions: regions) { groups.append(group) }
        }
        return groups.sorted { $0.name < $1.name }
    }

    private mutating func group(_ entry: YAMLNode.Entry, regions: [Region]?) -> ImageGroup? {
        let what = "the group \(quoted(entry.key))"
        guard var reader = MappingReader(entry.value, what, &diagnostics) else { return nil }
        let regionsNode = reader.take("regions")
        let own = regionsNode.map { self.regions($0) }
        let newestNode = reader.take("newest")
        let newest = newestNode?.value("newest", "a number from 1 to 10000, or \"all\"", &diagnostics) { Newest($0) }
        let maximumAge = reader.take("max-age")?.value(
            "max-age",
            "a number of hours, days or weeks, such as 36h, 90d or 2w",
            &diagnostics
        ) { MaximumAge($0) }
        let nameGlob = reader.take("name-glob")?.value("name-glob", "a name", &diagnostics) { Glob($0) }
        let filterNodes = reader.take("filters")
        reader.finish(&diagnostics)
        var filters: [ImageFilter] = []
        for element in filterNodes?.elements("filters", &diagnostics) ?? [] {
            if let filter = filter(element) { filters.append(filter) }
        }
        if filterNodes == nil, nameGlob == nil {
            diagnostics.add("\(what) has neither \"filters\" nor \"name-glob\"", at: entry.keyPosition)
        }
        if regionsNode == nil, regions == nil {
            diagnostics.add("\(what) has no \"regions\", and its target has none either", at: entry.keyPosition)
        }
        return ImageGroup(
            name: entry.key,
            regions: own ?? regions ?? [],
            filters: filters,
            newest: (newest?.value ?? .one).count,
            maximumAge: maximumAge?.value,
            nameGlob: nameGlob?.value
        )
    }

    private struct Newest: Hashable {
        let count: Int?
        static let one = Newest(count: 1)

        init(count: Int?) { self.count = count }

        init?(_ text: String) {
            if text == "all" {
                count = nil
            } else {
                guard let number = Int(text), (1...10_000).contains(number), text.utf8.allSatisfy({ $0 != 0x2B })
                else { return nil }
                count = number
            }
        }
    }

    private mutating func filter(_ node: YAMLNode) -> ImageFilter? {
        guard var reader = MappingReader(node, "a filter", &diagnostics) else { return nil }
        let property = reader.require("property", of: "a filter", &diagnostics)?.value(
            "property",
            "one of tag:<name>, AMIName, ID",
            &diagnostics
        ) { ImageFilter.Property($0) }?.value
        let valueNode = reader.require("value", of: "a filter", &diagnostics)
        let isInverted = reader.take("invert").flatMap { $0.boolean("invert", &diagnostics) } ?? false
        reader.finish(&diagnostics)
        guard let property, let valueNode else { return nil }
        let value: String?
        switch property {
        case .id: value = valueNode.value("value", ImageID.expectation, &diagnostics) { ImageID($0) }?.value.text
        case .name:
            value = valueNode.value("value", "the name of an image", &diagnostics) { $0.isEmpty ? nil : $0 }?.value
        case .tag:
            value =
                valueNode.value("value", "a tag's value: up to 256 characters", &diagnostics) {
                    TagRules.isValue($0) ? $0 : nil
                }?.value
        }
        return value.map { ImageFilter(property: property, value: $0, isInverted: isInverted) }
    }
}
