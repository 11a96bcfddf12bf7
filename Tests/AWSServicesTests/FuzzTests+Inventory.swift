import AWSClient
import Testing

@testable import AWSServices

/// The answers that list an account's resources.
extension FuzzTests {
    @Test func instances() throws {
        try fuzz(
            EC2.DescribeInstances(),
            """
            <DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><reservationSet><item>\
            <reservationId>r-1</reservationId><groupSet><item><groupId>sg-1</groupId></item></groupSet><instancesSet><item>\
            <instanceId>i-1</instanceId><imageId>ami-1</imageId><instanceState><name>running</name></instanceState>\
            <networkInterfaceSet><item><groupSet/></item></networkInterfaceSet><tagSet><item><key>k</key><value>é</value>\
            </item></tagSet></item></instancesSet></item></reservationSet></DescribeInstancesResponse>
            """,
            error: Self.xmlError,
            rounds: 1_500
        )
    }

    @Test func fleets() throws {
        try fuzz(
            EC2.DescribeSpotFleetRequests(),
            """
            <DescribeSpotFleetRequestsResponse><spotFleetRequestConfigSet><item><spotFleetRequestId>sfr-1\
            </spotFleetRequestId><spotFleetRequestConfig><launchSpecifications><item><imageId>ami-1</imageId><userData>eA==\
            </userData></item></launchSpecifications><launchTemplateConfigs><item><launchTemplateSpecification>\
            <launchTemplateId>lt-1</launchTemplateId><version>3</version></launchTemplateSpecification><overrides><item>\
            <imageId>ami-2</imageId></item></overrides></item></launchTemplateConfigs></spotFleetRequestConfig></item>\
            </spotFleetRequestConfigSet></DescribeSpotFleetRequestsResponse>
            """,
            error: Self.xmlError,
            rounds: 1_500
        )
    }

    @Test func groups() throws {
        try fuzz(
            AutoScaling.DescribeAutoScalingGroups(),
            """
            <DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult><AutoScalingGroups><member>\
            <AutoScalingGroupName>g</AutoScalingGroupName><MixedInstancesPolicy><LaunchTemplate>\
            <LaunchTemplateSpecification><LaunchTemplateName>web</LaunchTemplateName></LaunchTemplateSpecification>\
            <Overrides><member><ImageId>ami-1</ImageId></member></Overrides></LaunchTemplate></MixedInstancesPolicy>\
            </member></AutoScalingGroups></DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>
            """,
            error: Self.xmlError,
            rounds: 1_500
        )
    }

    @Test func referencesAndReports() throws {
        try fuzz(
            EC2.DescribeImageReferences(imageIDs: []),
            """
            <DescribeImageReferencesResponse><imageReferenceSet><item><imageId>ami-1</imageId><resourceType>ec2:Instance\
            </resourceType><arn>arn</arn></item></imageReferenceSet></DescribeImageReferencesResponse>
            """,
            error: Self.xmlError,
            rounds: 1_500
        )
        try fuzz(
            EC2.DescribeImageUsageReportEntries(),
            """
            <DescribeImageUsageReportEntriesResponse><imageUsageReportEntrySet><item><resourceType>ec2:Instance\
            </resourceType><usageCount>12</usageCount><accountId>111122223333</accountId><reportCreationTime>\
            2026-11-20T08:00:00.000Z</reportCreationTime></item></imageUsageReportEntrySet>\
            </DescribeImageUsageReportEntriesResponse>
            """,
            error: Self.xmlError,
            rounds: 1_500
        )
    }

    @Test func nodeGroupsRecipesAndGrants() throws {
        let error = #"{"__type":"x#ResourceNotFoundException","message":"é"}"#
        try fuzz(
            EKS.DescribeNodegroup(cluster: "c", nodeGroup: "n"),
            #"{"nodegroup":{"nodegroupName":"n","status":"ACTIVE","launchTemplate":{"id":"lt-1","version":"3"}}}"#,
            error: error,
            rounds: 1_500
        )
        try fuzz(
            ImageBuilder.ListContainerRecipes(),
            #"{"containerRecipeSummaryList":[{"arn":"a","name":"é","instanceImage":"ami-1"}],"nextToken":"t"}"#,
            error: error,
            rounds: 1_500
        )
        try fuzz(
            ImageBuilder.GetImage(arn: "a"),
            #"{"image":{"outputResources":{"amis":[{"region":"r","image":"ami-1","accountId":"1"}]}}}"#,
            error: error,
            rounds: 1_500
        )
        try fuzz(
            KMS.ListGrants(keyID: "k"),
            #"{"Grants":[{"GrantId":"g","CreationDate":1.4E9,"Operations":["Decrypt"]}],"Truncated":false}"#,
            error: error,
            rounds: 1_500
        )
    }
}
