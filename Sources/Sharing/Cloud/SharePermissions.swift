/// What the roles that sharing assumes have to allow: `terraform/modules/share_roles` grants this and nothing else.
/// Actions and resources are those of <https://docs.aws.amazon.com/service-authorization/latest/reference/>.
public enum SharePermissions {
    public struct Statement: Hashable, Sendable {
        /// When it is needed.
        public let purpose: String
        public let actions: [String]
        /// With `<partition>`, `<region>`, `<account>` for the caller to fill in; the ARNs of images and snapshots name no
        /// account.
        public let resources: [String]

        init(_ purpose: String, _ actions: [String], on resources: [String]) {
            self.purpose = purpose
            self.actions = actions
            self.resources = resources
        }
    }

    private static let images = "arn:<partition>:ec2:<region>::image/*"
    private static let snapshots = "arn:<partition>:ec2:<region>::snapshot/*"

    /// Of the provider: the role in the source account (`source-account.assume-role`).
    public static let provider = [
        Statement("look at images and snapshots", ["ec2:DescribeImages", "ec2:DescribeSnapshots"], on: ["*"]),
        Statement("drift: in which regions", ["ec2:DescribeRegions"], on: ["*"]),
        Statement(
            "see and set who may launch",
            ["ec2:DescribeImageAttribute", "ec2:ModifyImageAttribute"],
            on: [images]
        ),
        Statement(
            "--share-snapshots, drift and revoke: see and set who may make volumes",
            ["ec2:DescribeSnapshotAttribute", "ec2:ModifySnapshotAttribute"],
            on: [snapshots]
        ),
        Statement("SharedWith-… and post-share-tags", ["ec2:CreateTags", "ec2:DeleteTags"], on: [images]),
        Statement(
            "who manages the key of an encrypted snapshot",
            ["kms:DescribeKey"],
            on: ["arn:<partition>:kms:<region>:<account>:key/*"]
        ),
        Statement(
            "kms: grant, drift and revoke: grants for the keys of encrypted snapshots",
            ["kms:ListGrants", "kms:CreateGrant", "kms:RevokeGrant"],
            on: ["arn:<partition>:kms:<region>:<account>:key/*"]
        ),
        Statement(
            "revoke: who uses the images, where AMI Steward is installed in the account",
            ["dynamodb:Query"],
            on: [
                "arn:<partition>:dynamodb:<region>:<account>:table/<usage table>/index/image",
                "arn:<partition>:dynamodb:<region>:<account>:table/<shares table>",
            ]
        ),
        Statement("alias", ["iam:ListAccountAliases"], on: ["*"]),
    ]

    /// Of the consumer: the role in a target account (`target-accounts[].assume-role`).
    public static let consumer = [
        Statement("look at what is shared", ["ec2:DescribeImages", "ec2:DescribeSnapshots"], on: ["*"]),
        Statement(
            "copy tags; snapshots with --share-snapshots",
            ["ec2:CreateTags", "ec2:DeleteTags"],
            on: [images, snapshots]
        ),
        Statement("alias", ["iam:ListAccountAliases"], on: ["*"]),
    ]
}
