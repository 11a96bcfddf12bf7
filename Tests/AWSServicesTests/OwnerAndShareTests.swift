import AWSClient
import TestSupport
import Testing

@testable import AWSServices

/// Reports, permissions, tags, grants, aliases, and invoking a function.
struct OwnerAndShareTests {
    /// An operation of EC2 that gives one element a page, in two pages.
    private static func paged(_ operation: String, _ list: String, _ element: @escaping @Sendable (Int) -> String)
        throws -> ServiceFixture
    {
        try ServiceFixture { request in
            let isSecond = request.form["NextToken"] == "t"
            let token = isSecond ? "<nextToken/>" : "<nextToken>t</nextToken>"
            let item = "<item>\(element(isSecond ? 2 : 1))</item>"
            return .ok("<\(operation)Response><\(list)>\(item)</\(list)>\(token)</\(operation)Response>")
        }
    }

    /// Every page of an operation.
    private func all<Operation: PaginatedOperation, Element>(
        _ pages: AWSPages<Operation>,
        _ elements: (Operation.Output) -> [Element]
    ) async throws -> [Element] {
        var found: [Element] = []
        for try await page in pages { found += elements(page) }
        return found
    }

    @Test func usageReportsAndTheirEntriesArePaged() async throws {
        let reports = try Self.paged("DescribeImageUsageReports", "imageUsageReportSet") {
            "<reportId>report-\($0)</reportId><state>available</state>"
        }
        let found = try await all(EC2(reports.client).imageUsageReports(.init(imageIDs: ["ami-1"])), \.reports)
        #expect(found.map(\.reportID) == ["report-1", "report-2"])

        let entries = try Self.paged("DescribeImageUsageReportEntries", "imageUsageReportEntrySet") {
            """
            <resourceType>ec2:Instance</resourceType><accountId>11112222333\($0)</accountId>\
            <usageCount>\($0)000000</usageCount>
            """
        }
        let input = EC2.DescribeImageUsageReportEntries(reportIDs: ["report-1"])
        let counts = try await all(EC2(entries.client).imageUsageReportEntries(input), \.entries)
        #expect(counts.map(\.usageCount) == [1_000_000, 2_000_000])
        #expect(entries.server.requests.map { $0.form["ReportId.1"] } == ["report-1", "report-1"])
    }

    @Test func snapshotsTagsFleetsAndReferencesArePaged() async throws {
        let snapshots = try Self.paged("DescribeSnapshots", "snapshotSet") { "<snapshotId>snap-\($0)</snapshotId>" }
        let input = EC2.DescribeSnapshots(owners: ["self"])
        #expect(
            try await all(EC2(snapshots.client).snapshots(input), \.snapshots).map(\.snapshotID) == [
                "snap-1", "snap-2",
            ]
        )

        let tags = try Self.paged("DescribeTags", "tagSet") { "<key>\($0)</key><resourceId>ami-1</resourceId>" }
        #expect(try await all(EC2(tags.client).tags(.init()), \.tags).map(\.key) == ["1", "2"])

        let fleets = try Self.paged("DescribeFleets", "fleetSet") { "<fleetId>fleet-\($0)</fleetId>" }
        #expect(try await all(EC2(fleets.client).fleets(.init()), \.fleets).map(\.fleetID) == ["fleet-1", "fleet-2"])

        let spots = try Self.paged("DescribeSpotFleetRequests", "spotFleetRequestConfigSet") {
            "<spotFleetRequestId>sfr-\($0)</spotFleetRequestId>"
        }
        let requests = try await all(EC2(spots.client).spotFleetRequests(.init()), \.requests)
        #expect(requests.map(\.spotFleetRequestID) == ["sfr-1", "sfr-2"])

