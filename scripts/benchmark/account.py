"""What a sweep finds in the scripted account: so many instances of one image and nothing else; and tables that keep items.

The XML of an instance has what EC2 sends of a plain one, so that the size of pages is true.
"""

import re

IMAGE = "ami-0abcdef1234567890"
PAGE_BYTES = 1 << 20  # of what DynamoDB reads for a page
INSTANCES_OF_A_RESERVATION = 20

EMPTY_LISTS = {
    "DescribeLaunchTemplateVersions": "launchTemplateVersionSet", "DescribeFleets": "fleetSet",
    "DescribeSpotFleetRequests": "spotFleetRequestConfigSet", "DescribeImageReferences": "imageReferenceSet",
}  # fmt: skip

INSTANCE = """<item><instanceId>%(id)s</instanceId><imageId>""" + IMAGE + """</imageId><instanceState><code>16</code>
<name>running</name></instanceState><privateDnsName>ip-10-0-%(high)d-%(low)d.eu-central-1.compute.internal</privateDnsName><dnsName/>
<reason/><keyName>deploy</keyName><amiLaunchIndex>0</amiLaunchIndex><productCodes/><instanceType>m7i.large</instanceType>
<launchTime>2026-11-01T08:20:00.000Z</launchTime><placement><availabilityZone>eu-central-1a</availabilityZone>
<availabilityZoneId>euc1-az2</availabilityZoneId><groupName/><tenancy>default</tenancy></placement>
<monitoring><state>disabled</state></monitoring><subnetId>subnet-0a1b2c3d4e5f60001</subnetId><vpcId>vpc-0a1b2c3d4e5f60001</vpcId>
<privateIpAddress>10.0.%(high)d.%(low)d</privateIpAddress><sourceDestCheck>true</sourceDestCheck><groupSet><item>
<groupId>sg-0a1b2c3d4e5f60001</groupId><groupName>web</groupName></item></groupSet><architecture>x86_64</architecture>
<rootDeviceType>ebs</rootDeviceType><rootDeviceName>/dev/xvda</rootDeviceName><blockDeviceMapping><item>
<deviceName>/dev/xvda</deviceName><ebs><volumeId>vol-%(hex)s</volumeId><status>attached</status>
<attachTime>2026-11-01T08:20:01.000Z</attachTime><deleteOnTermination>true</deleteOnTermination></ebs></item></blockDeviceMapping>
<virtualizationType>hvm</virtualizationType><clientToken>a3d1f8de-%(hex)s</clientToken><tagSet><item><key>Name</key>
<value>web-%(number)d</value></item><item><key>aws:autoscaling:groupName</key><value>web</value></item><item><key>team</key>
<value>platform</value></item><item><key>cost-center</key><value>4711</value></item></tagSet><hypervisor>xen</hypervisor>
<networkInterfaceSet><item><networkInterfaceId>eni-%(hex)s</networkInterfaceId><subnetId>subnet-0a1b2c3d4e5f60001</subnetId>
<vpcId>vpc-0a1b2c3d4e5f60001</vpcId><description/><ownerId>444455556666</ownerId><status>in-use</status>
<macAddress>02:00:00:00:%(high)02x:%(low)02x</macAddress><privateIpAddress>10.0.%(high)d.%(low)d</privateIpAddress>
<sourceDestCheck>true</sourceDestCheck><groupSet><item><groupId>sg-0a1b2c3d4e5f60001</groupId><groupName>web</groupName></item>
</groupSet><attachment><attachmentId>eni-attach-%(hex)s</attachmentId><deviceIndex>0</deviceIndex><status>attached</status>
<attachTime>2026-11-01T08:20:00.000Z</attachTime><deleteOnTermination>true</deleteOnTermination><networkCardIndex>0</networkCardIndex>
</attachment><privateIpAddressesSet><item><privateIpAddress>10.0.%(high)d.%(low)d</privateIpAddress><primary>true</primary></item>
</privateIpAddressesSet><ipv6AddressesSet/><interfaceType>interface</interfaceType></item></networkInterfaceSet><iamInstanceProfile>
<arn>arn:aws:iam::444455556666:instance-profile/web</arn><id>AIPAEXAMPLEEXAMPLEEX</id></iamInstanceProfile>
<ebsOptimized>false</ebsOptimized><enaSupport>true</enaSupport><cpuOptions><coreCount>1</coreCount><threadsPerCore>2</threadsPerCore>
</cpuOptions><capacityReservationSpecification><capacityReservationPreference>open</capacityReservationPreference>
</capacityReservationSpecification><hibernationOptions><configured>false</configured></hibernationOptions><enclaveOptions>
<enabled>false</enabled></enclaveOptions><metadataOptions><state>applied</state><httpTokens>required</httpTokens>
<httpPutResponseHopLimit>2</httpPutResponseHopLimit><httpEndpoint>enabled</httpEndpoint><httpProtocolIpv6>disabled</httpProtocolIpv6>
<instanceMetadataTags>disabled</instanceMetadataTags></metadataOptions><maintenanceOptions><autoRecovery>default</autoRecovery>
</maintenanceOptions><currentInstanceBootMode>uefi</currentInstanceBootMode><usageOperation>RunInstances</usageOperation>
<usageOperationUpdateTime>2026-11-01T08:20:00.000Z</usageOperationUpdateTime><platformDetails>Linux/UNIX</platformDetails></item>"""


