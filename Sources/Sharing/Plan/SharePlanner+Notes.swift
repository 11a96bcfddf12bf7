import Governance

/// What is worth knowing of a plan.
extension SharePlanner {
    func notes(_ wishes: [Wish], _ observed: Observation) -> [String] {
        var notes: [String] = []
        var targets: [ShareTarget: Int] = [:]
        for wish in wishes where wish.image.hasEncryptedSnapshots && !wish.target.grantsKeys {
            targets[wish.target, default: 0] += 1
        }
        for (target, count) in targets.sorted(by: { $0.key.label < $1.key.label }) {
            let what = count == 1 ? "1 image with encrypted snapshots" : "\(count) images with encrypted snapshots"
            notes.append("\(target.label) gets \(what) and no grants: the policies of the keys have to let it use them")
        }
        notes += unseenKeys(wishes, observed)
        if sharesSnapshots {
            for target in Set(wishes.map(\.target)).sorted(by: { $0.label < $1.label }) where target.account == nil {
                notes.append("snapshots cannot be shared with \(target.principal.name), only with accounts")
            }
        }
        return notes + tagCounts(wishes, observed)
    }

    /// Keys of which it cannot be said whether other accounts can be let use them, each with its images.
    private func unseenKeys(_ wishes: [Wish], _ observed: Observation) -> [String] {
        var images: [Observation.SnapshotKey: Set<RegionalID>] = [:]
        for image in Set(wishes.map(\.image)) {
            for snapshot in image.snapshots {
                guard let key = observed.keys[RegionalID(region: image.region, id: snapshot.text)],
                    case .unseen = key.manager
                else { continue }
                images[key, default: []].insert(image.key)
            }
        }
        return images.sorted { $0.key.arn < $1.key.arn }.compactMap { key, images in
            guard case .unseen(let error) = key.manager else { return nil }
            let names = images.sorted().map(\.id)
            let more = names.count > 5 ? " and \(names.count - 5) more" : ""
            return "whether another account can use \(names.prefix(5).joined(separator: ", "))\(more) cannot be seen: "
                + "the key \(key.arn) cannot be looked at (\(error))"
        }
    }

    /// Resources that would have more tags than EC2 allows.
    private func tagCounts(_ wishes: [Wish], _ observed: Observation) -> [String] {
        var notes: [String] = []
        func add(_ resource: String, _ region: Region, in account: AccountID?, _ names: Set<String>) {
            let count = names.count { !TagRules.isSetByAWS($0) }
            guard count > TagRules.maximumCount else { return }
            let place = account.map { " in account \($0)" } ?? ""
            let note = "\(resource) in \(region) would have \(count) tags\(place); EC2 allows \(TagRules.maximumCount)"
            if notes.last != note { notes.append(note) }
        }
        var labels: [RegionalID: (image: SourceImage, labels: Set<String>)] = [:]
        for wish in wishes {
            labels[wish.image.key, default: (wish.image, [])].labels.insert(wish.target.label)
        }
        for (_, entry) in labels.sorted(by: { $0.key < $1.key }) {
            let own = Set(entry.image.tags.keys).union(source.postShareTags.keys)
            add(entry.image.id.text, entry.image.region, in: nil, own.union(entry.labels.map(TagRules.shareTag)))
        }
        for wish in wishes {
            guard let account = wish.target.account else { continue }
            let wanted = Set(wantedTags(of: wish.image, for: wish.target).keys)
            for resource in [wish.image.id.text] + (sharesSnapshots ? wish.image.snapshots.map(\.text) : []) {
                let id = RegionalID(region: wish.image.region, id: resource)
                let present = observed.targetTags[account]?[id] ?? [:]
                let record = CopyRecord(value: present[CopyRecord.tag])
                let names = wanted.union(present.keys.filter { !record.contains($0) }).union([CopyRecord.tag])
                add(resource, wish.image.region, in: account, names)
            }
        }
        return notes
    }
}
