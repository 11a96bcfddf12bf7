import AWSClient
import AWSServices

extension ProbedOperation {
    private static func show(_ parameter: SSM.Parameter) -> JSONValue {
        [
            "Name": .string(parameter.name), "Type": JSONValue(parameter.type?.rawValue),
            "Value": .string(parameter.value), "DataType": JSONValue(parameter.dataType),
            "Version": JSONValue(parameter.version),
            "Selector": JSONValue(parameter.selector), "ARN": JSONValue(parameter.arn),
            "LastModifiedDate": JSONValue(parameter.lastModified?.dateTimeMilliseconds),
        ]
    }

    private static func attribute(_ input: JSONValue) -> SNS.MessageAttribute {
        let text = input.get("StringValue", as: String.self) ?? ""
        return switch input.get("DataType", as: String.self) {
        case "Number": .number(text)
        case "Binary": .binary(input.get("BinaryValue") ?? [])
        default: .string(text)
        }
    }

    static let others: [String: ProbedOperation] = [
        "autoscaling.DescribeLaunchConfigurations": ProbedOperation {
            AutoScaling.DescribeLaunchConfigurations(
                names: $0.get("LaunchConfigurationNames") ?? [],
                maximumRecords: $0.get("MaxRecords"),
                startToken: $0.get("NextToken")
            )
        } _: { output in
            [
                "NextToken": JSONValue(output.nextToken),
                "LaunchConfigurations": .array(
                    output.launchConfigurations.map { configuration in
                        [
                            "LaunchConfigurationName": .string(configuration.name),
                            "LaunchConfigurationARN": JSONValue(configuration.arn),
                            "ImageId": JSONValue(configuration.imageID),
                            "CreatedTime": JSONValue(configuration.createdTime?.dateTimeMilliseconds),
                        ]
                    }
                ),
            ]
        },
        "sts.GetCallerIdentity": ProbedOperation { _ in
            STS.GetCallerIdentity()
        } _: {
            ["Account": .string($0.account), "Arn": .string($0.arn), "UserId": .string($0.userID)]
        },
        "ssm.GetParameter": ProbedOperation {
            SSM.GetParameter(parameter: $0.get("Name") ?? "", withDecryption: $0.get("WithDecryption") ?? false)
        } _: {
            ["Parameter": show($0.parameter)]
        },
        "ssm.GetParameters": ProbedOperation {
            SSM.GetParameters(names: $0.get("Names") ?? [], withDecryption: $0.get("WithDecryption") ?? false)
        } _: { output in
            [
                "Parameters": .array(output.parameters.map(show)),
                "InvalidParameters": .array(output.invalidNames.map { .string($0) }),
            ]
        },
        "ssm.GetParametersByPath": ProbedOperation {
            SSM.GetParametersByPath(
                path: $0.get("Path") ?? "",
                isRecursive: $0.get("Recursive") ?? false,
                withDecryption: $0.get("WithDecryption") ?? false,
                maximumResults: $0.get("MaxResults"),
                startToken: $0.get("NextToken")
            )
        } _: { output in
            ["Parameters": .array(output.parameters.map(show)), "NextToken": JSONValue(output.nextToken)]
        },
        "ssm.PutParameter": ProbedOperation {
            SSM.PutParameter(
                parameter: $0.get("Name") ?? "",
                value: $0.get("Value") ?? "",
                type: $0.get("Type") ?? .string,
                overwrites: $0.get("Overwrite") ?? false,
                keyID: $0.get("KeyId")
            )
        } _: {
            ["Version": JSONValue($0.version)]
        },
        "sesv2.SendEmail": ProbedOperation { input in
            let destination: JSONValue = input.get("Destination") ?? [:]
            return SESv2.SendEmail(
                from: input.get("FromEmailAddress") ?? "",
                to: destination.get("ToAddresses") ?? [],
                cc: destination.get("CcAddresses") ?? [],
                bcc: destination.get("BccAddresses") ?? [],
                replyTo: input.get("ReplyToAddresses") ?? [],
                subject: input.get("Subject") ?? "",
                text: input.get("Text"),
                html: input.get("Html"),
                configurationSet: input.get("ConfigurationSetName")
            )
        } _: {
            ["MessageId": .string($0.messageID)]
        },
        "sns.Publish": ProbedOperation { input in
            SNS.Publish(
                topicARN: input.get("TopicArn") ?? "",
                message: input.get("Message") ?? "",
                subject: input.get("Subject"),
                messageStructure: input.get("MessageStructure"),
                attributes: (input.get("MessageAttributes", as: [String: JSONValue].self) ?? [:]).mapValues(attribute),
                groupID: input.get("MessageGroupId"),
                deduplicationID: input.get("MessageDeduplicationId")
            )
        } _: {
            ["MessageId": .string($0.messageID), "SequenceNumber": JSONValue($0.sequenceNumber)]
        },
    ]
}
