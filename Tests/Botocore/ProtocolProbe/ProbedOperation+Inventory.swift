import AWSClient
import AWSServices

extension ProbedOperation {
    static func types(_ input: JSONValue) -> [EC2.ReferencingResourceType] {
        (input.get("ResourceTypes", as: [JSONValue].self) ?? []).map { type in
            let options: [JSONValue] = type.get("ResourceTypeOptions") ?? []
            return EC2.ReferencingResourceType(
                type.get("ResourceType") ?? "",
                options: options.map { EC2.Filter($0.get("OptionName") ?? "", $0.get("OptionValues") ?? []) }
            )
        }
    }

    private static func show(_ template: EC2.LaunchTemplateSpecification?) -> JSONValue {
        guard let template else { return .null }
        return show(template.launchTemplateID, template.launchTemplateName, template.version)
    }

    private static func show(_ template: AutoScaling.LaunchTemplateSpecification?) -> JSONValue {
        guard let template else { return .null }
        return show(template.launchTemplateID, template.launchTemplateName, template.version)
    }

    private static func show(_ id: String?, _ name: String?, _ version: String?) -> JSONValue {
        [
            "LaunchTemplateId": JSONValue(id), "LaunchTemplateName": JSONValue(name), "Version": JSONValue(version),
        ]
    }

    private static func show(_ configurations: [EC2.LaunchTemplateConfiguration]) -> JSONValue {
        .array(
            configurations.map {
                [
                    "LaunchTemplateSpecification": show($0.specification),
                    "Overrides": JSONValue(strings: $0.overridingImageIDs),
                ]
            }
        )
    }

    private static func show(_ group: AutoScaling.Group) -> JSONValue {
        let policy = group.mixedInstancesPolicy.map { policy -> JSONValue in
            let overrides = policy.overrides.map { override -> JSONValue in
                [
                    "InstanceType": JSONValue(override.instanceType), "ImageId": JSONValue(override.imageID),
                    "LaunchTemplateSpecification": show(override.launchTemplate),
                ]
            }
            return ["LaunchTemplate": show(policy.launchTemplate), "Overrides": .array(overrides)]
        }
        return [
            "AutoScalingGroupName": .string(group.name), "AutoScalingGroupARN": JSONValue(group.arn),
            "LaunchConfigurationName": JSONValue(group.launchConfigurationName), "Status": JSONValue(group.status),
            "CreatedTime": JSONValue(group.createdTime?.dateTimeMilliseconds),
            "LaunchTemplate": show(group.launchTemplate), "MixedInstancesPolicy": policy ?? .null,
        ]
    }

    private static func show(_ recipe: ImageBuilder.ImageRecipe) -> JSONValue {
        [
            "arn": .string(recipe.arn), "name": JSONValue(recipe.name), "owner": JSONValue(recipe.owner),
            "parentImage": JSONValue(recipe.parentImage),
        ]
    }

    private static func show(_ recipe: ImageBuilder.ContainerRecipe) -> JSONValue {
        [
            "arn": .string(recipe.arn), "name": JSONValue(recipe.name), "owner": JSONValue(recipe.owner),
            "instanceImage": JSONValue(recipe.instanceImage),
        ]
    }

    private static func filter(_ input: JSONValue) -> SSM.DescribeParameters.Filter {
        .init(key: input.get("Key") ?? "", option: input.get("Option"), values: input.get("Values") ?? [])
    }

    private static func show(_ parameter: SSM.ParameterDescription) -> JSONValue {
        [
            "Name": .string(parameter.name), "ARN": JSONValue(parameter.arn),
            "Type": JSONValue(parameter.type?.rawValue), "DataType": JSONValue(parameter.dataType),
            "Version": JSONValue(parameter.version),
            "LastModifiedDate": JSONValue(parameter.lastModified?.dateTimeMilliseconds),
        ]
    }

