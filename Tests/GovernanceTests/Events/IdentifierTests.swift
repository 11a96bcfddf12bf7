import Testing

@testable import Governance

@Suite struct IdentifierTests {
    @Test(arguments: [
        ("111122223333", true), ("000000000001", true), ("11112222333", false), ("1111222233334", false),
        ("11112222333a", false), ("", false), ("１11122223333", false),
    ])
    func accounts(text: String, isOne: Bool) { #expect((AccountID(text) != nil) == isOne) }

    @Test(arguments: [
        ("ami-0abcdef1234567890", true), ("ami-12345678", true), ("ami-", false), ("ami-ABC", false),
        ("ami-1#2", false), ("i-0abc", false), ("", false), ("ami-" + String(repeating: "0", count: 33), false),
    ])
    func images(text: String, isOne: Bool) { #expect((ImageID(text) != nil) == isOne) }

    @Test(arguments: [
        ("eu-central-1", true), ("us-gov-west-1", true), ("us-iso-east-1", true), ("eu", false),
        ("eu-central-1/", false),
        ("EU-CENTRAL-1", false), ("-eu-1", false), ("", false),
    ])
    func regions(text: String, isOne: Bool) { #expect((Region(text) != nil) == isOne) }

    @Test(arguments: [
        ("web", true), ("a b/c:d#1", true), ("é", true), ("", false), ("a\nb", false), ("a\u{2028}b", false),
        (String(repeating: "é", count: 255), true), (String(repeating: "a", count: 256), false),
    ])
    func launchConfigurations(text: String, isOne: Bool) { #expect((LaunchConfigurationName(text) != nil) == isOne) }

    @Test(arguments: [
        "account#111122223333", "organization#arn:aws:organizations::999988887777:organization/o-exampleorgid",
        "organizational-unit#arn:aws-us-gov:organizations::999988887777:ou/o-exampleorgid/ou-ab12-11111111",
        "group#all",
    ])
    func principalsComeBack(text: String) { #expect(Principal(text)?.description == text) }

    @Test(arguments: [
        "", "account", "account#", "account#1", "group#some", "image", "organization#o-exampleorgid",
        "organization#arn:aws:organizations::999988887777:ou/o-exampleorgid/ou-ab12-11111111",
        "organizational-unit#arn:aws:organizations::999988887777:organization/o-exampleorgid",
        "organizational-unit#arn:aws:organizations::999988887777:ou/o-exampleorgid",
        "organization#arn:aws:iam::999988887777:organization/o-exampleorgid", "alert#444455556666#removed",
    ])
    func otherTextsAreNoPrincipals(text: String) { #expect(Principal(text) == nil) }

    @Test func arnsHaveParts() {
        let arn = ARN("arn:aws-cn:iam::111122223333:role/path:with/colons")
        #expect(arn?.partition == "aws-cn")
        #expect(arn?.service == "iam")
        #expect(arn?.resource == "role/path:with/colons")
        #expect(ARN("arn:aws:iam::111122223333") == nil)
        #expect(ARN("arn:aws:iam::1:role/a b") == nil)
        #expect(organization.organizationID == "o-exampleorgid")
        #expect(unit.organizationID == "o-exampleorgid")
        #expect(Principal.all.organizationID == nil)
    }
}
