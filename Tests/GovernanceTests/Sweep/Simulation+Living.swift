@testable import Governance

/// What happens in the account of a story, and what AWS tells of it.
extension Simulation {
    /// An event that something has ended which goes on.
    private func lie() {
        let listed = InventorySection.allCases.flatMap(rig.account.current.listed).filter { !$0.kind.usesSeveralImages }
        guard let resource = random({ listed.sorted { $0.id < $1.id }.randomElement(using: &$0) }) else { return }
        promises.forget(resource)
        state.withLock { state in
            // Whatever was told of it before is no promise any more.
            for row in state.lives.keys where row.hasSuffix("#\(resource.kind.rawValue)#\(resource.id)") {
                state.lives[row] = nil
            }
        }
        send(releases: [resource], isWrong: true)
    }

    func live() {
        if isLying, dice(5) == 0 { return lie() }
        let account = rig.account.current
        let name = Self.names[dice(2)]
        switch dice(18) {
        case 0, 1:
            let instance = SampleTests.instance(200 + number())
            let image = someImage()
            change { $0.instances[instance] = image }
            send([(.instance(instance), .id(image))])
        case 2, 3:
            let candidates = account.instances.keys.filter { !$0.text.hasSuffix("0100") }.sorted()
            guard let instance = random({ candidates.randomElement(using: &$0) }) else { return }
            change { $0.instances[instance] = nil }
            send(releases: [.instance(instance)])
        case 4:
            let version = 3 + number()
            let reference: ImageReference = dice(2) == 0 ? .parameter(Self.golden.text) : .id(someImage())
            change { $0.templates[Self.template]?[version] = reference }
            send([(.launchTemplateVersion(Self.template, version), reference)])
        case 5:
            let versions = (account.templates[Self.template]?.keys.filter { $0 > 1 } ?? []).sorted()
            guard let version = random({ versions.randomElement(using: &$0) }) else { return }
            change { $0.templates[Self.template]?[version] = nil }
            send(releases: [.launchTemplateVersion(Self.template, version)])
        case 6:
            guard account.launchConfigurations[name] == nil else {
                change { $0.launchConfigurations[name] = nil }
                return send(releases: [.launchConfiguration(name)])
            }
            let image = someImage()
            change { $0.launchConfigurations[name] = image }
            send([(.launchConfiguration(name), .id(image))])
        case 7:
            let images = Set((0..<dice(3)).map { _ in someImage() })
            let group = Self.groups[dice(2)]
            change { $0.groups[group] = images.isEmpty ? nil : images }
        case 8, 9:
            let image = dice(4) == 0 ? nil : someImage()
            change { $0.parameters[Self.golden] = image }
            send(parameter: image == nil ? .deleted : .written)
        case 10:
            let images = Set((0..<dice(3)).map { _ in someImage() })
            change { $0.fleets[Self.fleet] = images.isEmpty ? nil : images }
        case 11:
            let images = Set((0..<dice(3)).map { _ in someImage() })
            change { $0.spotFleets[Self.spotFleet] = images.isEmpty ? nil : images }
        case 12:
            let reference: ImageReference? = [.parameter(Self.golden.text), .id(someImage()), nil][dice(3)]
            change { $0.recipes[Self.recipe] = reference }
        case 14:
            let reference: ImageReference? = [.parameter(Self.golden.text), .id(someImage()), nil][dice(3)]
            change { $0.containerRecipes[Self.containerRecipe] = reference }
        case 15, 16:
            let versions = account.templates[Self.template]?.keys.sorted() ?? []
            let version = dice(4) == 0 ? nil : random { versions.randomElement(using: &$0) }
            change { $0.nodeGroups[Self.nodeGroup] = version.map { .launchTemplateVersion(Self.template, $0) } }
        case 13:
            change { $0.obscure = $0.obscure.isEmpty ? [otherImage] : [] }
        default:
            // A second template, which goes again.
            let other = LaunchTemplateID(checked: "lt-0a1b2c3d4e5f6\(1000 + number())")
            let image = someImage()
            change { $0.templates[other] = [1: .id(image)] }
            send([(.launchTemplateVersion(other, 1), .id(image))])
            guard dice(2) == 0 else { return }
            change { $0.templates[other] = nil }
            send(deleted: other)
        }
    }
}
