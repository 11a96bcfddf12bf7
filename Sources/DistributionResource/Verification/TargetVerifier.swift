import AWSClient
import AWSServices

/// Looks, before anything is changed, whether Image Builder can distribute to the target accounts: each has the role that
/// Image Builder assumes there, and each key lets it in.
/// <https://docs.aws.amazon.com/imagebuilder/latest/userguide/cross-account-dist.html>
struct TargetVerifier: Sendable {
    static let roleName = "EC2ImageBuilderDistributionCrossAccountRole"

    /// Its credentials assume the roles.
    let client: AWSClient

    private static let concurrency = 16

    /// Something is missing; the description names all of it.
    struct MissingAccess: Error, CustomStringConvertible {
        let problems: [String]
        var description: String { "Verify: " + problems.joined(separator: "; ") }
    }

    /// - Parameter regions: The regions to look at.
    /// - Throws: ``MissingAccess``, or `AWSError` where a call failed for another reason.
    func verify(_ settings: DistributionSettings, regions: [String], for configuration: ConfigurationARN) async throws {
        var accounts: [String] = []
        var keys: [(region: String, key: String, accounts: [String])] = []
        for region in regions {
            let image = settings[region]?[FieldPath.image]
            // The configuration's own account distributes to itself by its service-linked role.
            let targets = (image?["targetAccountIds"]?.strings ?? []).filter { $0 != configuration.account }
            accounts += targets
            if let key = image?["kmsKeyId"]?.string, !targets.isEmpty { keys.append((region, key, targets)) }
        }
        accounts = TextList.unique(accounts)
        let roleProblems = try await concurrentMap(accounts, limit: Self.concurrency) { account throws(AWSError) in
            try await roleProblem(account, configuration)
        }
        var problems = roleProblems.compactMap { $0 }
        for (region, key, accounts) in keys {
            problems += try await keyProblems(key, region: region, accounts: accounts, configuration)
        }
        if !problems.isEmpty { throw MissingAccess(problems: problems) }
    }

    /// Credentials of the account's role, asked of STS each time: what was true minutes ago proves nothing.
    private func provider(_ account: String, _ configuration: ConfigurationARN) -> AssumeRoleProvider {
        let session = RoleSession(
            roleARN: role(account, configuration),
            sessionName: "image-distribution-verify",
            duration: .seconds(900)
        )
        return AssumeRoleProvider(session, sts: client)
    }

    private func role(_ account: String, _ configuration: ConfigurationARN) -> String {
        "arn:\(configuration.partition):iam::\(account):role/\(Self.roleName)"
    }

    /// Why the account's role cannot be assumed; nil where it can. IAM does not tell a missing role from one that does not
    /// trust the caller.
    private func roleProblem(_ account: String, _ configuration: ConfigurationARN) async throws(AWSError) -> String? {
        do {
            _ = try await provider(account, configuration).credentials(deadline: AWSClient.deadline)
            return nil
        } catch  where Self.isRefusal(error) {
            return "account \(account) has no role \(Self.roleName) that trusts account \(configuration.account)"
        }
    }

    private func keyProblems(
        _ id: String,
        region: String,
        accounts: [String],
        _ configuration: ConfigurationARN
    ) async throws -> [String] {
        let name = "KMS key \(id) in \(region)"
        let isForeign =
            id.hasPrefix("arn:")
            && id.split(separator: ":").dropFirst(4).first.map { $0 != configuration.account } == true
        if isForeign {
            let problems = try await concurrentMap(accounts, limit: Self.concurrency) { account throws(AWSError) in
                try await foreignKeyProblem(id, name, region: region, account: account, configuration)
            }
            return problems.compactMap { $0 }
        }
        let kms = KMS(client.with(region: region))
        guard let key = try await existingKey(id, kms) else { return ["\(name) does not exist"] }
        if key.manager == "AWS" { return ["\(name) is managed by AWS and lets no other account in"] }
        if let state = key.state, state != "Enabled" { return ["\(name) is not enabled but \(state)"] }
        guard let policy = KeyPolicy(try await kms.keyPolicy(key.arn)) else {
            return ["\(name) has a policy that cannot be read"]
        }
        return accounts.compactMap { account in
            let missing = policy.missingActions(account: account, role: role(account, configuration))
            guard !missing.isEmpty else { return nil }
            return "\(name) does not let account \(account) in (\(missing.joined(separator: ", ")))"
        }
    }

    private func existingKey(_ id: String, _ kms: KMS) async throws(AWSError) -> KMS.Key? {
        do {
            return try await kms.key(id)
        } catch  where error.code == "NotFoundException" {
            return nil
        }
    }

    /// A key of a third account: its policy cannot be read, but the target's role can be asked to look at the key.
    private func foreignKeyProblem(
        _ id: String,
        _ name: String,
        region: String,
        account: String,
        _ configuration: ConfigurationARN
    ) async throws(AWSError) -> String? {
        do {
            let client = client.with(credentials: provider(account, configuration)).with(region: region)
            _ = try await KMS(client).key(id)
            return nil
        } catch  where Self.isRefusal(error) || error.code == "NotFoundException" {
            return "\(name) does not let account \(account) in (kms:DescribeKey)"
        }
    }

    private static func isRefusal(_ error: AWSError) -> Bool {
        // A provider of credentials may wrap what STS answered.
        if ["AccessDenied", "AccessDeniedException"].contains(error.code) { return true }
        return (error.underlying as? AWSError).map(isRefusal) ?? false
    }
}
