import AWSClient

extension ImageBuilder {
    public func imageRecipes(_ input: ListImageRecipes = .init()) -> AWSPages<ListImageRecipes> {
        client.pages(input)
    }

    public func containerRecipes(_ input: ListContainerRecipes = .init()) -> AWSPages<ListContainerRecipes> {
        client.pages(input)
    }

    /// An image recipe by the ARN of a version; fails with `ResourceNotFoundException` where there is none.
    public func imageRecipe(arn: String) async throws(AWSError) -> ImageRecipe {
        try await client.call(GetImageRecipe(arn: arn)).recipe
    }

    /// A container recipe by the ARN of a version; fails with `ResourceNotFoundException` where there is none.
    public func containerRecipe(arn: String) async throws(AWSError) -> ContainerRecipe {
        try await client.call(GetContainerRecipe(arn: arn)).recipe
    }

    /// The machine images that an Image Builder image gave, one for each region and account it was distributed to; fails
    /// with `ResourceNotFoundException` where there is no such image.
    ///
    /// - Parameter arn: Of a build, or of a version with or without wildcards (`1.x.x`), which stands for the latest build of
    ///   it that is available.
    public func outputImages(arn: String) async throws(AWSError) -> [OutputImage] {
        try await client.call(GetImage(arn: arn)).image.outputResources?.amis ?? []
    }

    /// A version of an image recipe.
    public struct ImageRecipe: Decodable, Sendable, Hashable {
        /// `arn:…:image-recipe/<name>/<version>`.
        public var arn: String
        public var name: String?
        public var owner: String?
        /// An image id; an Image Builder image's ARN; `ssm:` and a parameter's name or ARN; a product of the marketplace.
        public var parentImage: String?
    }

    /// A version of a container recipe.
    public struct ContainerRecipe: Decodable, Sendable, Hashable {
        /// `arn:…:container-recipe/<name>/<version>`.
        public var arn: String
        public var name: String?
        public var owner: String?
        /// From what the instance that builds is launched: an image id, or `ssm:` and a parameter's name or ARN; nil where
        /// Image Builder chooses one.
        public var instanceImage: String?

        private enum CodingKeys: String, CodingKey {
            case arn, name, owner, instanceImage, instanceConfiguration
        }

        private struct InstanceConfiguration: Decodable {
            var image: String?
        }

        /// Reads a recipe as it is listed and as it is got, which name the image differently.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            arn = try container.decode(String.self, forKey: .arn)
            name = try container.decodeIfPresent(String.self, forKey: .name)
            owner = try container.decodeIfPresent(String.self, forKey: .owner)
            let configuration = try container.decodeIfPresent(
                InstanceConfiguration.self,
                forKey: .instanceConfiguration
            )
            instanceImage = try container.decodeIfPresent(String.self, forKey: .instanceImage) ?? configuration?.image
        }
    }

    /// The page of a list that is asked for.
    public struct ListBody: Encodable, Sendable {
        var owner: String?
        var maxResults: Int?
        var nextToken: String?
    }

    public struct ListImageRecipes: RESTJSONOperation, PaginatedOperation {
        public static let name = "ListImageRecipes"
        public static let service = AWSService.imageBuilder
        public static let method = "POST"

        /// `Self`, which is meant where it is nil; `Shared`, `Amazon`, `ThirdParty`, `AWSMarketplace`.
        public var owner: String?
        /// 1 to 100 a page.
        public var maximumResults: Int?
        public var startToken: String?

        public init(owner: String? = nil, maximumResults: Int? = nil, startToken: String? = nil) {
            self.owner = owner
            self.maximumResults = maximumResults
            self.startToken = startToken
        }

        public func path() -> String { "/ListImageRecipes" }

        public var body: ListBody? { ListBody(owner: owner, maxResults: maximumResults, nextToken: startToken) }

        public struct Output: Decodable, Sendable {
            public var recipes: [ImageRecipe]?
            public var nextToken: String?

            private enum CodingKeys: String, CodingKey {
                case recipes = "imageRecipeSummaryList"
                case nextToken
            }
        }

        public static func nextToken(of output: Output) -> String? {
            output.nextToken.flatMap { $0.isEmpty ? nil : $0 }
        }
    }

    public struct ListContainerRecipes: RESTJSONOperation, PaginatedOperation {
        public static let name = "ListContainerRecipes"
        public static let service = AWSService.imageBuilder
        public static let method = "POST"

        /// `Self`, which is meant where it is nil; `Shared`, `Amazon`.
        public var owner: String?
        /// 1 to 100 a page.
        public var maximumResults: Int?
        public var startToken: String?

        public init(owner: String? = nil, maximumResults: Int? = nil, startToken: String? = nil) {
            self.owner = owner
            self.maximumResults = maximumResults
            self.startToken = startToken
        }

        public func path() -> String { "/ListContainerRecipes" }

        public var body: ListBody? { ListBody(owner: owner, maxResults: maximumResults, nextToken: startToken) }

        public struct Output: Decodable, Sendable {
            public var recipes: [ContainerRecipe]?
            public var nextToken: String?

            private enum CodingKeys: String, CodingKey {
                case recipes = "containerRecipeSummaryList"
                case nextToken
            }
        }

        public static func nextToken(of output: Output) -> String? {
            output.nextToken.flatMap { $0.isEmpty ? nil : $0 }
        }
    }

    public struct GetImageRecipe: RESTJSONOperation {
        public static let name = "GetImageRecipe"
        public static let service = AWSService.imageBuilder
        public static let method = "GET"

        public var arn: String

        public init(arn: String) {
            self.arn = arn
        }

        public func path() -> String { "/GetImageRecipe" }

        public var query: [AWSRequest.QueryItem] { [AWSRequest.QueryItem("imageRecipeArn", arn)] }

        public struct Output: Decodable, Sendable {
            public var recipe: ImageRecipe

            private enum CodingKeys: String, CodingKey {
                case recipe = "imageRecipe"
            }
        }
    }

    public struct GetContainerRecipe: RESTJSONOperation {
        public static let name = "GetContainerRecipe"
        public static let service = AWSService.imageBuilder
        public static let method = "GET"

        public var arn: String

        public init(arn: String) {
            self.arn = arn
        }

        public func path() -> String { "/GetContainerRecipe" }

        public var query: [AWSRequest.QueryItem] { [AWSRequest.QueryItem("containerRecipeArn", arn)] }

        public struct Output: Decodable, Sendable {
            public var recipe: ContainerRecipe

            private enum CodingKeys: String, CodingKey {
                case recipe = "containerRecipe"
            }
        }
    }

    /// A machine image that a build gave.
    public struct OutputImage: Decodable, Sendable, Hashable {
        public var region: String
        public var imageID: String
        public var name: String?
        /// Who owns the image.
        public var accountID: String?

        private enum CodingKeys: String, CodingKey {
            case region, name
            case imageID = "image"
            case accountID = "accountId"
        }
    }

    public struct GetImage: RESTJSONOperation {
        public static let name = "GetImage"
        public static let service = AWSService.imageBuilder
        public static let method = "GET"

        public var arn: String

        public init(arn: String) {
            self.arn = arn
        }

        public func path() -> String { "/GetImage" }

        public var query: [AWSRequest.QueryItem] { [AWSRequest.QueryItem("imageBuildVersionArn", arn)] }

        public struct Output: Decodable, Sendable {
            public var image: Image
        }

        public struct Image: Decodable, Sendable {
            public var arn: String?
            public var outputResources: OutputResources?
        }

        public struct OutputResources: Decodable, Sendable {
            public var amis: [OutputImage]?
        }
    }
}
