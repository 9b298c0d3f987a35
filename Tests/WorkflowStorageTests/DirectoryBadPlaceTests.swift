import Glibc
import Testing
import WorkflowModel
@testable import WorkflowStorage
import WorkflowTestSupport

/// What a directory must put up with: places that are none, files that are none, and what dead writers leave.
@Suite("Bad places and strange files of a directory")
struct DirectoryBadPlaceTests {
    private let place = TemporaryDirectory()

    private func open() throws -> DirectoryStorage { try DirectoryStorage(path: place.path) }

    @Test("A path that is no directory is refused with its name and the reason")
    func noDirectory() throws {
        place.write("x", to: "file")
        mkfifo("\(place.path)/fifo", 0o666)
        symlink("nowhere/at/all", "\(place.path)/dangling")
        symlink("loop", "\(place.path)/loop")
        for (name, reason) in [
            ("file", "Not a directory"), ("fifo", "Not a directory"), ("dangling", "No such file"), ("loop", "Too many levels"), ("file/in", "Not a directory"),
        ] {
            let refused = failure { _ = try DirectoryStorage(path: "\(place.path)/\(name)") }
            #expect(refused?.status == .storage, "\(name)")
            #expect(refused?.message.contains("\(place.path)/\(name)") == true && refused?.message.contains(reason) == true, "\(name): \(refused?.message ?? "accepted")")
        }
        #expect(place.names == ["dangling", "fifo", "file", "loop"])
        for address in ["directory:", "directory:a\0b", "directory://a"] {
            #expect(failure { _ = try StorageURL.open(address) }?.status == .invalid)
        }
    }

