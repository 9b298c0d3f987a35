import Glibc
import Testing
import WorkflowJSON
import WorkflowModel
import WorkflowStorage
import WorkflowTestSupport

@Suite("Directory storage")
struct DirectoryStorageTests {
    private let place = TemporaryDirectory()

    private func open() throws -> DirectoryStorage { try DirectoryStorage(path: place.path) }

    @Test("A file is the document with its checksum: one JSON object, one member a line")
    func file() throws {
        let document = try SampleDocument("one")
        try open().save(document)
        #expect(place.names == ["heads", "one.json"])
        let file = Text(bytes: place.read("one.json"))
        let hash = SHA256.hex(of: document.text)
        #expect(file.string == document.text.string.dropLast(3) + ",\n\"checksum\": \"sha256:\(hash)\"\n}\n")
        #expect(try JSONValue(checking: file, as: "the file").members.last?.name == "checksum")
    }

    @Test("Another opening of the directory, in this process or the next, sees the same")
    func reopened() throws {
        let document = try SampleDocument("one")
        try open().save(document)
        #expect(try open().load("one") == document.text)
        try open().save(document)
    }

    @Test("Nothing that lies in the directory hides the checkpoints or is passed over in silence")
    func foreignFiles() throws {
        let storage = try open()
        try storage.save(SampleDocument("a"))
        try storage.save(SampleDocument("z"))
        let good = place.read("z.json")
        place.write("", to: "empty.json")
        place.write("hello", to: "foreign.json")
        place.write("{\"format\": \"other\"}\n", to: "other.json")
        place.write(Array(good.dropLast(good.count / 2)), to: "torn.json")
        place.write(good, to: "zz-renamed.json")
        place.write(good + [0x0A], to: "longer.json")
        place.write([UInt8](repeating: 0, count: good.count), to: "zeros.json")
        place.write([UInt8](repeating: 0xFF, count: 300), to: "binary.json")
        mkdir("\(place.path)/sub.json", 0o777)
        mkfifo("\(place.path)/fifo.json", 0o666)
        symlink("loop.json", "\(place.path)/loop.json")
        symlink("nowhere", "\(place.path)/dangling.json")
        let listed = try storage.list(workflow: "flow")
        #expect(listed.filter { $0.problem == nil }.map(\.id) == ["a", "z"])
        let damaged = listed.filter { $0.problem != nil }
        #expect(
            damaged.map(\.id) == [
                "binary", "dangling", "empty", "fifo", "foreign", "longer", "loop", "other", "sub", "torn", "zeros",
                "zz-renamed",
            ])
        for entry in damaged { #expect(entry.problem?.contains("\(place.path)/\(entry.id).json") == true, "\(entry)") }
        #expect(try storage.latest(workflow: nil).id == "z")
        #expect(try storage.load("a") == SampleDocument("a").text)
        #expect(failure { _ = try storage.load("torn") }?.status == .checkpoint)
        #expect(failure { _ = try storage.load("zz-renamed") }?.message.contains("'z'") == true)
    }

    @Test("A file whose name is not UTF-8 is named too")
    func strangeName() throws {
        let storage = try open()
        try storage.save(SampleDocument("a"))
        var path = Array("\(place.path)/x".utf8CString.dropLast()) + [CChar(bitPattern: 0xFF)] + Array(".json".utf8CString)
        let descriptor = creat(&path, 0o666)
        defer { unlink(&path) }
        close(descriptor)
        #expect(try storage.list(workflow: nil).count == 2)
        #expect(try storage.latest(workflow: nil).id == "a")
    }

    @Test("The latest checkpoint comes with the sentences about later files that cannot be read")
    func latestSkips() throws {
        let storage = try open()
        try storage.save(SampleDocument("b"))
        for name in ["a.json", "c.json", "d.json"] { place.write("{", to: name) }
        let latest = try storage.latest(workflow: nil)
        #expect(latest.id == "b")
        #expect(latest.skipped.count == 2)
        #expect(zip(latest.skipped, ["d.json", "c.json"]).allSatisfy { $0.contains("\(place.path)/\($1)") })
        #expect(try storage.latest(workflow: "another").skipped.count == 3)
    }

    @Test("A file that the disk does not give is neither damaged nor absent: nobody goes on from an older one")
    func unread() throws {
        let storage = try open()
        for id in ["a", "b", "c"] { try storage.save(SampleDocument(id)) }
        // Whoever reads it gets EIO: nothing is mapped at its beginning.
        unlink("\(place.path)/c.json")
        symlink("/proc/self/mem", "\(place.path)/c.json")
        let refused = [
            failure { _ = try storage.latest(workflow: nil) }, failure { _ = try storage.list(workflow: nil) },
            failure { _ = try storage.runs(StorageQuery()) }, failure { _ = try storage.verify() },
            failure { _ = try storage.delete("c") }, failure { try storage.save(SampleDocument("c")) },
        ]
        for refusal in refused {
            #expect(refusal?.status == .storage)
            #expect(refusal?.message.contains("cannot read the file \(place.path)/c.json: Input/output error") == true, "\(refusal?.message ?? "")")
        }
        #expect(try storage.load("b") == SampleDocument("b").text)
    }

