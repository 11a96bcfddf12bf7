/// What EC2 takes for a tag, and which tags are nobody's to copy.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions>
public enum TagRules {
    /// The tag of a shared image begins with this; the target's label follows.
    public static let sharePrefix = "SharedWith-"
    /// The value of the tag of a shared image.
    public static let shareValue = "true"
    /// Besides those of AWS, a resource has at most this many.
    public static let maximumCount = 50

    public static func shareTag(_ label: String) -> String { sharePrefix + label }

    /// Tags that begin with `aws:`, which only AWS sets, and those that sharing sets.
    public static func isReserved(_ name: String) -> Bool {
        isSetByAWS(name) || name.hasPrefix(sharePrefix) || name == CopyRecord.tag
    }

    static func isSetByAWS(_ name: String) -> Bool { name.lowercased().hasPrefix("aws:") }

    /// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Tag.html>
    public static func isName(_ text: String) -> Bool { (1...127).contains(text.unicodeScalars.count) }

    public static func isValue(_ text: String) -> Bool { text.unicodeScalars.count <= 256 }

    /// The tags that the copy of an image's tags consists of.
    public static func copied(_ tags: [String: String]) -> [String: String] {
        tags.filter { !isReserved($0.key) }
    }
}