def instance(number):
    return INSTANCE % {
        "id": "i-%017x" % number, "hex": "%017x" % number, "number": number, "high": number >> 8 & 255, "low": number & 255}


class Account:
    """Answers what a sweep lists. Pages of instances are made when they are asked for."""

    def __init__(self, instances):
        self.instances = instances

    def ec2(self, action, form):
        if action == "DescribeInstances":
            return self.describe_instances(form)
        if member := EMPTY_LISTS.get(action):
            return xml(action, f"<{member}/>")
        return None

    def describe_instances(self, form):
        size, start = int(form.get("MaxResults", 1000)), int(form.get("NextToken") or 0)
        end = min(start + size, self.instances)
        reservations = []
        for first in range(start, end, INSTANCES_OF_A_RESERVATION):
            members = "".join(instance(number) for number in range(first, min(first + INSTANCES_OF_A_RESERVATION, end)))
            reservations.append(
                f"<item><reservationId>r-{first:017x}</reservationId><ownerId>444455556666</ownerId><groupSet/>"
                f"<instancesSet>{members}</instancesSet></item>")
        token = f"<nextToken>{end}</nextToken>" if end < self.instances else ""
        return xml("DescribeInstances", f"<reservationSet>{''.join(reservations)}</reservationSet>{token}")


def xml(action, content):
    return (
        f'<{action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>1</requestId>{content}'
        f"</{action}Response>").encode()


def autoscaling(action):
    member = {"DescribeAutoScalingGroups": "AutoScalingGroups", "DescribeLaunchConfigurations": "LaunchConfigurations"}[action]
    return (
        f'<{action}Response xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><{action}Result><{member}/></{action}Result>'
        f"<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></{action}Response>").encode()


REST_LISTS = {
    "/clusters": ("ListClusters", "clusters"), "/ListImageRecipes": ("ListImageRecipes", "imageRecipeSummaryList"),
    "/ListContainerRecipes": ("ListContainerRecipes", "containerRecipeSummaryList"),
}


class Tables:
    """The tables of a tracker: items are kept as they were put, and every condition holds, since one function alone writes.

    Of items that are read with a filter none fits, as when everything was refreshed.
    """

    KEYS = {"mapping": ("resource_id", "part"), "usage": ("account_id", "resource"), "shares": ("image_id", "principal")}

    def __init__(self):
        self.items = {name: {} for name in self.KEYS}
        # Keys in the order in which they were put first, and their places in it.
        self.order = {name: [] for name in self.KEYS}
        self.places = {name: {} for name in self.KEYS}

    def key(self, table, item):
        return tuple(item[name]["S"] for name in self.KEYS[table])

    def find(self, request):
        return self.items[request["TableName"]].get(self.key(request["TableName"], request["Key"]))

    def put(self, request):
        self.store(request["TableName"], request["Item"])

    def store(self, table, item):
        key = self.key(table, item)
        self.items[table][key] = item
        if key not in self.places[table]:
            self.places[table][key] = len(self.order[table])
            self.order[table].append(key)

    def update(self, request):
        """`SET name = :value, …` with names and values; anything else of an expression is passed over."""
        table, names, values = request["TableName"], request.get("ExpressionAttributeNames", {}), request["ExpressionAttributeValues"]
        item = dict(self.items[table].get(self.key(table, request["Key"]), request["Key"]))
        for name, value in re.findall(r"([#\w]+)\s*=\s*(:\w+)", request["UpdateExpression"]):
            item[names.get(name, name)] = values[value]
        self.store(table, item)

    def page(self, request, fits):
        """A page of a table's items that fit, in the order in which they were put."""
        table = request["TableName"]
        order, items = self.order[table], self.items[table]
        start = request.get("ExclusiveStartKey")
        place = self.places[table][self.key(table, start)] + 1 if start else 0
        found, size, scanned = [], 0, 0
        while place < len(order):
            key = order[place]
            place += 1
            if not (item := items.get(key)):
                continue
            scanned += 1
            size += sum(len(name) + len(next(iter(value.values()))) for name, value in item.items())
            if fits(key):
                found.append(item)
            if size >= PAGE_BYTES or scanned == request.get("Limit"):
                break
        answer = {"Count": len(found), "Items": found, "ScannedCount": scanned}
        if place < len(order):
            answer["LastEvaluatedKey"] = dict(zip(self.KEYS[table], ({"S": part} for part in order[place - 1])))
        return answer

    # MARK: Operations

    def GetItem(self, request):
        item = self.find(request)
        return {"Item": item} if item else {}

    def BatchGetItem(self, request):
        responses = {}
        for table, asked in request["RequestItems"].items():
            found = (self.items[table].get(self.key(table, key)) for key in asked["Keys"])
            responses[table] = [item for item in found if item]
        return {"Responses": responses, "UnprocessedKeys": {}}

    def PutItem(self, request):
        self.put(request)
        return {}

    def UpdateItem(self, request):
        self.update(request)
        return {}

    def DeleteItem(self, request):
        self.items[request["TableName"]].pop(self.key(request["TableName"], request["Key"]), None)
        return {}

    def TransactWriteItems(self, request):
        for member in request["TransactItems"]:
            for kind, each in member.items():
                if kind == "Put":
                    self.put(each)
                elif kind == "Update":
                    self.update(each)
                elif kind == "Delete":
                    self.DeleteItem(each)
        return {}

    def Scan(self, request):
        return self.page(request, lambda key: key[0] != "sweep")

    def Query(self, request):
        return self.page(request, lambda key: "FilterExpression" not in request)
