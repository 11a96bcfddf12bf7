import AWSClient
import AWSServices

extension AWSError {
    /// What a person can do about it.
    var hint: String? {
        switch kind {
        case .credentials: return "set AWS_PROFILE or --profile, or log in anew"
        case .configuration where code == "MissingRegion": return "give --region, or set AWS_REGION"
        default: break
        }
        switch code {
        case "ResourceNotFoundException" where service == "DynamoDB":
            return "is this the account and region of the images? The tables are named by --prefix, --shares-table and"
                + " --usage-table"
        case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation":
            return "the caller needs \(action); --profile and --role-arn choose another"
        case "ExpiredToken", "ExpiredTokenException", "RequestExpired":
            return "the credentials have expired: log in anew"
        default: return nil
        }
    }

    /// The IAM action of the operation.
    private var action: String {
        let prefix = service.lowercased().filter { $0 != " " }
        // A transaction needs the actions of what it does; this program only deletes by one.
        let name = operation == DynamoDB.TransactWriteItems.name ? DynamoDB.DeleteItem.name : operation
        return "\(prefix == "sesv2" ? "ses" : prefix):\(name)"
    }
}
