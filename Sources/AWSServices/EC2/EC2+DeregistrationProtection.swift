import AWSClient

extension EC2 {
    /// Keeps an image from being deregistered. Its owner may.
    public struct EnableImageDeregistrationProtection: EC2Operation {
        public typealias Output = EmptyOutput
        public static let name = "EnableImageDeregistrationProtection"

        public var imageID: String
        /// Whether the protection lasts 24 hours longer than until it is disabled.
        public var hasCooldown: Bool

        public init(imageID: String, hasCooldown: Bool = false) {
            self.imageID = imageID
            self.hasCooldown = hasCooldown
        }

        public func encode(to form: inout QueryForm) {
            form.set("ImageId", imageID)
            if hasCooldown { form.set("WithCooldown", true) }
        }
    }

    /// Lets an image be deregistered again, at once or after its cooldown.
    public struct DisableImageDeregistrationProtection: EC2Operation {
        public typealias Output = EmptyOutput
        public static let name = "DisableImageDeregistrationProtection"

        public var imageID: String

        public init(imageID: String) {
            self.imageID = imageID
        }

        public func encode(to form: inout QueryForm) {
            form.set("ImageId", imageID)
        }
    }
}
