import AWSServices
import TestSupport

/// The services that speak JSON.
extension ServicesOnPaper {
    // MARK: Systems Manager

    func parameterDescriptions(_ request: TestServer.Request) -> TestServer.Reply {
        let type = (try? JSONValue(parsing: request.body))?["ParameterFilters"]?.array?.first?["Values"]?.strings
        let found = contents.parameters.filter { type?.contains($0.dataType) ?? true }
        return json(
            "Parameters",
            found,
            request,
            tokenError: "InvalidNextToken",
            token: "NextToken",
            size: "MaxResults"
        ) {
            #"{"Name":"\#($0.name)","Type":"String","DataType":"\#($0.dataType)"}"#
        }
    }

    func parameters(_ request: TestServer.Request) -> TestServer.Reply {
        let names = (try? JSONValue(parsing: request.body))?["Names"]?.strings ?? []
        guard (1...10).contains(names.count) else { return Self.jsonError("ValidationException") }
        let found = contents.parameters.filter { names.contains($0.name) }
        let absent = names.filter { name in !found.contains { $0.name == name } }.map { "\"\($0)\"" }
        let values = found.map { #"{"Name":"\#($0.name)","Value":"\#($0.value)","DataType":"\#($0.dataType)"}"# }
        let lists = (values.joined(separator: ","), absent.joined(separator: ","))
        return .ok(#"{"Parameters":[\#(lists.0)],"InvalidParameters":[\#(lists.1)]}"#)
    }

    // MARK: EKS

    func clusters(_ request: TestServer.Request) -> TestServer.Reply {
        json("clusters", contents.clusters, request, tokenError: "InvalidParameterException") { "\"\($0.name)\"" }
    }

    /// The names in a path, `/clusters/<name>/node-groups/<name>`.
    private func names(in request: TestServer.Request) -> [String] {
        request.path.split(separator: "/").enumerated().filter { $0.offset % 2 == 1 }
            .map { TestServer.Request.percentDecoded($0.element) }
    }

    func nodeGroups(_ request: TestServer.Request) -> TestServer.Reply {
        guard let cluster = contents.clusters.first(where: { $0.name == names(in: request)[0] }) else {
            return notFound()
        }
        return json("nodegroups", cluster.nodeGroups, request, tokenError: "InvalidParameterException") {
            "\"\($0.name)\""
        }
    }

    func nodeGroup(_ request: TestServer.Request) -> TestServer.Reply {
        let names = names(in: request)
        let cluster = contents.clusters.first { $0.name == names[0] }
        guard let group = cluster?.nodeGroups.first(where: { $0.name == names[1] }) else { return notFound() }
        let template = group.template.map { template in
            let members = [("id", template.id), ("name", template.name), ("version", template.version)]
                .compactMap { name, value in value.map { #""\#(name)":"\#($0)""# } }
            return #","launchTemplate":{\#(members.joined(separator: ","))}"#
        }
        return .ok(#"{"nodegroup":{"nodegroupName":"\#(group.name)","status":"\#(group.status)"\#(template ?? "")}}"#)
    }

    // MARK: Image Builder

    func imageRecipes(_ request: TestServer.Request) -> TestServer.Reply {
        json(
            "imageRecipeSummaryList",
            contents.imageRecipes,
            request,
            tokenError: "InvalidPaginationTokenException"
        ) {
            #"{"arn":"\#($0.arn)","name":"recipe","parentImage":"\#($0.image)"}"#
        }
    }

    func containerRecipes(_ request: TestServer.Request) -> TestServer.Reply {
        json(
            "containerRecipeSummaryList",
            contents.containerRecipes,
            request,
            tokenError: "InvalidPaginationTokenException"
        ) { recipe in
            let image = recipe.image.map { #","instanceImage":"\#($0)""# } ?? ""
            return #"{"arn":"\#(recipe.arn)","name":"container","parentImage":"amazonlinux"\#(image)}"#
        }
    }

    func imageRecipe(_ request: TestServer.Request) -> TestServer.Reply {
        let arn = request.fields["imageRecipeArn"]
        guard let recipe = contents.imageRecipes.first(where: { $0.arn == arn }) else { return notFound() }
        return .ok(#"{"imageRecipe":{"arn":"\#(recipe.arn)","parentImage":"\#(recipe.image)"}}"#)
    }

    func containerRecipe(_ request: TestServer.Request) -> TestServer.Reply {
        let arn = request.fields["containerRecipeArn"]
        guard let recipe = contents.containerRecipes.first(where: { $0.arn == arn }) else { return notFound() }
        let configuration = recipe.image.map { #","instanceConfiguration":{"image":"\#($0)"}"# } ?? ""
        return .ok(#"{"containerRecipe":{"arn":"\#(recipe.arn)"\#(configuration)}}"#)
    }

    func build(_ request: TestServer.Request) -> TestServer.Reply {
        guard let images = contents.builds[request.fields["imageBuildVersionArn"] ?? ""] else { return notFound() }
        let list = images.map { #"{"region":"\#($0.region)","image":"\#($0.image)"}"# }.joined(separator: ",")
        return .ok(#"{"image":{"outputResources":{"amis":[\#(list)]}}}"#)
    }
}
