public import WorkflowModel

/// Heads and the fence; `RunClaims` says how it works.
///
/// A save of the checkpoint N behind H: write a temporary file; look whether the newest claim holds H; link the file as the
/// claim behind that; look again; rename the file to `N.json`; remove the older claims. Who dies on the way leaves at most a
/// claim whose checkpoint has no name of its own, and the next who asks for the head gives it one.
extension DirectoryStorage {
    public func head(run: String) throws(Failure) -> String? {
        for _ in 0..<Self.patience {
            guard let claims = try RunClaims(of: run, in: folder, make: false) else { return nil }
            let head = try newest(claims, expected: known.probableHead(run))
            if case .stub = head.content, try removeIfEmpty(claims) { continue }
            if try name(head, claims) { return head.id }
        }
        throw busy(run)
    }

    /// What stands in the newest claim of each run.
    func newestClaims() -> [Text] {
        guard let heads = try? folder.folder(RunClaims.place, make: false), let names = try? heads.names() else { return [] }
        return names.compactMap { name in
            guard name.utf8.count == 64, let claims = try? heads.folder(name, make: false) else { return nil }
            return (try? RunClaims(claims, run: "").numbers().last).flatMap { try? claims.read(RunClaims.name($0)) }
        }
    }

    struct Head {
        var number: UInt64?
        var id: String?
        var content = RunClaims.Content.none
    }

    /// What the newest claim holds. `expected` is what it probably holds: then the claim and the checkpoint are one file, and
    /// nothing is read.
    private func newest(_ claims: RunClaims, expected: String? = nil) throws(Failure) -> Head {
        for _ in 0..<Self.patience {
            guard let number = try claims.numbers().last else { return Head() }
            if let expected, try isOneFile(claims, number, expected) { return Head(number: number, id: expected) }
            let file = try claims.folder.look(RunClaims.name(number))
            let content = try claims.content(number)
            // By now it may have been settled, and its name taken by a writer that is late and about to withdraw: what counts is
            // what was the newest before and after.
            guard let file, try claims.folder.look(RunClaims.name(number))?.isSameFile(file) == true,
                try claims.numbers().last == number
            else { continue }
            return Head(number: number, id: try id(content, number, claims), content: content)
        }
        throw busy(claims.run)
    }

    private func id(_ content: RunClaims.Content, _ number: UInt64, _ claims: RunClaims) throws(Failure) -> String? {
        if let id = content.id { return id }
        return try lost(number, claims)
    }

    /// What a claim held whose content cannot be read: the checkpoint that is the same file. After a loss of power there may
    /// be none, nor anybody who made it: then it is the greatest of the run.
    private func lost(_ number: UInt64, _ claims: RunClaims) throws(Failure) -> String? {
        for id in try ids() where try isOneFile(claims, number, id) { return id }
        return try newestCheckpoint(of: claims.run)
    }

    private func isOneFile(_ claims: RunClaims, _ number: UInt64, _ id: String) throws(Failure) -> Bool {
        guard let claim = try claims.folder.look(RunClaims.name(number)), let file = try folder.look(name(id)) else { return false }
        return claim.isSameFile(file)
    }

    /// Makes sure that a claimed checkpoint is there under its name. False if it was deleted meanwhile.
    private func name(_ head: Head, _ claims: RunClaims) throws(Failure) -> Bool {
        guard case .checkpoint(let id, let document) = head.content, let number = head.number, try folder.look(name(id)) == nil
        else { return true }
        let claim = try claims.folder.look(RunClaims.name(number))
        guard try folder.create(name(id), try SealedDocument.seal(document)) else { return true }
        // Whoever deletes the checkpoint empties the claim first; whoever goes on from it leaves a newer one.
        if let claim, try claims.folder.look(RunClaims.name(number))?.isSameFile(claim) == true { return true }
        if let newest = try claims.numbers().last, newest > number { return true }
        _ = try folder.remove(name(id))
        return false
    }

    /// A claim that was made, and the older ones, which it replaces.
    struct Claim {
        let claims: RunClaims
        let number: UInt64
        var older: [UInt64]

        func settle() { for number in older { _ = try? claims.remove(number) } }
    }

    /// Gives a claim back whose checkpoint was not saved. One that somebody else has named is in the line of the run: others
    /// may stand behind it. So is one of which nobody can tell.
    func withdraw(_ claim: Claim, _ id: String, _ document: Text) {
        do throws(Failure) {
            if try load(id) == document { return }
        } catch {
            if error.isOfTheSystem { return }
        }
        _ = try? claim.claims.remove(claim.number)
    }