    @Test("Eight openings of one directory do not get into each other's way, also with the same document")
    func severalOpenings() throws {
        let problems = Collector<String>()
        for round in 0..<5 {
            let document = try SampleDocument("round-\(round)")
            let openings = try (0..<8).map { _ in try open() }
            onThreads(8) { thread in
                if let failure = failure(of: { try openings[thread].save(document) }) { problems.add(failure.message) }
            }
        }
        #expect(problems.all.isEmpty)
        #expect(place.names == ["heads"] + (0..<5).map { "round-\($0).json" })
    }

    @Test("A relative path is that of the moment of opening, wherever the process goes later")
    func relativePath() async {
        await #expect(processExitsWith: .success) {
            let place = TemporaryDirectory()
            guard chdir(place.path) == 0 else { throw Failure(.internal, "no such place") }
            let storage = try DirectoryStorage(path: "kept/here")
            _ = chdir("/")
            try storage.save(SampleDocument("a"))
            let again = try DirectoryStorage(path: "\(place.path)/kept/here")
            guard try again.latest(workflow: nil).id == "a" else { throw Failure(.internal, "it is elsewhere") }
        }
    }

    @Test("Temporary files of a writer that died, and files of others, are no checkpoints")
    func leftovers() throws {
        let storage = try open()
        try storage.save(SampleDocument("a"))
        for name in [".b.123.1.tmp", ".c.json", "d.tmp", "README", ".json", "json", "e.JSON"] { place.write("{", to: name) }
        #expect(try storage.list(workflow: nil).map(\.id) == ["a"])
        try storage.save(SampleDocument("b"))
        #expect(try storage.latest(workflow: nil).id == "b")
    }

    @Test("A damaged file is not overwritten by a save, and can be deleted")
    func damagedTarget() throws {
        let storage = try open()
        place.write("{", to: "a.json")
        #expect(failure { try storage.save(SampleDocument("a")) }?.status == .exists)
        #expect(place.read("a.json") == [UInt8(ascii: "{")])
        #expect(try storage.delete("a"))
        try storage.save(SampleDocument("a"))
    }

    @Test("A save leaves no temporary file behind, whether it succeeds or fails")
    func noTemporaries() throws {
        let storage = try open()
        try storage.save(SampleDocument("a"))
        _ = failure { try storage.save(SampleDocument("a", payload: "2")) }
        mkdir("\(place.path)/b.json", 0o777)
        _ = failure { try storage.save(SampleDocument("b")) }
        #expect(place.names == ["a.json", "b.json", "heads"])
    }

    @Test("Errors name the path and say what the system said")
    func unusablePaths() throws {
        place.write("x", to: "file")
        for (path, word) in [
            ("\(place.path)/file", "Not a directory"), ("\(place.path)/file/deep", "Not a directory"),
            ("/proc/nowhere/deep", "/proc/nowhere"),
            ("\(place.path)/\(String(repeating: "n", count: 300))", "File name too long"),
        ] {
            let refused = failure { _ = try DirectoryStorage(path: path) }
            #expect(refused?.status == .storage)
            #expect(refused?.message.contains(word) == true, "\(refused?.message ?? "accepted")")
            #expect(refused?.message.contains(path.prefix(13)) == true)
        }
        let storage = try DirectoryStorage(path: "\(place.path)/gone")
        try storage.save(SampleDocument("a"))
        TemporaryDirectory.remove("\(place.path)/gone")
        for refused in [
            failure { try storage.save(SampleDocument("b")) }, failure { _ = try storage.list(workflow: nil) },
            failure { _ = try storage.latest(workflow: nil).id },
        ] {
            #expect(refused?.status == .storage)
            #expect(refused?.message.contains("\(place.path)/gone") == true)
            #expect(refused?.message.contains("No such file") == true)
        }
    }

    @Test("A path with a NUL is refused instead of cut")
    func pathWithNUL() {
        #expect(failure { _ = try DirectoryStorage(path: "\(place.path)/a\0b") } != nil)
        #expect(place.names.isEmpty)
    }

    @Test("A full disk is an error that changes nothing")
    func fullDisk() async {
        await #expect(processExitsWith: .success) {
            let place = TemporaryDirectory()
            let storage = try DirectoryStorage(path: place.path)
            try storage.save(SampleDocument("a"))
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 300, rlim_max: 300)
            setrlimit(__rlimit_resource_t(UInt32(RLIMIT_FSIZE.rawValue)), &limit)
            let refused = failure { try storage.save(SampleDocument("b")) }
            guard refused?.status == .storage, refused?.message.contains("File too large") == true else {
                throw Failure(.internal, "no error")
            }
            guard place.names == ["a.json", "heads"], try storage.latest(workflow: nil).id == "a" else {
                throw Failure(.internal, "changed")
            }
        }
    }
}
