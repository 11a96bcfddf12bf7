import Testing

@testable import DistributionResource

@Suite struct KeyPolicyTests {
    static let account = "222222222222"
    static let role = "arn:aws:iam::222222222222:role/EC2ImageBuilderDistributionCrossAccountRole"
    static let enough = #"["kms:CreateGrant","kms:Decrypt","kms:DescribeKey","kms:GenerateDataKey*","kms:ReEncrypt*"]"#

    static func missing(_ statements: String...) throws -> [String] {
        let policy = KeyPolicy(#"{"Version":"2012-10-17","Statement":[\#(statements.joined(separator: ","))]}"#)
        return try #require(policy).missingActions(account: account, role: role)
    }

    static func statement(
        _ effect: String = "Allow",
        principal: String,
        action: String = enough,
        condition: String? = nil
    ) -> String {
        let condition = condition.map { #","Condition":\#($0)"# } ?? ""
        return #"{"Effect":"\#(effect)","Principal":\#(principal),"Action":\#(action),"Resource":"*"\#(condition)}"#
    }

    @Test(arguments: [
        #"{"AWS":"arn:aws:iam::222222222222:root"}"#, #"{"AWS":["333333333333","222222222222"]}"#, #""*""#,
        #"{"AWS":"*"}"#, #"{"AWS":"\#(role)"}"#,
    ])
    func theAccountIsLetIn(_ principal: String) throws {
        #expect(try Self.missing(Self.statement(principal: principal)) == [])
        #expect(try Self.missing(Self.statement(principal: principal, action: #""kms:*""#)) == [])
    }

    @Test(arguments: [
        #"{"AWS":"arn:aws:iam::333333333333:root"}"#, #"{"AWS":"arn:aws:iam::222222222222:role/other"}"#,
        #"{"Service":"logs.amazonaws.com"}"#, #"{"AWS":[]}"#,
    ])
    func othersAreNot(_ principal: String) throws {
        #expect(try Self.missing(Self.statement(principal: principal)) == KeyPolicy.neededActions)
    }

    @Test func whatIsMissingIsNamed() throws {
        let action = #"["kms:DescribeKey","kms:Decrypt","kms:GenerateDataKeyWithoutPlaintext"]"#
        #expect(
            try Self.missing(Self.statement(principal: #""*""#, action: action))
                == ["kms:CreateGrant", "kms:ReEncryptFrom", "kms:ReEncryptTo"]
        )
    }

    @Test func statementsAddUpAndDenialsPrevail() throws {
        let half = Self.statement(principal: #""*""#, action: #"["kms:CreateGrant","kms:De*"]"#)
        let other = Self.statement(principal: #""*""#, action: #"["KMS:generatedatakey*","kms:ReEncrypt*"]"#)
        #expect(try Self.missing(half, other) == [])
        let denial = Self.statement("Deny", principal: #""*""#, action: #""kms:CreateGrant""#)
        #expect(try Self.missing(half, other, denial) == ["kms:CreateGrant"])
    }

    @Test(arguments: [
        (#"{"StringEquals":{"kms:CallerAccount":"222222222222"}}"#, true),
        (#"{"StringEquals":{"kms:CallerAccount":["333333333333"]}}"#, false),
        (#"{"StringEquals":{"aws:PrincipalAccount":"333333333333"}}"#, false),
        (#"{"Bool":{"kms:GrantIsForAWSResource":"true"}}"#, true),
        (#"{"Bool":{"kms:GrantIsForAWSResource":"true"},"StringEquals":{"kms:CallerAccount":"333333333333"}}"#, false),
        ("{}", true),
    ])
    func conditions(_ condition: String, _ isLetIn: Bool) throws {
        let missing = try Self.missing(Self.statement(principal: #""*""#, condition: condition))
        #expect(missing == (isLetIn ? [] : KeyPolicy.neededActions))
    }

    @Test func aDenialOfWhichNobodyKnowsWhetherItHoldsIsLeftOut() throws {
        let denial = Self.statement(
            "Deny",
            principal: #""*""#,
            condition: #"{"StringNotEquals":{"aws:PrincipalOrgID":"o-exampleorgid"}}"#
        )
        #expect(try Self.missing(Self.statement(principal: #""*""#), denial) == [])
    }

    @Test(arguments: ["", "[]", "{}", "no JSON"])
    func aDocumentThatIsNoPolicy(_ document: String) {
        #expect(KeyPolicy(document) == nil)
    }

    @Test(arguments: [
        ("kms:Decrypt", "kms:*", true), ("kms:Decrypt", "*", true), ("kms:Decrypt", "kms:De?rypt", true),
        ("kms:Decrypt", "kms:D*t", true), ("kms:Decrypt", "kms:D*x", false), ("kms:Decrypt", "kms:Decryp", false),
        ("kms:Decrypt", "KMS:DECRYPT", true), ("kms:ReEncryptTo", "kms:*Encrypt*", true), ("", "*", true),
        ("a", "", false),
    ])
    func wildcards(_ text: String, _ pattern: String, _ isMatching: Bool) {
        #expect(KeyPolicy.matches(text, pattern: pattern) == isMatching)
    }
}