    /// Makes `temporary` the next checkpoint of its run, or throws a conflict. Nil if the document needs no claim: it has one,
    /// or is older than the head.
    func claim(_ commit: Commit, _ document: Text, _ sealed: Text, _ temporary: String) throws(Failure) -> Claim? {
        let (id, run, onDisk) = (commit.summary.id, commit.summary.runID, commit.durability == .full)
        var own = try ownClaims(commit)
        for _ in 0..<Self.patience {
            let (claims, head): (RunClaims, Head)
            if let known = own {
                (claims, head, own) = (known.claims, known.head, nil)
            } else {
                guard let found = try RunClaims(of: run, in: folder, make: true, onDisk: onDisk) else { continue }
                (claims, head) = (found, try newest(found, expected: commit.expected.id))
            }
            if head.id == id {
                if case .checkpoint(_, let other) = head.content, other != document { throw CheckpointID.taken(id, in: place) }
                return nil
            }
            switch commit.expected {
            case .any: if let head = head.id, id < head { return nil }
            case .head(let expected):
                if head.id == expected { break }
                let found = try self.head(run: run)
                if found == expected { continue }
                throw RunFence.conflict(run, expected: expected, found: found)
            }
            guard let number = try next(head.number, claims) else { continue }
            switch try folder.link(temporary, in: claims.folder, asNew: RunClaims.name(number), sealed, onDisk: onDisk) {
            case .exists, .noFolder: continue
            case .made:
                var claim = Claim(claims: claims, number: number, older: [])
                do throws(Failure) {
                    if let older = try stands(number, behind: head, claims) {
                        claim.older = older
                        if onDisk && head.number == nil { try claims.folder.sync() }
                        return claim
                    }
                } catch {
                    withdraw(claim, id, document)
                    throw error
                }
                withdraw(claim, id, document)
                // Somebody may have gone on from it in the meantime.
                if try isKept(id, document, onDisk: onDisk) { return nil }
            }
        }
        throw busy(run)
    }

    /// The claims as the last commit of the run left them, if its claim is there and still holds the expected head. That it is
    /// the newest need not be known: if it is not, the place behind it is taken, or `stands` sees a newer one.
    private func ownClaims(_ commit: Commit) throws(Failure) -> (claims: RunClaims, head: Head)? {
        guard let expected = commit.expected.id, let (claims, newest) = known.take(commit.summary.runID),
            try claims.isInPlace(folder), try isOneFile(claims, newest, expected)
        else { return nil }
        return (claims, Head(number: newest, id: expected))
    }

    private func next(_ number: UInt64?, _ claims: RunClaims) throws(Failure) -> UInt64? {
        guard let number else { return 0 }
        guard number < .max else {
            throw Failure(.storage, "\(claims.folder.full(RunClaims.name(number))) is no claim of ours: delete it")
        }
        return number + 1
    }

    /// The older claims, if nobody has a newer one than this, and the one before it still holds what it did: the run may have
    /// been deleted, or have got far ahead, while this thread stood still.
    private func stands(_ number: UInt64, behind head: Head, _ claims: RunClaims) throws(Failure) -> [UInt64]? {
        let numbers = try claims.numbers()
        let older = numbers.filter { $0 < number }
        guard numbers.last == number, older.last == head.number else { return nil }
        guard let before = head.number, let id = head.id else { return older }
        if try isOneFile(claims, before, id) { return older }
        return try self.id(try claims.content(before), before, claims) == id ? older : nil
    }

    /// Frees what the claims hold of a checkpoint that is about to be deleted. They keep their places.
    func release(_ id: String, _ claims: RunClaims) throws(Failure) {
        for number in try claims.numbers() {
            var holds = try isOneFile(claims, number, id)
            // Another checkpoint, most likely the head: it need not be read to see that.
            if !holds, let head = known.probableHead(claims.run), try isOneFile(claims, number, head) { continue }
            if !holds, case .checkpoint(id, _) = try claims.content(number) { holds = true }
            guard holds else { continue }
            do throws(Failure) { try claims.empty(number, of: id) } catch { if !claims.folder.isRemoved { throw error } }
        }
    }

    /// The head of a run goes with its last checkpoint. Only claims that hold nothing are removed: another one is of somebody
    /// who goes on.
    @discardableResult
    func removeIfEmpty(_ claims: RunClaims) throws(Failure) -> Bool {
        let numbers = try claims.numbers()
        guard let newest = numbers.last, try claims.isStub(newest), try newestCheckpoint(of: claims.run) == nil else {
            return false
        }
        for number in numbers { try claims.remove(number) }
        // Otherwise the folder would have to stay.
        try? claims.folder.removeLeftovers()
        try folder.folder(RunClaims.place, make: false)?.removeFolder(claims.name)
        return true
    }

    /// Others can be faster so many times in a row; then something is wrong.
    private static var patience: Int { 1000 }

    private func busy(_ run: String) -> Failure {
        Failure(.storage, "the claims of the run '\(run.printable)' in \(folder.full(RunClaims.place)) keep changing; try again")
    }
}

extension ExpectedHead {
    var id: String? {
        switch self {
        case .any: nil
        case .head(let id): id
        }
    }
}
