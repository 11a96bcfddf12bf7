@testable import Governance

/// One of everything that uses an image, and of everything that does not.
enum SampleAccount {
    static let recipe = "arn:aws:imagebuilder:eu-central-1:222222222222:image-recipe"
    static let container = "arn:aws:imagebuilder:eu-central-1:222222222222:container-recipe"
    static let build = "arn:aws:imagebuilder:eu-central-1:111111111111:image/golden/x.x.x"

    static var contents: AccountOnPaper.Contents {
        var contents = AccountOnPaper.Contents()
        contents.instances = [
            ("i-1", "ami-1", "running"), ("i-2", "ami-2", "stopped"), ("i-3", "ami-1", "pending"),
            ("i-4", "ami-4", "stopping"), ("i-5", "ami-1", "shutting-down"), ("i-6", "ami-1", "terminated"),
            ("i-7", nil, "running"), ("i-8", "not an image", "running"),
        ]
        contents.templates = [
            .init(id: "lt-1", name: "web", defaultVersion: 2, versions: [1: "ami-1", 2: "ami-2", 3: "ami-3"]),
            .init(id: "lt-2", name: "same", versions: [1: "resolve:ssm:/golden/image:3"]),
            .init(id: "lt-3", name: "none", defaultVersion: 1, versions: [1: nil, 2: "ami-9"]),
            .init(id: "lt-4", name: "old", defaultVersion: 9, versions: [4: "ami-4", 5: "ami-5", 9: "ami-9"]),
        ]
        contents.groups = [
            .init(name: "plain", template: .init(id: "lt-1", name: "web", version: "1")),
            .init(name: "latest", template: .init(id: "lt-1", version: "$Latest")),
            .init(name: "default", template: .init(name: "web")),
            .init(
                name: "mixed",
                policy: .init(name: "old", version: "$Default"),
                overrides: [
                    (nil, "ami-7"), (.init(id: "lt-4", version: "4"), nil), (nil, "resolve:ssm:/over"), (nil, nil),
                    (nil, "ami-7"),
                ]
            ),
            .init(
                name: "dying",
                policy: .init(id: "lt-4", version: "5"),
                overrides: [(nil, "ami-8")],
                status: "Delete in progress"
            ),
            .init(name: "lost", template: .init(id: "lt-gone", version: "1")),
            .init(name: "forgotten", template: .init(name: "gone", version: "$Latest")),
            .init(name: "ahead", template: .init(id: "lt-1", version: "77")),
            .init(name: "by configuration"),
        ]
        contents.launchConfigurations = [("old & <tired>", "ami-1"), ("odd", "no image"), ("other", "ami-2")]
        contents.fleets = [
            .init(id: "fleet-1", templates: [(.init(id: "lt-4", version: "4"), ["ami-6", "resolve:ssm:/fleet"])]),
            .init(id: "fleet-2", state: "deleted_running", templates: [(.init(id: "lt-4", version: "5"), ["ami-8"])]),
            .init(id: "fleet-3", state: "modifying", templates: [(.init(name: "web", version: "$Latest"), [])]),
        ]
        contents.spotFleets = [
            .init(id: "sfr-1", images: ["ami-5", "ami-5", "ami-6"]),
            .init(id: "sfr-2", state: "cancelled_terminating", images: ["ami-8"]),
            .init(id: "sfr-3", state: "submitted", templates: [(.init(id: "lt-4", version: "5"), [])]),
        ]
        contents.clusters = [
            ("empty", []),
            (
                "one",
                [
                    ("own", "ACTIVE", .init(id: "lt-4", name: "old", version: "5")), ("plain", "ACTIVE", nil),
                    ("going", "DELETING", .init(id: "lt-4", version: "4")), ("same", "DEGRADED", .init(name: "old")),
                ]
            ),
            ("two", [("own", "ACTIVE", .init(id: "lt-1", version: "1"))]),
        ]
        contents.imageRecipes = [
            ("\(recipe)/a/1.0.0", "ami-1"), ("\(recipe)/a/1.0.1", "ssm:/golden/image"),
            ("\(recipe)/b/1.0.0", build), ("\(recipe)/c/1.0.0", "arn:aws:imagebuilder:eu-central-1:aws:image/al/x.x.x"),
            ("\(recipe)/d/1.0.0", "arn:aws:imagebuilder:eu-central-1:111111111111:image/none/1.x.x"),
            ("\(recipe)/e/1.0.0", "ssm:arn:aws:ssm:eu-central-1:111111111111:parameter/shared"),
        ]
        contents.builds = [build: [("eu-central-1", "ami-2"), ("eu-west-1", "ami-3")]]
        contents.containerRecipes = [
            ("\(container)/a/1.0.0", "ami-1"), ("\(container)/b/1.0.0", nil),
            ("\(container)/c/1.0.0", "ssm:/golden/image"),
        ]
        contents.parameters = [
            .init(name: "/golden/image", value: "ami-1"), .init(name: "flat", value: "ami-2"),
            .init(name: "/text", value: "ami-3", dataType: "text"), .init(name: "/odd", value: "nothing"),
        ]
        contents.images = (1...23).map { "ami-\($0)" }
        contents.references = [
            "ami-1": [
                ("ec2:Instance", "arn:aws:ec2:eu-central-1:222222222222:instance/i-1"),
                ("ec2:LaunchTemplate", "arn:aws:ec2:eu-central-1:222222222222:launch-template/lt-1"),
                ("ssm:Parameter", "arn:aws:ssm:eu-central-1:222222222222:parameter/golden/image"),
                ("imagebuilder:ImageRecipe", "\(recipe)/a/1.0.0"),
                ("imagebuilder:ContainerRecipe", "\(container)/a/1.0.0"),
            ],
            "ami-2": [
                ("ssm:Parameter", "arn:aws:ssm:eu-central-1:222222222222:parameter/flat"),
                ("ec2:LaunchTemplate", "arn:aws:ec2:eu-central-1:222222222222:launch-template/lt-gone"),
            ],
            "ami-12": [("ec2:Instance", "arn:aws:ec2:eu-central-1:222222222222:instance/i-12"), ("new:Kind", "arn:x")],
            "ami-23": [("ec2:Instance", "arn:aws:ec2:eu-central-1:222222222222:instance/i-23")],
        ]
        return contents
    }

