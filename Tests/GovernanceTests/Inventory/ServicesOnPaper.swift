import AWSServices
import TestSupport

/// The answers of AWS's services about what is written down; see ``AccountOnPaper``.
struct ServicesOnPaper {
    typealias Named = AccountOnPaper.Named

    let contents: AccountOnPaper.Contents
    let pageLimit: Int

    func answer(_ operation: String, _ request: TestServer.Request) -> TestServer.Reply {
        switch operation {
        case "DescribeInstances": instances(request)
        case "DescribeLaunchTemplateVersions": launchTemplateVersions(request)
        case "DescribeAutoScalingGroups": groups(request)
        case "DescribeLaunchConfigurations": launchConfigurations(request)
        case "DescribeFleets": fleets(request)
        case "DescribeSpotFleetRequests": spotFleets(request)
        case "DescribeImages": images(request)
        case "DescribeImageReferences": references(request)
        case "DescribeParameters": parameterDescriptions(request)
        case "GetParameters": parameters(request)
        case "ListClusters": clusters(request)
        case "ListNodegroups": nodeGroups(request)
        case "DescribeNodegroup": nodeGroup(request)
        case "ListImageRecipes": imageRecipes(request)
        case "ListContainerRecipes": containerRecipes(request)
        case "GetImageRecipe": imageRecipe(request)
        case "GetContainerRecipe": containerRecipe(request)
        case "GetImage": build(request)
        default: .status(404, body: "no such operation: \(operation)")
        }
    }

    // MARK: Pages

    private struct InvalidToken: Error {}

    /// The part of `elements` that a request asks for, and the token of the next.
    private func page<Element>(
        _ elements: [Element],
        _ request: TestServer.Request,
        size name: String = "MaxResults",
        token: String = "NextToken"
    ) throws -> (elements: [Element], next: String?) {
        let fields = request.fields
        var start = 0
        if let token = fields[token] {
            guard token.hasPrefix("from-"), let number = Int(token.dropFirst(5)) else { throw InvalidToken() }
            start = number
        }
        let size = min(pageLimit, fields[name].flatMap { Int($0) } ?? pageLimit)
        let end = min(start + size, elements.count)
        return (Array(elements[min(start, end)..<end]), end < elements.count ? "from-\(end)" : nil)
    }

    static func ec2Error(_ code: String, _ message: String = "no", status: Int = 400) -> TestServer.Reply {
        let error = "<Error><Code>\(code)</Code><Message>\(message)</Message></Error>"
        return .status(status, body: "<Response><Errors>\(error)</Errors><RequestID>r</RequestID></Response>")
    }

    static func queryError(_ code: String, _ message: String = "no", status: Int = 400) -> TestServer.Reply {
        let error = "<Error><Type>Sender</Type><Code>\(code)</Code><Message>\(message)</Message></Error>"
        return .status(status, body: "<ErrorResponse>\(error)<RequestId>r</RequestId></ErrorResponse>")
    }

