import Glibc
public import WorkflowModel
public import WorkflowStorage

/// What another process does for a clause. It travels as text, through a command line for example.
public struct ConformanceTask: Sendable {
    enum Kind: String, Sendable {
        /// Reads the head, stops itself, and then commits after it: too late.
        case freeze
        /// Commits as fast as it can, until the goal is reached.
        case race
    }

    let kind: Kind
    let race: Race

    init(_ kind: Kind, _ race: Race) { (self.kind, self.race) = (kind, race) }

    /// No byte of it means anything to a shell.
    var text: String { "\(kind.rawValue),\(race.workflow),\(race.run),\(race.prefix),\(race.goal)" }

    public init(_ text: String) throws(Failure) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5, let kind = Kind(rawValue: parts[0]), let goal = Int(parts[4]), parts[3].hasPrefix("conformance-") else {
            throw Failure(.invalid, "'\(String(text.prefix(200)).printable)' is no task of this version's conformance suite; hand it on as it came")
        }
        self.init(kind, Race(workflow: parts[1], run: parts[2], prefix: parts[3], goal: goal))
    }

    /// In the other process. Returns if all was as it must be.
    public func perform(in storage: any Storage) throws(Failure) {
        let place = Place(storage: storage, prefix: race.prefix, suffix: ", in the other process")
        let maker = try SampleMaker()
        do throws(Verdict) {
            // A process that opens another place must not look for company there for ever.
            guard let head = try place.head(race.run), let number = SampleID.number(head) else {
                throw .broken("head of the run '\(race.run)'" + place.suffix, expected: "the one that the first process committed", came: "none")
            }
            switch kind {
            case .freeze: try freeze(place, maker, head, number)
            case .race: try race.expectChain(in: place, acknowledged: race.drive(in: place, maker, writer: "p\(getpid())"))
            }
        } catch {
            switch error {
            case .broken(let why), .skipped(let why): throw Failure(.storage, why)
            }
        }
    }

    private func freeze(_ place: Place, _ maker: SampleMaker, _ head: String, _ number: Int) throws(Verdict) {
        let id = SampleID.text(race.prefix, number + 2, writer: "p\(getpid())")
        let sample = maker.sample(maker.summary(id, run: race.run, workflow: race.workflow, previous: head, superstep: number))
        raise(SIGSTOP)
        try place.refuse("commit after '\(head)', which is not the head any more", .conflict) { () throws(Failure) in
            try place.storage.save(sample.commit(.head(head)))
        }
        try place.expectNone(id)
    }
}
