import AWSServices

/// A launch template's version as a group, a fleet or a node group names it.
struct LaunchTemplateUse: Hashable, Sendable {
    enum Template: Hashable, Sendable {
        case id(LaunchTemplateID)
        case name(String)
    }

    let template: Template
    /// A number, `$Latest` or `$Default`.
    let version: String

    /// The template is named by its id where both are there; its default version is meant where there is none.
    ///
    /// - Returns: nil where there is neither, or the version is of no known form.
    init?(id: String?, name: String?, version: String?) {
        if let id = id.flatMap({ LaunchTemplateID($0) }) {
            template = .id(id)
        } else if let name, !name.isEmpty {
            template = .name(name)
        } else {
            return nil
        }
        switch version {
        case nil, "$Default": self.version = "$Default"
        case "$Latest": self.version = "$Latest"
        case .some(let text):
            guard let number = Int(text), number > 0 else { return nil }
            self.version = String(number)
        }
    }

    init?(_ specification: EC2.LaunchTemplateSpecification?) {
        guard let specification else { return nil }
        self.init(
            id: specification.launchTemplateID,
            name: specification.launchTemplateName,
            version: specification.version
        )
    }

    init?(_ specification: AutoScaling.LaunchTemplateSpecification?) {
        guard let specification else { return nil }
        self.init(
            id: specification.launchTemplateID,
            name: specification.launchTemplateName,
            version: specification.version
        )
    }
}
