import WorkflowJSON
import WorkflowModel

/// The fence of `directory:`. A folder per run, `heads/<hash of the run id>`, in which each file is a claim: the right to be
/// the next checkpoint of the run.
///
/// Claims are numbered. Who goes on from the newest makes the one behind it, as a second name of its own checkpoint: the file
/// system lets one writer have that name. There is no lock, so a writer that stands still holds nobody up; when it wakes, it
/// finds its place taken. The newest claim always stays, so that also a writer of long ago sees that it is late.
struct RunClaims {
    let folder: Folder
    let run: String
    /// Of the folder.
    let name: String
    private let listing: Folder.Listing

    /// For one thread at a time.
    init(_ folder: Folder, run: String) {
        (self.folder, self.run) = (folder, run)
        name = SHA256.hex(of: Text(run))
        listing = Folder.Listing(folder)
    }

    /// Whether it still stands where claims of the run are looked for.
    func isInPlace(_ root: Folder) throws(Failure) -> Bool {
        guard let found = try root.look("\(Self.place)/\(name)"), let own = try folder.look(".") else { return false }
        return found.isSameFile(own)
    }

    /// Nil if the run has none and none are to be made.
    init?(of run: String, in root: Folder, make: Bool, onDisk: Bool = true) throws(Failure) {
        guard let heads = try root.folder(Self.place, make: make, onDisk: onDisk),
            let folder = try heads.folder(SHA256.hex(of: Text(run)), make: make, onDisk: onDisk)
        else { return nil }
        self.init(folder, run: run)
    }

    static let place = "heads"

    static func name(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// From the oldest to the newest. None if somebody has removed the folder.
    func numbers() throws(Failure) -> [UInt64] {
        let names: [String]
        do throws(Failure) { names = try listing.names() } catch {
            if folder.isRemoved { return [] }
            throw error
        }
        return names.compactMap { name in
            guard name.utf8.count == 16, let number = UInt64(name, radix: 16), Self.name(number) == name else { return nil }
            return number
        }.sorted()
    }

    enum Content {
        /// The checkpoint itself, sealed as in its file.
        case checkpoint(id: String, document: Text)
        /// Of a checkpoint that was deleted.
        case stub(id: String)
        /// The claim has gone.
        case none
        case damaged

        var id: String? {
            switch self {
            case .checkpoint(let id, _), .stub(let id): id
            case .none, .damaged: nil
            }
        }
    }

    func content(_ number: UInt64) throws(Failure) -> Content {
        let name = Self.name(number)
        do throws(Failure) {
            guard let bytes = try folder.read(name) else { return .none }
            let document = try SealedDocument.open(bytes, file: folder.full(name))
            if let id = Self.stubID(document) { return .stub(id: id) }
            let summary = try CheckpointDocument.summary(trusting: document, as: "the file \(folder.full(name))")
            try CheckpointID.check(summary.id)
            return Text(summary.runID) == Text(run) ? .checkpoint(id: summary.id, document: document) : .damaged
        } catch where !error.isOfTheSystem {
            return .damaged
        }
    }

    /// Leaves a claim its place and frees the checkpoint that it held.
    func empty(_ number: UInt64, of id: String) throws(Failure) {
        var json = JSONWriter()
        json.document { json in
            json.member("format", Self.format, onNewLine: true)
            json.member("version", 1, onNewLine: true)
            json.member("checkpoint_id", id, onNewLine: true)
        }
        try folder.replace(Self.name(number), try SealedDocument.seal(json.finish()))
    }

    private static let format = "libworkflow.head"

    func isStub(_ number: UInt64) throws(Failure) -> Bool {
        // A checkpoint may be large.
        guard let looks = try folder.look(Self.name(number)), looks.size < Self.largestStub + 200 else { return false }
        guard case .stub = try content(number) else { return false }
        return true
    }

    private static let largestStub = 1000

    private static func stubID(_ document: Text) -> String? {
        guard document.count < largestStub, let members = try? JSONValue(checking: document, as: "a claim").members,
            members.first(where: { $0.name == "format" })?.value.string == format,
            let id = members.first(where: { $0.name == "checkpoint_id" })?.value.string, (try? CheckpointID.check(id)) != nil
        else { return nil }
        return id
    }

    func remove(_ number: UInt64) throws(Failure) { _ = try folder.remove(Self.name(number)) }
}