        let references = try Self.paged("DescribeImageReferences", "imageReferenceSet") {
            "<imageId>ami-\($0)</imageId><resourceType>ec2:Instance</resourceType><arn>arn</arn>"
        }
        let referring = EC2.DescribeImageReferences(imageIDs: ["ami-1"], includesAllResourceTypes: true)
        let found = try await all(EC2(references.client).imageReferences(referring), \.references)
        #expect(found.map(\.imageID) == ["ami-1", "ami-2"])
    }

    /// An element without what it must have, in the place of a page.
    @Test(arguments: [
        ("DescribeImageUsageReportEntries", "imageUsageReportEntrySet", "<accountId>1</accountId>"),
        ("DescribeImageUsageReportEntries", "imageUsageReportEntrySet", "<usageCount>many</usageCount>"),
    ])
    func anEntryWithoutACountIsMalformed(operation: String, list: String, element: String) async throws {
        let fixture = try Self.paged(operation, list) { _ in
            "<resourceType>ec2:Instance</resourceType><accountId>1</accountId>" + element
        }
        let error = await failure { () throws(AWSError) in
            for try await _ in EC2(fixture.client).imageUsageReportEntries(.init()) {}
        }
        #expect(error?.kind == .malformedResponse)
        #expect(error?.message.contains("usageCount") == true)
    }

    @Test func anImageIsProtectedAndNoLonger() async throws {
        let fixture = try ServiceFixture { request in
            .ok("<\(request.operation)Response><return>true</return></\(request.operation)Response>")
        }
        _ = try await fixture.client.call(EC2.EnableImageDeregistrationProtection(imageID: "ami-1"))
        _ = try await fixture.client.call(EC2.DisableImageDeregistrationProtection(imageID: "ami-1"))
        #expect(
            fixture.operations == ["EnableImageDeregistrationProtection", "DisableImageDeregistrationProtection"]
        )
        #expect(fixture.server.requests.allSatisfy { $0.form["WithCooldown"] == nil })
    }

    /// EC2 takes every tag where it is told none.
    @Test func withoutKeysNoTagGoes() async throws {
        let fixture = try ServiceFixture { _ in .ok("<DeleteTagsResponse><return>true</return></DeleteTagsResponse>") }
        _ = try await fixture.client.call(EC2.DeleteTags(resourceIDs: ["ami-1"], keys: []))
        let form = fixture.server.requests[0].form
        #expect(form["ResourceId.1"] == "ami-1")
        #expect(form["Tag.1.Key"] == "")
        #expect(form["Tag.1.Value"] == nil)
    }

    // MARK: KMS, IAM

    @Test func grantsArePagedWhileThereAreMore() async throws {
        let fixture = try ServiceFixture([
            .ok(#"{"Grants":[{"GrantId":"g-1"}],"NextMarker":"m","Truncated":true}"#),
            // A marker without more is none.
            .ok(#"{"Grants":[{"GrantId":"g-2"}],"NextMarker":"n","Truncated":false}"#),
        ])
        let grants = try await all(KMS(fixture.client).grants(.init(keyID: "k"))) { $0.grants ?? [] }
        #expect(grants.map(\.id) == ["g-1", "g-2"])
        #expect(fixture.server.requests.count == 2)
        #expect(fixture.server.requests[1].bodyText.contains(#""Marker":"m""#))
    }

    @Test(arguments: [
        ("<AccountAliases><member>golden</member></AccountAliases><IsTruncated>false</IsTruncated>", "golden"),
        ("<AccountAliases/><IsTruncated>false</IsTruncated>", nil),
        ("<AccountAliases/><IsTruncated>false</IsTruncated><Marker>m</Marker>", nil),
    ])
    func anAccountHasAnAliasOrNone(result: String, alias: String?) async throws {
        let body = "<ListAccountAliasesResult>\(result)</ListAccountAliasesResult>"
        let fixture = try ServiceFixture([.ok("<ListAccountAliasesResponse>\(body)</ListAccountAliasesResponse>")])
        #expect(try await IAM(fixture.client).accountAlias() == alias)
    }

    // MARK: Lambda

    @Test func aFunctionsAnswerAndItsFailureAreTold() async throws {
        let failure = #"{"errorMessage":"no","errorType":"MalformedEvent"}"#
        let fixture = try ServiceFixture([
            .ok(#"{"verdict":"clear"}"#, headers: [("X-Amz-Executed-Version", "$LATEST")]),
            .ok(failure, headers: [("X-Amz-Function-Error", "Unhandled"), ("X-Amz-Log-Result", "bG9n")]),
        ])
        let lambda = Lambda(fixture.client)
        let invocation = Lambda.Invoke(
            functionName: "111122223333:function:checker",
            qualifier: "$LATEST",
            includesLogTail: true,
            payload: Array("{}".utf8)
        )
        let answer = try await lambda.invoke(invocation)
        #expect(String(decoding: answer.payload, as: UTF8.self) == #"{"verdict":"clear"}"#)
        #expect(answer.functionError == nil)
        #expect(answer.executedVersion == "$LATEST")
        let failed = try await lambda.invoke(invocation)
        #expect(failed.functionError == "Unhandled")
        #expect(failed.logTail == "log")
        #expect(String(decoding: failed.payload, as: UTF8.self) == failure)
        let request = fixture.server.requests[0]
        #expect(request.method == "POST")
        #expect(
            request.target
                == "/2015-03-31/functions/111122223333%3Afunction%3Achecker/invocations?Qualifier=%24LATEST"
        )
        #expect(request.header("X-Amz-Invocation-Type") == "RequestResponse")
        #expect(request.header("X-Amz-Log-Type") == "Tail")
    }

    @Test func aFunctionThatIsNotThereIsAnError() async throws {
        let fixture = try ServiceFixture([
            .status(
                404,
                headers: [("x-amzn-errortype", "ResourceNotFoundException")],
                body: #"{"Type":"User","Message":"Function not found: f"}"#
            )
        ])
        let lambda = Lambda(fixture.client)
        let error = await failure { () throws(AWSError) in
            try await lambda.invoke(.init(functionName: "f", payload: []))
        }
        #expect(error?.code == "ResourceNotFoundException")
        #expect(error?.message == "Function not found: f")
        let nameless = await failure { () throws(AWSError) in
            try await lambda.invoke(.init(functionName: "", payload: []))
        }
        #expect(nameless?.kind == .invalidRequest)
        #expect(fixture.server.requests.count == 1)
    }

    // MARK: EKS

    @Test func namesAreSegmentsOfAPath() async throws {
        let fixture = try ServiceFixture([.ok(#"{"nodegroup":{}}"#), .ok(#"{"nodegroups":null}"#)])
        let eks = EKS(fixture.client)
        #expect(try await eks.nodeGroup(cluster: "a/b", name: "ä").launchTemplate == nil)
        #expect(try await all(eks.nodeGroups(.init(cluster: "a b")), \.nodeGroups) == [])
        #expect(
            fixture.server.requests.map(\.target) == [
                "/clusters/a%2Fb/node-groups/%C3%A4", "/clusters/a%20b/node-groups",
            ]
        )
        let nameless = await failure { () throws(AWSError) in try await eks.nodeGroup(cluster: "", name: "n") }
        #expect(nameless?.kind == .invalidRequest)
    }
}
