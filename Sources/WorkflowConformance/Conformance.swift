public import WorkflowModel
public import WorkflowStorage

/// Does a storage keep its promises? Tries each of them and says what came.
///
/// Everything it makes has ids, runs and workflows that begin with `conformance-`, and goes again; what else is in the storage
/// stays as it is.
public struct Conformance {
    /// Starts another process that opens the same place, performs the task (`ConformanceTask`) and ends with its exit
    /// code. Gives its id.
    public typealias Start = (_ task: String) throws(Failure) -> Int

    /// For the report.
    public var name = "storage"
    public var storage: any Storage
    /// Another handle on the same place.
    public var second: (any Storage)?
    public var start: Start?
    /// Whether to try what takes long.
    public var isPatient = false

    public init(_ storage: any Storage) { self.storage = storage }

    /// The names of what is tried.
    public static func clauses(in levels: Set<Level>) -> [String] { Clause.all.filter { levels.contains($0.level) }.map(\.name) }

    /// Those whose names are in `only`, or all.
    public func report(only: Set<String>? = nil) throws(Failure) -> ConformanceReport {
        let maker = try SampleMaker()
        let nonce = String(UInt64.random(in: .min ... .max), radix: 36)
        var entries: [ConformanceReport.Entry] = []
        for (number, clause) in Clause.all.enumerated() where only?.contains(clause.name) ?? true {
            let trial = Trial(self, maker, prefix: "conformance-\(nonce)-\(number)")
            entries.append(entry(clause, trial))
        }
        return ConformanceReport(storage: name, entries: entries)
    }

    private func entry(_ clause: Clause, _ trial: Trial) -> ConformanceReport.Entry {
        func entry(_ result: ConformanceReport.Result, _ why: String?) -> ConformanceReport.Entry {
            ConformanceReport.Entry(name: clause.name, level: clause.level, result: result, why: why)
        }
        for need in clause.needs { if let lack = lack(of: need) { return entry(.skipped, lack) } }
        do throws(Verdict) {
            defer { trial.cleanUp() }
            try clause.check(trial)
            return entry(.passed, nil)
        } catch {
            switch error {
            case .broken(let why): return entry(.failed, why)
            case .skipped(let why): return entry(.skipped, why)
            }
        }
    }

    private func lack(of need: Clause.Need) -> String? {
        switch need {
        case .fence:
            storage.isFenced ? nil : "the storage has no fence: two writers of one run both go on. Give it 'commit' and 'head'"
        case .second: second == nil ? "no second handle on the same place was given" : nil
        case .process: start == nil ? "no way to start another process was given" : nil
        case .patience: isPatient ? nil : "it was not asked for what takes long"
        }
    }
}