    /// The operations by which an account's resources are listed.
    static let inventory: [String: ProbedOperation] = [
        "ec2.DescribeFleets": ProbedOperation {
            EC2.DescribeFleets(
                fleetIDs: $0.get("FleetIds") ?? [],
                filters: filters($0),
                maximumResults: $0.get("MaxResults"),
                startToken: $0.get("NextToken")
            )
        } _: { output in
            [
                "NextToken": JSONValue(output.nextToken),
                "Fleets": .array(
                    output.fleets.map { fleet in
                        [
                            "FleetId": .string(fleet.fleetID), "FleetState": JSONValue(fleet.state),
                            "Type": JSONValue(fleet.type),
                            "CreateTime": JSONValue(fleet.createTime?.dateTimeMilliseconds),
                            "LaunchTemplateConfigs": show(fleet.configurations), "Tags": tags(fleet.tags),
                        ]
                    }
                ),
            ]
        },
        "ec2.DescribeSpotFleetRequests": ProbedOperation {
            EC2.DescribeSpotFleetRequests(
                spotFleetRequestIDs: $0.get("SpotFleetRequestIds") ?? [],
                maximumResults: $0.get("MaxResults"),
                startToken: $0.get("NextToken")
            )
        } _: { output in
            [
                "NextToken": JSONValue(output.nextToken),
                "SpotFleetRequestConfigs": .array(
                    output.requests.map { request in
                        [
                            "SpotFleetRequestId": .string(request.spotFleetRequestID),
                            "SpotFleetRequestState": JSONValue(request.state),
                            "CreateTime": JSONValue(request.createTime?.dateTimeMilliseconds),
                            "LaunchSpecifications": JSONValue(strings: request.launchedImageIDs),
                            "LaunchTemplateConfigs": show(request.configurations), "Tags": tags(request.tags),
                        ]
                    }
                ),
            ]
        },
        "ec2.DescribeImageReferences": ProbedOperation {
            EC2.DescribeImageReferences(
                imageIDs: $0.get("ImageIds") ?? [],
                includesAllResourceTypes: $0.get("IncludeAllResourceTypes") ?? false,
                resourceTypes: types($0),
                maximumResults: $0.get("MaxResults"),
                startToken: $0.get("NextToken")
            )
        } _: { output in
            [
                "NextToken": JSONValue(output.nextToken),
                "ImageReferences": .array(
                    output.references.map {
                        [
                            "ImageId": .string($0.imageID), "ResourceType": .string($0.resourceType),
                            "Arn": .string($0.arn),
                        ]
                    }
                ),
            ]
        },
        "autoscaling.DescribeAutoScalingGroups": ProbedOperation {
            AutoScaling.DescribeAutoScalingGroups(
                names: $0.get("AutoScalingGroupNames") ?? [],
                includesInstances: $0.get("IncludeInstances") ?? false,
                maximumRecords: $0.get("MaxRecords"),
                startToken: $0.get("NextToken")
            )
        } _: { output in
            ["NextToken": JSONValue(output.nextToken), "AutoScalingGroups": .array(output.groups.map(show))]
        },
        "eks.ListClusters": ProbedOperation {
            EKS.ListClusters(maximumResults: $0.get("maxResults"), startToken: $0.get("nextToken"))
        } _: {
            ["nextToken": JSONValue($0.nextToken), "clusters": JSONValue(strings: $0.clusters)]
        },
        "eks.ListNodegroups": ProbedOperation {
            EKS.ListNodegroups(
                cluster: $0.get("clusterName") ?? "-",
                maximumResults: $0.get("maxResults"),
                startToken: $0.get("nextToken")
            )
        } _: {
            ["nextToken": JSONValue($0.nextToken), "nodegroups": JSONValue(strings: $0.nodeGroups)]
        },
        "eks.DescribeNodegroup": ProbedOperation {
            EKS.DescribeNodegroup(cluster: $0.get("clusterName") ?? "-", nodeGroup: $0.get("nodegroupName") ?? "-")
        } _: { output in
            let group = output.nodeGroup
            let template = group.launchTemplate.map { template -> JSONValue in
                [
                    "id": JSONValue(template.id), "name": JSONValue(template.name),
                    "version": JSONValue(template.version),
                ]
            }
            return [
                "nodegroupName": JSONValue(group.name), "clusterName": JSONValue(group.cluster),
                "nodegroupArn": JSONValue(group.arn), "status": JSONValue(group.status),
                "amiType": JSONValue(group.imageType), "launchTemplate": template ?? .null,
            ]
        },
        "imagebuilder.ListImageRecipes": ProbedOperation {
            ImageBuilder.ListImageRecipes(
                owner: $0.get("owner"),
                maximumResults: $0.get("maxResults"),
                startToken: $0.get("nextToken")
            )
        } _: { output in
            [
                "nextToken": JSONValue(output.nextToken),
                "imageRecipeSummaryList": .array((output.recipes ?? []).map { show($0) }),
            ]
        },
        "imagebuilder.ListContainerRecipes": ProbedOperation {
            ImageBuilder.ListContainerRecipes(
                owner: $0.get("owner"),
                maximumResults: $0.get("maxResults"),
                startToken: $0.get("nextToken")
            )
        } _: { output in
            [
                "nextToken": JSONValue(output.nextToken),
                "containerRecipeSummaryList": .array((output.recipes ?? []).map { show($0) }),
            ]
        },
        "imagebuilder.GetImageRecipe": ProbedOperation {
            ImageBuilder.GetImageRecipe(arn: $0.get("imageRecipeArn") ?? "")
        } _: {
            show($0.recipe)
        },
        "imagebuilder.GetContainerRecipe": ProbedOperation {
            ImageBuilder.GetContainerRecipe(arn: $0.get("containerRecipeArn") ?? "")
        } _: {
            show($0.recipe)
        },
        "imagebuilder.GetImage": ProbedOperation {
            ImageBuilder.GetImage(arn: $0.get("imageBuildVersionArn") ?? "")
        } _: { output in
            [
                "amis": .array(
                    (output.image.outputResources?.amis ?? []).map { image in
                        [
                            "region": .string(image.region), "image": .string(image.imageID),
                            "name": JSONValue(image.name), "accountId": JSONValue(image.accountID),
                        ]
                    }
                )
            ]
        },
        "ssm.DescribeParameters": ProbedOperation { (input: JSONValue) -> SSM.DescribeParameters in
            let filters: [JSONValue] = input.get("ParameterFilters") ?? []
            return SSM.DescribeParameters(
                filters: filters.map(filter),
                maximumResults: input.get("MaxResults"),
                startToken: input.get("NextToken")
            )
        } _: { output in
            [
                "NextToken": JSONValue(output.nextToken),
                "Parameters": .array((output.parameters ?? []).map { show($0) }),
            ]
        },
    ]
}
