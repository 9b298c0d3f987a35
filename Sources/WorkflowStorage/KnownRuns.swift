import WorkflowModel

/// What a storage has seen of runs: where to look first, never what to believe.
final class KnownRuns: Sendable {
    private let heads = Locked<[Name: String]>([:])
    private static let mostHeads = 4096

    /// The greatest id of a run that was read or saved so far, which may be its head.
    ///
    /// Who resumes asks for the head right after the checkpoint was read. The head's claim is another name of that file, so one
    /// look at both answers, and the file, which may be large, is not read again.
    func probableHead(_ run: String) -> String? { heads.withLock { $0[Name(run)] } }

    func learn(_ summary: CheckpointSummary) {
        let run = Name(summary.runID)
        heads.withLock { heads in
            if let known = heads[run], !known.utf8.lexicographicallyPrecedes(summary.id.utf8) { return }
            if heads.count >= Self.mostHeads { heads.removeAll() }
            heads[run] = summary.id
        }
    }

    /// The claims of the runs that committed last, and the one that each made: the next commit need not look for either. Few,
    /// for each holds two descriptors.
    private let open = Locked<[(claims: RunClaims, newest: UInt64)]>([])
    private static let mostOpen = 8

    /// Nobody else gets them until they are given back: a listing has one position.
    func take(_ run: String) -> (claims: RunClaims, newest: UInt64)? {
        let run = Name(run)
        return open.withLock { open in
            guard let index = open.firstIndex(where: { Name($0.claims.run) == run }) else { return nil }
            return open.remove(at: index)
        }
    }

    func keep(_ claims: RunClaims, newest: UInt64) {
        // What drops out is closed after the lock.
        var rest: [(claims: RunClaims, newest: UInt64)] = []
        open.withLock { open in
            rest = open.filter { Name($0.claims.run) == Name(claims.run) }
            open.removeAll { Name($0.claims.run) == Name(claims.run) }
            if open.count >= Self.mostOpen { rest.append(open.removeFirst()) }
            open.append((claims, newest))
        }
        withExtendedLifetime(rest) {}
    }
}