    @Test("A directory that cannot be written to still lists and loads; a save says what it could not make")
    func readOnly() async {
        await #expect(processExitsWith: .success) {
            let place = directoryForEverybody()
            let storage = try DirectoryStorage(path: place.path)
            for number in 0..<20 { try storage.save(SampleDocument("c\(number + 10)")) }
            chmod(place.path, 0o555)
            try withoutRights {
                let other = try DirectoryStorage(path: place.path)
                for _ in 0..<2 {
                    guard try other.list(workflow: nil).filter({ $0.problem == nil }).count == 20 else { throw Failure(.internal, "not listed") }
                }
                guard try other.load("c15") == SampleDocument("c15").text else { throw Failure(.internal, "not loaded") }
                let refused = failure { try other.save(SampleDocument("new")) }
                guard refused?.status == .storage, refused?.message.contains("\(place.path)/.new.json") == true,
                    refused?.message.contains("Permission denied") == true
                else { throw Failure(.internal, refused?.message ?? "saved") }
            }
            guard place.names.filter({ !$0.hasSuffix(".json") }) == ["heads"] else { throw Failure(.internal, "\(place.names)") }
            chmod(place.path, 0o777)
        }
    }

    @Test("A directory that may not be opened, and a file that may not be read, are named; the others are there")
    func unreadable() async {
        await #expect(processExitsWith: .success) {
            let place = directoryForEverybody()
            let storage = try DirectoryStorage(path: place.path)
            for id in ["a", "b", "c"] { try storage.save(SampleDocument(id)) }
            chmod("\(place.path)/b.json", 0o000)
            try withoutRights {
                let other = try DirectoryStorage(path: place.path)
                let listed = try other.list(workflow: nil)
                guard listed.compactMap({ $0.problem == nil ? $0.id : nil }) == ["a", "c"] else { throw Failure(.internal, "\(listed)") }
                guard listed.compactMap(\.problem).first?.contains("\(place.path)/b.json: Permission denied") == true else {
                    throw Failure(.internal, "\(listed)")
                }
            }
            chmod(place.path, 0o333)
            try withoutRights {
                let refused = failure { _ = try DirectoryStorage(path: place.path) }
                guard refused?.status == .storage, refused?.message.contains("\(place.path): Permission denied") == true else {
                    throw Failure(.internal, refused?.message ?? "opened")
                }
            }
            chmod(place.path, 0o777)
        }
    }

    @Test("Whatever has the name of a checkpoint is named, quickly, and hides nothing; no save replaces it")
    func strangeFiles() throws {
        let storage = try open()
        for id in ["a", "z"] { try storage.save(SampleDocument(id)) }
        mkdir("\(place.path)/m-folder.json", 0o777)
        mkfifo("\(place.path)/m-fifo.json", 0o666)
        symlink("a.json", "\(place.path)/m-link.json")
        symlink("nowhere", "\(place.path)/m-dangling.json")
        symlink("/dev/zero", "\(place.path)/m-device.json")
        place.write("", to: "m-empty.json")
        place.write("", to: "m-huge.json")
        truncate("\(place.path)/m-huge.json", 1 << 40)
        let strange = ["m-dangling", "m-device", "m-empty", "m-fifo", "m-folder", "m-huge", "m-link"]
        let listed = try storage.list(workflow: nil)
        #expect(listed.map(\.id) == ["a"] + strange + ["z"])
        for id in strange {
            #expect(listed.first { $0.id == id }?.problem?.contains("\(place.path)/\(id).json") == true, "\(id)")
            #expect(failure { _ = try storage.load(id) }.map { $0.status == .checkpoint || $0.status == .limit } == true, "\(id)")
            #expect(failure { try storage.save(SampleDocument(id)) }?.status == .exists, "\(id)")
        }
        #expect(try storage.latest(workflow: nil).id == "z")
        #expect(try storage.verify().problems.count == strange.count)
        #expect(try storage.verify().good == 2)
    }

    @Test("A folder that vanishes between two commits is an error; its claims alone, too: nobody begins anew in silence")
    func vanishes() throws {
        let storage = try open()
        func commit(_ id: String, after head: String?) -> Failure? {
            failure {
                let document = try SampleDocument(id)
                try storage.save(Commit(document: document.text, document.summary, expected: .head(head), durability: .process))
            }
        }
        #expect(commit("a", after: nil) == nil && commit("b", after: "a") == nil)
        // Moved, so that what is held open is still there.
        rename("\(place.path)/heads", "\(place.path)/elsewhere")
        #expect(commit("c", after: "b")?.status == .conflict)
        TemporaryDirectory.remove("\(place.path)/heads")
        rename("\(place.path)/elsewhere", "\(place.path)/heads")
        #expect(commit("c", after: "b") == nil)
        TemporaryDirectory.remove("\(place.path)/heads")
        #expect(commit("d", after: "c")?.status == .conflict)
        #expect(place.names.filter { $0.hasSuffix(".json") } == ["a.json", "b.json", "c.json"])
        TemporaryDirectory.remove(place.path)
        #expect(commit("e", after: "c")?.status == .storage)
    }

    @Test("Old temporary files of dead writers go when something is deleted; young ones, claims and files of others stay")
    func leftovers() throws {
        let storage = try open()
        for id in ["a", "b"] { try storage.save(SampleDocument(id, run: id)) }
        try storage.remember("1", key: "k", run: "b")
        _ = try storage.folder.folder("index", make: true)
        func leave(_ name: String, old: Bool) {
            place.write("half", to: name)
            var times = [timespec(), timespec()]
            clock_gettime(CLOCK_REALTIME, &times[0])
            if old { times[0].tv_sec -= 3700 }
            times[1] = times[0]
            utimensat(AT_FDCWD, "\(place.path)/\(name)", times, 0)
        }
        let dead = [".x.json.1f.tmp", "memos/.y.json.0.tmp", "index/.checkpoints.ffffffffffffffff.tmp"]
        let others = [".x.json.tmp", ".tmp", ".x.json.1g.tmp", "x.json.1f.tmp", ".x.json.12345678901234567.tmp", ".hidden"]
        for name in dead + others + [".claimed.json.1.tmp"] { leave(name, old: true) }
        leave(".young.json.1.tmp", old: false)
        mkdir("\(place.path)/.folder.json.1.tmp", 0o777)
        link("\(place.path)/.claimed.json.1.tmp", "\(place.path)/heads/0")
        #expect(try storage.delete(run: "a"))
        for name in dead { #expect(access("\(place.path)/\(name)", F_OK) != 0, "\(name)") }
        for name in others + [".claimed.json.1.tmp", ".young.json.1.tmp", ".folder.json.1.tmp"] {
            #expect(access("\(place.path)/\(name)", F_OK) == 0, "\(name)")
        }
        #expect(try storage.latest(workflow: nil).id == "b" && storage.recall("k", run: "b") == "1")
    }

    @Test("A writer whose temporary file was taken for dead gets an error, and has changed nothing")
    func wakesTooLate() throws {
        for step in 0..<20 {
            let place = TemporaryDirectory()
            try DirectoryStorage(path: place.path).save(SampleDocument("a"))
            let steps = Collector<Bool>()
            var habits = Folder.Habits(syncs: false)
            habits.pause = {
                steps.add(true)
                guard steps.all.count == step + 1 else { return }
                for name in place.names where name.hasSuffix(".tmp") {
                    // As `removeLeftovers` would: never one with a second name.
                    var info = stat()
                    if stat("\(place.path)/\(name)", &info) == 0, info.st_nlink == 1 { unlink("\(place.path)/\(name)") }
                }
            }
            let document = try SampleDocument("b")
            let end = failure {
                try DirectoryStorage(path: place.path, habits).save(
                    Commit(document: document.text, document.summary, expected: .head("a"), durability: .process))
            }
            let storage = try DirectoryStorage(path: place.path)
            #expect(try storage.head(run: document.summary.runID) == (end == nil ? "b" : "a"), "\(step)")
            #expect(try storage.list(workflow: nil).map(\.id) == (end == nil ? ["a", "b"] : ["a"]), "\(step)")
            #expect(end == nil || end?.status == .storage, "\(step)")
        }
    }
}

/// In which all may write, and read what is made there, whatever the umask of who runs the test.
private func directoryForEverybody() -> TemporaryDirectory {
    umask(0o022)
    let place = TemporaryDirectory()
    chmod(place.path, 0o777)
    return place
}

/// As somebody whom permissions bind: root reads and writes everything.
private func withoutRights(_ body: () throws -> Void) rethrows {
    let isRoot = geteuid() == 0
    if isRoot { seteuid(65534) }
    defer { if isRoot { seteuid(0) } }
    try body()
}