    /// What the sections list of it: `<kind> <id> <image>`.
    static let sightings: [InventorySection: Set<String>] = [
        .instances: ["instance i-1 ami-1", "instance i-2 ami-2", "instance i-3 ami-1", "instance i-4 ami-4"],
        .launchTemplates: [
            "launch-template lt-1/2 ami-2", "launch-template lt-1/3 ami-3",
            "launch-template lt-2/1 ssm:/golden/image:3",
            "launch-template lt-3/2 ami-9", "launch-template lt-4/9 ami-9",
        ],
        .autoScalingGroups: [
            "launch-template lt-1/1 ami-1", "launch-template lt-1/3 ami-3", "launch-template lt-1/2 ami-2",
            "launch-template lt-4/9 ami-9", "launch-template lt-4/4 ami-4", "auto-scaling-group mixed ami-7",
            "auto-scaling-group mixed ssm:/over",
        ],
        .launchConfigurations: ["launch-configuration old & <tired> ami-1", "launch-configuration other ami-2"],
        .fleets: [
            "ec2-fleet fleet-1 ami-6", "ec2-fleet fleet-1 ssm:/fleet", "launch-template lt-4/4 ami-4",
            "launch-template lt-1/3 ami-3",
        ],
        .spotFleets: [
            "spot-fleet-request sfr-1 ami-5", "spot-fleet-request sfr-1 ami-6", "launch-template lt-4/5 ami-5",
        ],
        .nodeGroups: [
            "launch-template lt-4/5 ami-5", "launch-template lt-4/9 ami-9", "launch-template lt-1/1 ami-1",
        ],
        .imageRecipes: [
            "image-recipe \(recipe)/a/1.0.0 ami-1", "image-recipe \(recipe)/a/1.0.1 ssm:/golden/image",
            "image-recipe \(recipe)/b/1.0.0 ami-2",
            "image-recipe \(recipe)/e/1.0.0 ssm:arn:aws:ssm:eu-central-1:111111111111:parameter/shared",
        ],
        .containerRecipes: [
            "container-recipe \(container)/a/1.0.0 ami-1", "container-recipe \(container)/c/1.0.0 ssm:/golden/image",
        ],
        .parameters: ["parameter /golden/image ami-1", "parameter flat ami-2"],
        .imageReferences: [
            "instance i-1 ami-1", "launch-template lt-1/1 ami-1", "parameter /golden/image ami-1",
            "image-recipe \(recipe)/a/1.0.0 ami-1", "container-recipe \(container)/a/1.0.0 ami-1",
            "parameter flat ami-2",
            "instance i-12 ami-12", "instance i-23 ami-23",
        ],
    ]
}

extension ResourceSighting {
    var text: String { "\(resource.kind.rawValue) \(resource.id) \(image.text)" }
}

extension ImageReference {
    var text: String {
        switch self {
        case .id(let image): image.text
        case .parameter(let name): "ssm:\(name)"
        case .launchTemplateVersion(let template, let version): "\(template)/\(version)"
        case .launchConfiguration(let name): name.text
        }
    }
}