    static func jsonError(_ code: String, _ message: String = "no", status: Int = 400) -> TestServer.Reply {
        .status(status, headers: [("x-amzn-errortype", code)], body: #"{"message":"\#(message)"}"#)
    }

    private func ec2<Element>(
        _ operation: String,
        _ list: String,
        _ elements: [Element],
        _ request: TestServer.Request,
        _ write: (Element) -> String
    ) -> TestServer.Reply {
        guard let page = try? page(elements, request) else { return Self.ec2Error("InvalidNextToken") }
        let items = page.elements.map { "<item>\(write($0))</item>" }.joined()
        let token = page.next.map { "<nextToken>\($0)</nextToken>" } ?? ""
        return .ok("<\(operation)Response><\(list)>\(items)</\(list)>\(token)</\(operation)Response>")
    }

    private func autoScaling<Element>(
        _ operation: String,
        _ list: String,
        _ elements: [Element],
        _ request: TestServer.Request,
        _ write: (Element) -> String
    ) -> TestServer.Reply {
        guard let page = try? page(elements, request, size: "MaxRecords")
        else { return Self.queryError("InvalidNextToken") }
        let items = page.elements.map { "<member>\(write($0))</member>" }.joined()
        let token = page.next.map { "<NextToken>\($0)</NextToken>" } ?? ""
        let result = "<\(operation)Result><\(list)>\(items)</\(list)>\(token)</\(operation)Result>"
        return .ok("<\(operation)Response>\(result)</\(operation)Response>")
    }

    func json<Element>(
        _ list: String,
        _ elements: [Element],
        _ request: TestServer.Request,
        tokenError: String,
        token: String = "nextToken",
        size: String = "maxResults",
        _ write: (Element) -> String
    ) -> TestServer.Reply {
        guard let page = try? page(elements, request, size: size, token: token)
        else { return Self.jsonError(tokenError, "the token is not valid") }
        let items = page.elements.map(write).joined(separator: ",")
        let next = page.next.map { #","\#(token)":"\#($0)""# } ?? ""
        return .ok(#"{"\#(list)":[\#(items)]\#(next)}"#)
    }

    func notFound() -> TestServer.Reply { Self.jsonError("ResourceNotFoundException", status: 404) }

    // MARK: EC2

    /// The values of a filter; nil where the request has no such filter.
    private func filter(_ name: String, of request: TestServer.Request) -> [String]? {
        let fields = request.fields
        guard let number = (1...9).first(where: { fields["Filter.\($0).Name"] == name }) else { return nil }
        return request.list("Filter.\(number).Value")
    }

    private func instances(_ request: TestServer.Request) -> TestServer.Reply {
        let ids = filter("instance-id", of: request)
        let states = filter("instance-state-name", of: request)
        let found = contents.instances.filter {
            (ids?.contains($0.id) ?? true) && (states?.contains($0.state) ?? true)
        }
        return ec2("DescribeInstances", "reservationSet", found, request) { instance in
            let image = instance.image.map { "<imageId>\($0)</imageId>" } ?? ""
            let state = "<instanceState><code>0</code><name>\(instance.state)</name></instanceState>"
            return "<instancesSet><item><instanceId>\(instance.id)</instanceId>\(image)\(state)</item></instancesSet>"
        }
    }

    private func launchTemplateVersions(_ request: TestServer.Request) -> TestServer.Reply {
        let fields = request.fields
        var templates = contents.templates
        let isOneTemplate = fields["LaunchTemplateId"] != nil || fields["LaunchTemplateName"] != nil
        if isOneTemplate {
            templates = templates.filter {
                $0.id == fields["LaunchTemplateId"] || $0.name == fields["LaunchTemplateName"]
            }
            guard !templates.isEmpty else {
                return Self.ec2Error(
                    fields["LaunchTemplateId"] != nil
                        ? "InvalidLaunchTemplateId.NotFound" : "InvalidLaunchTemplateName.NotFoundException"
                )
            }
        }
        let wanted = request.list("LaunchTemplateVersion")
        guard isOneTemplate || wanted.allSatisfy({ $0.hasPrefix("$") }) else {
            return Self.ec2Error("InvalidParameterCombination")
        }
        let images = filter("image-id", of: request)
        var found: [(AccountOnPaper.Template, Int, String?)] = []
        for template in templates {
            var numbers = wanted.isEmpty ? template.versions.keys.sorted() : []
            for text in wanted {
                let number =
                    text == "$Default"
                    ? template.defaultVersion : text == "$Latest" ? template.versions.keys.max() ?? 0 : Int(text) ?? 0
                guard template.versions.keys.contains(number) else {
                    return Self.ec2Error("InvalidLaunchTemplateId.VersionNotFound")
                }
                numbers.append(number)
            }
            for number in numbers {
                let image = template.versions[number] ?? nil
                if let images, !images.contains(image ?? "") { continue }
                found.append((template, number, image))
            }
        }
        return ec2("DescribeLaunchTemplateVersions", "launchTemplateVersionSet", found, request) { version in
            let image = version.2.map { "<imageId>\($0)</imageId>" } ?? ""
            return """
                <launchTemplateId>\(version.0.id)</launchTemplateId>\
                <launchTemplateName>\(version.0.name)</launchTemplateName><versionNumber>\(version.1)</versionNumber>\
                <launchTemplateData>\(image)</launchTemplateData>
                """
        }
    }

    private func fleets(_ request: TestServer.Request) -> TestServer.Reply {
        let ids = request.list("FleetId")
        let known = Set(contents.fleets.map(\.id))
        guard ids.allSatisfy(known.contains) else { return Self.ec2Error("InvalidFleetId.NotFound") }
        let found = contents.fleets.filter { ids.isEmpty || ids.contains($0.id) }
        return ec2("DescribeFleets", "fleetSet", found, request) { fleet in
            "<fleetId>\(fleet.id)</fleetId><fleetState>\(fleet.state)</fleetState>" + configurations(of: fleet)
        }
    }

    private func spotFleets(_ request: TestServer.Request) -> TestServer.Reply {
        let ids = request.list("SpotFleetRequestId")
        let known = Set(contents.spotFleets.map(\.id))
        guard ids.allSatisfy(known.contains) else { return Self.ec2Error("InvalidSpotFleetRequestId.NotFound") }
        let found = contents.spotFleets.filter { ids.isEmpty || ids.contains($0.id) }
        return ec2("DescribeSpotFleetRequests", "spotFleetRequestConfigSet", found, request) { fleet in
            let images = fleet.images.map { "<item><imageId>\($0)</imageId></item>" }.joined()
            let specifications = "<launchSpecifications>\(images)</launchSpecifications>"
            let request =
                "<spotFleetRequestConfig>\(specifications)\(configurations(of: fleet))</spotFleetRequestConfig>"
            let state = "<spotFleetRequestState>\(fleet.state)</spotFleetRequestState>"
            return "<spotFleetRequestId>\(fleet.id)</spotFleetRequestId>\(state)\(request)"
        }
    }

    private func configurations(of fleet: AccountOnPaper.Fleet) -> String {
        let items = fleet.templates.map { entry in
            let template = entry.template.map {
                let members = Self.members($0, ["launchTemplateId", "launchTemplateName", "version"])
                return "<launchTemplateSpecification>\(members)</launchTemplateSpecification>"
            }
            let overrides = entry.overrides.map { "<item><imageId>\($0)</imageId></item>" }.joined()
            return "<item>\(template ?? "")<overrides>\(overrides)</overrides></item>"
        }
        return "<launchTemplateConfigs>\(items.joined())</launchTemplateConfigs>"
    }

    private static func members(_ template: Named, _ names: [String]) -> String {
        zip(names, [template.id, template.name, template.version])
            .compactMap { name, value in value.map { "<\(name)>\($0)</\(name)>" } }.joined()
    }

    private func images(_ request: TestServer.Request) -> TestServer.Reply {
        let isCreator = request.list("Owner") == [AccountOnPaper.creator.text]
        return ec2("DescribeImages", "imagesSet", isCreator ? contents.images : [], request) {
            "<imageId>\($0)</imageId>"
        }
    }

    private func references(_ request: TestServer.Request) -> TestServer.Reply {
        let ids = request.list("ImageId")
        guard (1...10).contains(ids.count) else { return Self.ec2Error("InvalidParameterValue") }
        let found = ids.flatMap { id in (contents.references[id] ?? []).map { (image: id, reference: $0) } }
        return ec2("DescribeImageReferences", "imageReferenceSet", found, request) { entry in
            let type = "<resourceType>\(entry.reference.type)</resourceType>"
            return "<imageId>\(entry.image)</imageId>\(type)<arn>\(entry.reference.arn)</arn>"
        }
    }

    // MARK: Auto Scaling

    private func groups(_ request: TestServer.Request) -> TestServer.Reply {
        let names = request.list("AutoScalingGroupNames.member")
        let found = contents.groups.filter { names.isEmpty || names.contains($0.name) }
        let template = ["LaunchTemplateId", "LaunchTemplateName", "Version"]
        return autoScaling("DescribeAutoScalingGroups", "AutoScalingGroups", found, request) { group in
            let status = group.status.map { "<Status>\($0)</Status>" } ?? ""
            let own = group.template.map { "<LaunchTemplate>\(Self.members($0, template))</LaunchTemplate>" } ?? ""
            let overrides = group.overrides.map { entry in
                let specification = entry.template.map {
                    "<LaunchTemplateSpecification>\(Self.members($0, template))</LaunchTemplateSpecification>"
                }
                let image = entry.image.map { "<ImageId>\($0)</ImageId>" }
                return "<member>\(specification ?? "")\(image ?? "")</member>"
            }
            let policy = group.policy.map {
                let members = Self.members($0, template)
                let specification = "<LaunchTemplateSpecification>\(members)</LaunchTemplateSpecification>"
                let launched =
                    "<LaunchTemplate>\(specification)<Overrides>\(overrides.joined())</Overrides></LaunchTemplate>"
                return "<MixedInstancesPolicy>\(launched)</MixedInstancesPolicy>"
            }
            return "<AutoScalingGroupName>\(group.name)</AutoScalingGroupName>\(status)\(own)\(policy ?? "")"
        }
    }

    private func launchConfigurations(_ request: TestServer.Request) -> TestServer.Reply {
        let names = request.list("LaunchConfigurationNames.member")
        let found = contents.launchConfigurations.filter { names.isEmpty || names.contains($0.name) }
        return autoScaling("DescribeLaunchConfigurations", "LaunchConfigurations", found, request) {
            let name = $0.name.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            return "<LaunchConfigurationName>\(name)</LaunchConfigurationName><ImageId>\($0.image)</ImageId>"
        }
    }
}
