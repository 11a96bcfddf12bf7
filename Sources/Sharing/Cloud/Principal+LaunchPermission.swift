import AWSServices
import Governance

extension EC2.LaunchPermission {
    init(_ principal: Principal) {
        switch principal {
        case .account(let account): self.init(userID: account.text)
        case .organization(let arn): self.init(organizationARN: arn.text)
        case .organizationalUnit(let arn): self.init(organizationalUnitARN: arn.text)
        case .all: self.init(group: "all")
        }
    }
}

extension Principal {
    /// - Returns: nil for a permission of a kind that is not known.
    init?(_ permission: EC2.LaunchPermission) {
        if let account = permission.userID.flatMap({ AccountID($0) }) {
            self = .account(account)
        } else if let arn = permission.organizationARN, let principal = Principal(organizationARN: arn) {
            self = principal
        } else if let arn = permission.organizationalUnitARN, let principal = Principal(organizationalUnitARN: arn) {
            self = principal
        } else if permission.group == "all" {
            self = .all
        } else {
            return nil
        }
    }
}
