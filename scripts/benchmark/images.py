"""What the daily search finds in the scripted account: so many images, each shared with three accounts; and the table of shares.

The XML of an image has what EC2 sends of a plain one, so that the size of pages is true.
"""

import datetime

import account

PERMISSIONS = ("444455556666", "777788889999", "888899990000")
CREATED = "2026-11-01T08:20:00.000Z"

IMAGE = """<item><imageId>%(id)s</imageId><imageLocation>111122223333/golden-%(number)d</imageLocation>
<imageState>available</imageState><imageOwnerId>111122223333</imageOwnerId><creationDate>""" + CREATED + """</creationDate>
<isPublic>false</isPublic><architecture>x86_64</architecture><imageType>machine</imageType>
<platformDetails>Linux/UNIX</platformDetails><usageOperation>RunInstances</usageOperation><sriovNetSupport>simple</sriovNetSupport>
<name>golden-%(number)d</name><description>al2023 with agents, build %(number)d</description><rootDeviceType>ebs</rootDeviceType>
<rootDeviceName>/dev/xvda</rootDeviceName><blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs>
<snapshotId>snap-%(hex)s</snapshotId><volumeSize>8</volumeSize><deleteOnTermination>true</deleteOnTermination>
<volumeType>gp3</volumeType><iops>3000</iops><throughput>125</throughput><encrypted>true</encrypted></ebs></item>
</blockDeviceMapping><virtualizationType>hvm</virtualizationType><tagSet><item><key>Name</key><value>golden-%(number)d</value></item>
<item><key>Ec2ImageBuilderArn</key><value>arn:aws:imagebuilder:eu-central-1:111122223333:image/golden/1.0.%(number)d/1</value></item>
<item><key>CreatedBy</key><value>EC2 Image Builder</value></item></tagSet><hypervisor>xen</hypervisor><enaSupport>true</enaSupport>
<bootMode>uefi-preferred</bootMode><deprecationTime>2028-11-01T08:20:00.000Z</deprecationTime><imdsSupport>v2.0</imdsSupport>
<sourceInstanceId>i-%(hex)s</sourceInstanceId><deregistrationProtection>disabled</deregistrationProtection>
<freeTierEligible>true</freeTierEligible></item>"""


class Images:
    def __init__(self, count):
        self.count = count

    def ec2(self, action, form):
        if action == "DescribeImages":
            return self.describe_images(form)
        permitted = "".join(f"<item><userId>{number}</userId></item>" for number in PERMISSIONS)
        return account.xml(
            action, f"<imageId>{form['ImageId']}</imageId><launchPermission>{permitted}</launchPermission>")

    def describe_images(self, form):
        size, start = int(form.get("MaxResults", 1000)), int(form.get("NextToken") or 0)
        end = min(start + size, self.count)
        items = "".join(
            IMAGE % {"id": "ami-%017x" % number, "hex": "%017x" % number, "number": number} for number in range(start, end))
        token = f"<nextToken>{end}</nextToken>" if end < self.count else ""
        return account.xml("DescribeImages", f"<imagesSet>{items}</imagesSet>{token}")


class Shares(account.Tables):
    """The table of shares, whose items are found by image; of usage there is none."""

    def __init__(self):
        super().__init__()
        self.of_image = {}

    def store(self, table, item):
        super().store(table, item)
        key = self.key(table, item)
        if table == "shares":
            self.of_image.setdefault(key[0], {})[key] = item

    def begin_round(self):
        """The last round was of two days ago: the next one is due."""
        for item in self.of_image.get("share-search", {}).values():
            started = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=2)
            item["round_started"] = {"S": started.strftime("%Y-%m-%dT%H:%M:%S.000Z")}

    def DescribeTable(self, request):
        return {"Table": {"ItemCount": 0, "CreationDateTime": 1577836800}}

    def Query(self, request):
        image = request["ExpressionAttributeValues"][":0"]["S"]  # of the key condition, which comes first
        items = list(self.of_image.get(image, {}).values()) if request["TableName"] == "shares" else []
        return {"Count": len(items), "Items": items, "ScannedCount": len(items)}

    def Scan(self, request):
        """What is shared, and of it what is asked for."""
        page = self.page(request, lambda key: self.items["shares"][key].get("status", {}).get("S") == "shared")
        names = request["ExpressionAttributeNames"]
        asked = [names[name.strip()] for name in request["ProjectionExpression"].split(",")]
        page["Items"] = [{name: item[name] for name in asked if name in item} for item in page["Items"]]
        return page
