"""Response documents written by hand, after the services' documentation, where moto's answers are simpler than AWS's."""

import documents_inventory
from answers import EC2, ID, json, xml


def table(body, operation="Query", status=200, **headers):
    return json("dynamodb", operation, body, status, **headers)


QUERY_ERROR = """<ErrorResponse xmlns="http://sts.amazonaws.com/doc/2011-06-15/">
  <Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User &lt;x&gt; is not &#34;authorized&#34;</Message></Error>
  <RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId>
</ErrorResponse>"""

EC2_ERROR = """<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>Request limit exceeded.</Message></Error>
</Errors><RequestID>ea966190-f9aa-478e-9ede-example</RequestID></Response>"""

CANCELLED = """{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"Transaction cancelled",
"CancellationReasons":[{"Code":"None"},{"Code":"ConditionalCheckFailed","Message":"no","Item":{"a":{"S":"x"}}}]}"""

DOCUMENTS = {
    **documents_inventory.DOCUMENTS,
    "images, one of them without tags": xml("ec2", "DescribeImages", f"""<DescribeImagesResponse {EC2}>
  <requestId>59dbff89-35bd-4eac-99ed-be587EXAMPLE</requestId>
  <imagesSet>
    <item><imageId>ami-1</imageId><imageLocation>123/x</imageLocation><imageState>available</imageState>
      <imageOwnerId>123456789012</imageOwnerId><isPublic>false</isPublic><productCodes/><architecture>x86_64</architecture>
      <name>a &amp; b</name><description/><creationDate>2026-11-20T08:00:00.000Z</creationDate>
      <blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs><volumeSize>8</volumeSize></ebs></item></blockDeviceMapping>
      <deprecationTime>2028-11-20T08:00:00.000Z</deprecationTime>
      <tagSet><item><key>Name</key><value>x</value></item><item><key>Empty</key><value/></item></tagSet></item>
    <item><imageId>ami-2</imageId><imageState>disabled</imageState><isPublic>true</isPublic></item>
  </imagesSet>
  <nextToken>token</nextToken>
</DescribeImagesResponse>"""),
    "images, none": xml("ec2", "DescribeImages", f"<DescribeImagesResponse {EC2}><imagesSet/></DescribeImagesResponse>"),
    "images, with a prefix for the namespace": xml("ec2", "DescribeImages", """<e:DescribeImagesResponse
      xmlns:e="http://ec2.amazonaws.com/doc/2016-11-15/"><e:imagesSet><e:item><e:imageId>ami-1</e:imageId></e:item>
      </e:imagesSet></e:DescribeImagesResponse>""", headers=ID),
    "launch permissions of every kind": xml(
        "ec2", "DescribeImageAttribute", f"""<DescribeImageAttributeResponse {EC2}><requestId>r</requestId>
      <imageId>ami-1</imageId><launchPermission><item><group>all</group></item><item><userId>495219933132</userId></item>
      <item><organizationArn>arn:aws:organizations::1:organization/o-1</organizationArn></item>
      <item><organizationalUnitArn>arn:aws:organizations::1:ou/o-1/ou-1</organizationalUnitArn></item></launchPermission>
      </DescribeImageAttributeResponse>"""),
    "launch template version with an alias": xml(
        "ec2", "DescribeLaunchTemplateVersions", f"""<DescribeLaunchTemplateVersionsResponse {EC2}>
      <requestId>r</requestId><launchTemplateVersionSet><item><createdBy>arn:aws:iam::1:root</createdBy>
      <createTime>2017-11-20T13:12:32.000Z</createTime><defaultVersion>false</defaultVersion><launchTemplateData>
      <imageId>resolve:ssm:/golden/image</imageId></launchTemplateData><launchTemplateId>lt-1</launchTemplateId>
      <launchTemplateName>web</launchTemplateName><versionNumber>2</versionNumber></item><item>
      <launchTemplateData/><launchTemplateId>lt-1</launchTemplateId><versionNumber>1</versionNumber></item>
      </launchTemplateVersionSet></DescribeLaunchTemplateVersionsResponse>"""),
    "launch configurations with a token": xml(
        "autoscaling", "DescribeLaunchConfigurations", """<DescribeLaunchConfigurationsResponse
      xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><DescribeLaunchConfigurationsResult><LaunchConfigurations>
      <member><AssociatePublicIpAddress>true</AssociatePublicIpAddress><SecurityGroups/><ImageId>ami-1</ImageId>
      <CreatedTime>2013-01-21T23:04:42.200Z</CreatedTime><LaunchConfigurationName>lc</LaunchConfigurationName>
      <LaunchConfigurationARN>arn:lc</LaunchConfigurationARN></member></LaunchConfigurations>
      <NextToken>t</NextToken></DescribeLaunchConfigurationsResult>
      <ResponseMetadata><RequestId>7c6e177f-f082-11e1-ac58-3714bEXAMPLE</RequestId></ResponseMetadata>
      </DescribeLaunchConfigurationsResponse>"""),
    "publish": xml("sns", "Publish", """<PublishResponse xmlns="https://sns.amazonaws.com/doc/2010-03-31/"><PublishResult>
      <MessageId>567910cd-659e-55d4-8ccb-5aaf14679dc0</MessageId></PublishResult>
      <ResponseMetadata><RequestId>d74b8436-ae13-5ab4-a9ff-ce54dfea72a0</RequestId></ResponseMetadata></PublishResponse>"""),
    "caller identity": xml("sts", "GetCallerIdentity", """<GetCallerIdentityResponse
      xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/Alice</Arn>
      <UserId>AIDA</UserId><Account>000000000001</Account></GetCallerIdentityResult>
      <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>"""),
    "query error": xml("sts", "GetCallerIdentity", QUERY_ERROR, 403),
    "query error of Auto Scaling": xml("autoscaling", "DescribeLaunchConfigurations", QUERY_ERROR, 400),
    "EC2 error": xml("ec2", "DescribeImages", EC2_ERROR, 503),
    "an empty page with a key": table('{"Count":0,"Items":[],"ScannedCount":900,"LastEvaluatedKey":{"a":{"S":"x"}}}'),
    "a count alone": table('{"Count":7,"ScannedCount":9}', "Scan"),
    "unprocessed keys": table(
        '{"Responses":{},"UnprocessedKeys":{"t":{"Keys":[{"a":{"S":"x"}},{"a":{"S":"y"}}],"ConsistentRead":false}}}',
        "BatchGetItem",
    ),
    "unprocessed writes": table(
        """{"UnprocessedItems":{"t":[{"PutRequest":{"Item":{"a":{"B":"AP8="}}}},{"DeleteRequest":{"Key":{"a":{"N":"1"}}}}]}}""",
        "BatchWriteItem",
    ),
    "escapes": table('{"Items":[{"a\\u00e9":{"S":"\\ud83d\\ude42\\n\\u2028\\"\\/"}}],"Count":1,"ScannedCount":1}'),
    "cancelled transaction": table(CANCELLED, "TransactWriteItems", 400),
    "error with a namespace": table(
        '{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"no table"}', status=400
    ),
    "error of the front end": table('{"__type":"com.amazon.coral.service#ExpiredTokenException","Message":"old"}', status=400),
    "error with a URI": json(
        "sesv2", "SendEmail", '{"message":"Email address is not verified."}', 400,
        x_amzn_ErrorType="MessageRejected:http://internal.amazon.com/coral/com.amazonaws.sesv2/",
    ),
    "error code in the body": json("sesv2", "SendEmail", '{"code":"aws#TooManyRequestsException","message":"slow"}', 429),
    "a distribution configuration": json(
        "imagebuilder", "GetDistributionConfiguration", """{"requestId":"r","distributionConfiguration":{
        "arn":"arn:aws:imagebuilder:eu-west-1:1:distribution-configuration/base","name":"base","description":"é",
        "distributions":[{"region":"eu-west-1","amiDistributionConfiguration":{"name":"x {{ imagebuilder:buildDate }}",
        "launchPermission":{"userIds":["111122223333"]}},"licenseConfigurationArns":[],
        "fastLaunchConfigurations":[{"enabled":true,"maxParallelLaunches":6}]}],"timeoutMinutes":60,
        "dateCreated":"2026-11-20T08:00:00Z","tags":{}}}"""
    ),
    "an updated distribution configuration": json(
        "imagebuilder", "UpdateDistributionConfiguration", '{"requestId":"r","clientToken":"t"}'
    ),
    "no distribution configuration": json(
        "imagebuilder", "GetDistributionConfiguration", '{"message":"not there"}', 404,
        x_amzn_ErrorType="ResourceNotFoundException",
    ),
    "parameter times with fractions": json(
        "ssm", "GetParameters", """{"InvalidParameters":["/none"],"Parameters":[{"ARN":"arn","DataType":"text",
        "LastModifiedDate":1582657288.8,"Name":"a","Selector":":3","Type":"SecureString","Value":"v","Version":3},
        {"Name":"b","Type":"String","Value":"","LastModifiedDate":1.5E9}]}"""
    ),
}
