"""Documents, as in `documents`, of the operations by which an account's resources are listed and images are shared."""

from answers import EC2, json, xml

PAGE = "<nextToken>t</nextToken>"


def ec2(operation, body, status=200):
    return xml("ec2", operation, f"<{operation}Response {EC2}><requestId>r</requestId>{body}</{operation}Response>", status)


def done(operation):
    return ec2(operation, "<return>true</return>")


LAUNCHED = """<launchTemplateSpecification><launchTemplateId>lt-1</launchTemplateId><launchTemplateName>web</launchTemplateName>
<version>{}</version></launchTemplateSpecification>"""

DOCUMENTS = {
    "fleets": ec2("DescribeFleets", f"""<fleetSet><item><activityStatus>fulfilled</activityStatus>
      <createTime>2026-11-20T08:00:00.000Z</createTime><fleetId>fleet-1</fleetId><fleetState>active</fleetState>
      <launchTemplateConfigs><item>{LAUNCHED.format("$Latest")}<overrides><item><imageId>ami-1</imageId>
      <instanceType>t3.micro</instanceType></item><item><instanceType>t3.small</instanceType></item>
      <item><imageId>resolve:ssm:/x</imageId></item></overrides></item><item><overrides/></item></launchTemplateConfigs>
      <type>maintain</type><tagSet><item><key>k</key><value>v</value></item></tagSet></item>
      <item><fleetId>fleet-2</fleetId><fleetState>deleted_running</fleetState></item></fleetSet>{PAGE}"""),
    "no such fleet": ec2("DescribeFleets", "", 200),
    "spot fleets": ec2("DescribeSpotFleetRequests", f"""<spotFleetRequestConfigSet><item>
      <spotFleetRequestId>sfr-1</spotFleetRequestId><spotFleetRequestState>active</spotFleetRequestState>
      <spotFleetRequestConfig><spotPrice>1</spotPrice><launchSpecifications><item><imageId>ami-1</imageId></item>
      <item><instanceType>t3.micro</instanceType></item></launchSpecifications></spotFleetRequestConfig>
      <createTime>2026-11-20T08:00:00.000Z</createTime></item><item><spotFleetRequestId>sfr-2</spotFleetRequestId>
      <spotFleetRequestState>cancelled_running</spotFleetRequestState><spotFleetRequestConfig><launchTemplateConfigs>
      <item>{LAUNCHED.format("3")}</item></launchTemplateConfigs></spotFleetRequestConfig></item>
      </spotFleetRequestConfigSet>{PAGE}"""),
    "image references": ec2("DescribeImageReferences", f"""<imageReferenceSet><item><imageId>ami-1</imageId>
      <resourceType>ec2:Instance</resourceType><arn>arn:aws:ec2:eu-west-1:1:instance/i-1</arn></item><item>
      <imageId>ami-1</imageId><resourceType>ssm:Parameter</resourceType><arn>arn:aws:ssm:eu-west-1:1:parameter/a/b</arn>
      </item></imageReferenceSet>{PAGE}"""),
    "regions": ec2("DescribeRegions", """<regionInfo><item><regionName>eu-central-1</regionName>
      <regionEndpoint>ec2.eu-central-1.amazonaws.com</regionEndpoint><optInStatus>opt-in-not-required</optInStatus>
      <geographySet><item><name>Germany</name></item></geographySet></item><item><regionName>af-south-1</regionName>
      </item></regionInfo>"""),
    "no image references": ec2("DescribeImageReferences", "<imageReferenceSet/>"),
    "image references refused": xml("ec2", "DescribeImageReferences", """<Response><Errors><Error>
      <Code>UnauthorizedOperation</Code><Message>You are not authorized to perform this operation.</Message></Error>
      </Errors><RequestID>r</RequestID></Response>""", 403),
    "usage report begun": ec2("CreateImageUsageReport", "<reportId>amiur-1</reportId>"),
    "usage reports": ec2("DescribeImageUsageReports", f"""<imageUsageReportSet><item><accountIdSet>
      <item>111122223333</item></accountIdSet><creationTime>2026-11-20T08:00:00.123Z</creationTime>
      <expirationTime>2026-12-20T08:00:00.000Z</expirationTime><imageId>ami-1</imageId><reportId>amiur-1</reportId>
      <resourceTypeSet><item><resourceType>ec2:Instance</resourceType></item></resourceTypeSet><state>available</state>
      <tagSet><item><key>k</key><value>v</value></item></tagSet></item><item><reportId>amiur-2</reportId>
      <state>error</state><stateReason>no</stateReason></item></imageUsageReportSet>{PAGE}"""),
    "usage report entries": ec2("DescribeImageUsageReportEntries", f"""<imageUsageReportEntrySet><item>
      <resourceType>ec2:Instance</resourceType><reportId>amiur-1</reportId><usageCount>100000</usageCount>
      <accountId>111122223333</accountId><imageId>ami-1</imageId>
      <reportCreationTime>2026-11-20T08:00:00.000Z</reportCreationTime></item></imageUsageReportEntrySet>{PAGE}"""),
    "usage report deleted": done("DeleteImageUsageReport"),
    "protected": done("EnableImageDeregistrationProtection"),
    "no longer protected": done("DisableImageDeregistrationProtection"),
    "Auto Scaling groups": xml("autoscaling", "DescribeAutoScalingGroups", """<DescribeAutoScalingGroupsResponse
      xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><DescribeAutoScalingGroupsResult><AutoScalingGroups>
      <member><AutoScalingGroupName>mixed</AutoScalingGroupName><Status>Delete in progress</Status>
      <CreatedTime>2013-01-21T23:04:42.200Z</CreatedTime><MixedInstancesPolicy><LaunchTemplate>
      <LaunchTemplateSpecification><LaunchTemplateName>web</LaunchTemplateName><Version>$Default</Version>
      </LaunchTemplateSpecification><Overrides><member><InstanceType>t3.micro</InstanceType><ImageId>ami-1</ImageId></member>
      <member><InstanceType>m6g.large</InstanceType><LaunchTemplateSpecification><LaunchTemplateId>lt-1</LaunchTemplateId>
      <Version>7</Version></LaunchTemplateSpecification></member></Overrides></LaunchTemplate><InstancesDistribution/>
      </MixedInstancesPolicy></member><member><AutoScalingGroupName>old</AutoScalingGroupName>
      <LaunchConfigurationName>lc</LaunchConfigurationName></member></AutoScalingGroups>
      <NextToken>t</NextToken></DescribeAutoScalingGroupsResult>
      <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></DescribeAutoScalingGroupsResponse>"""),
    "image recipes": json("imagebuilder", "ListImageRecipes", """{"requestId":"r","imageRecipeSummaryList":[
      {"arn":"arn:aws:imagebuilder:eu-west-1:1:image-recipe/base/1.0.0","name":"base","owner":"1","platform":"Linux",
       "parentImage":"ami-1","dateCreated":"2026-11-20T08:00:00Z","tags":{}},
      {"arn":"arn:aws:imagebuilder:eu-west-1:1:image-recipe/base/1.0.1","parentImage":"ssm:/golden/image"}],
      "nextToken":"t"}"""),
    "container recipes": json("imagebuilder", "ListContainerRecipes", """{"requestId":"r","containerRecipeSummaryList":[
      {"arn":"arn:aws:imagebuilder:eu-west-1:1:container-recipe/app/1.0.0","name":"app","containerType":"DOCKER",
       "parentImage":"amazonlinux:latest","instanceImage":"ami-1"},
      {"arn":"arn:aws:imagebuilder:eu-west-1:1:container-recipe/app/1.0.1"}]}"""),
    "an image recipe": json("imagebuilder", "GetImageRecipe", """{"requestId":"r","imageRecipe":{
      "arn":"arn:aws:imagebuilder:eu-west-1:1:image-recipe/base/1.0.0","name":"base","version":"1.0.0",
      "parentImage":"arn:aws:imagebuilder:eu-west-1:aws:image/amazon-linux-2023-x86/x.x.x","components":[]}}"""),
    "a container recipe": json("imagebuilder", "GetContainerRecipe", """{"requestId":"r","containerRecipe":{
      "arn":"arn:aws:imagebuilder:eu-west-1:1:container-recipe/app/1.0.0","name":"app",
      "instanceConfiguration":{"image":"ssm:arn:aws:ssm:eu-west-1:1:parameter/golden"}}}"""),
    "an image of a pipeline": json("imagebuilder", "GetImage", """{"requestId":"r","image":{
      "arn":"arn:aws:imagebuilder:eu-west-1:1:image/base/1.0.0/1","state":{"status":"AVAILABLE"},"outputResources":{"amis":[
      {"region":"eu-west-1","image":"ami-1","name":"base","accountId":"000000000001","description":"é"},
      {"region":"eu-central-1","image":"ami-2"}]}}}"""),
    "an image of a pipeline, not built": json(
        "imagebuilder", "GetImage", '{"requestId":"r","image":{"arn":"arn:aws:imagebuilder:eu-west-1:1:image/b/1.0.0/1"}}'
    ),
    "no image recipe": json(
        "imagebuilder", "GetImageRecipe", '{"message":"not there"}', 404, x_amzn_ErrorType="ResourceNotFoundException"
    ),
    "aliases, more of them": xml("iam", "ListAccountAliases", """<ListAccountAliasesResponse
      xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ListAccountAliasesResult><IsTruncated>true</IsTruncated>
      <AccountAliases><member>golden</member></AccountAliases><Marker>m</Marker></ListAccountAliasesResult>
      <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></ListAccountAliasesResponse>"""),
    "grants, more of them": json("kms", "ListGrants", """{"Grants":[{"KeyId":"k","GrantId":"g","Name":"",
      "CreationDate":1.4779E9,"GranteePrincipal":"arn:aws:iam::1:root","RetiringPrincipal":"arn:aws:iam::1:role/x",
      "IssuingAccount":"arn:aws:iam::2:root","Operations":["Decrypt","CreateGrant"],
      "Constraints":{"EncryptionContextSubset":{"a":"b"}}}],"NextMarker":"m","Truncated":true}"""),
    "an invocation": json("lambda", "Invoke", '{"verdict":"clear"}', 200, X_Amz_Executed_Version="$LATEST"),
    "an invocation that failed": json(
        "lambda", "Invoke", '{"errorMessage":"no","errorType":"MalformedEvent"}', 200,
        X_Amz_Function_Error="Unhandled", X_Amz_Executed_Version="3",
    ),
    "an accepted event": json("lambda", "Invoke", "", 202),
    "no such function": json(
        "lambda", "Invoke", '{"Type":"User","Message":"Function not found: f"}', 404,
        x_amzn_ErrorType="ResourceNotFoundException",
    ),
}
