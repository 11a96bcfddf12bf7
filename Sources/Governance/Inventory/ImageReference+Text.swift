extension ImageReference {
    /// What launch templates and fleets name: an image id, or `resolve:ssm:` and a parameter.
    init?(launched text: String) {
        if let name = CreatedLaunchTemplateVersion.parameterName(in: text) {
            self = .parameter(name)
        } else if let image = ImageID(text) {
            self = .id(image)
        } else {
            return nil
        }
    }

    /// What recipes name: an image id, or `ssm:` and a parameter's name or ARN.
    init?(ofRecipe text: String) {
        let prefix = "ssm:"
        if text.hasPrefix(prefix), text.utf8.count > prefix.utf8.count {
            self = .parameter(String(text.dropFirst(prefix.utf8.count)))
        } else if let image = ImageID(text) {
            self = .id(image)
        } else {
            return nil
        }
    }
}
