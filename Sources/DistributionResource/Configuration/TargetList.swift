import AWSServices

/// A list of targets as one text with a limit: whole ids separated by commas, never a part of one. Where not all fit, the
/// text ends with how many more there are (`111111111111,222222222222,+1534 more`), so that nobody takes it for the whole.
enum TargetList {
    static func text(_ targets: [String], limit: Int) -> String {
        let whole = targets.joined(separator: ",")
        if whole.utf8.count <= limit { return whole }
        var text = ""
        for (index, target) in targets.enumerated() {
            let next = index == 0 ? target : text + "," + target
            guard (next + ",").utf8.count + rest(targets.count - index - 1).utf8.count <= limit else {
                let end = rest(targets.count - index)
                return index == 0 ? end : text + "," + end
            }
            text = next
        }
        return text
    }

    private static func rest(_ count: Int) -> String { "+\(count) more" }
}

/// The AMI tags that say where an AMI goes.
enum TargetTag {
    /// The accounts the AMI is published to.
    static let publish = "PublishTargets"
    /// Those who may launch it: account ids, then the ids of organizations and organizational units.
    static let share = "SharingTargets"

    /// The targets that a region's distribution gives, by tag.
    static func targets(of distribution: JSONValue) -> [String: [String]] {
        let image = distribution[FieldPath.image]
        let permission = image?["launchPermission"]
        let units =
            (permission?["organizationArns"]?.strings ?? []) + (permission?["organizationalUnitArns"]?.strings ?? [])
        return [
            publish: image?["targetAccountIds"]?.strings ?? [],
            share: (permission?["userIds"]?.strings ?? []) + (permission?["userGroups"]?.strings ?? [])
                + units.map { String($0.split(separator: "/").last ?? Substring($0)) },
        ]
    }
}
