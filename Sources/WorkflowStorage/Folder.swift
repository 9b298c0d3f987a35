import CShims
import Glibc
import WorkflowModel

/// One directory, held open, and the system calls on what is in it. Each error names the file and says what the system
/// said.
///
/// Held open, so that a host may change its working directory or its rights afterwards.
final class Folder: Sendable {
    /// As the host named it: for messages.
    let path: String
    private let descriptor: Int32

    /// Makes the directory, and those above it, if they are not there.
    init(path: String) throws(Failure) {
        self.path = path
        try Self.make(path)
        descriptor = wfs_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        guard descriptor >= 0 else { throw Self.failure("cannot open the directory", path) }
    }

    private init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// A folder in this one; nil if there is none and none is to be made.
    func folder(_ name: String, make: Bool) throws(Failure) -> Folder? {
        if let inner = try opened(name) { return inner }
        guard make else { return nil }
        if mkdirat(descriptor, name, 0o777) == 0 {
            try sync()
        } else if errno != EEXIST {
            throw failure("cannot make the directory", name)
        }
        guard let inner = try opened(name) else { throw failure("cannot open the directory", name) }
        return inner
    }

    private func opened(_ name: String) throws(Failure) -> Folder? {
        let inner = wfs_openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        if inner >= 0 { return Folder(path: full(name), descriptor: inner) }
        // A link that leads nowhere is there all the same: what it led to is not to be taken for empty.
        if errno == ENOENT && !exists(name) { return nil }
        throw failure("cannot open the directory", name)
    }

    private static func make(_ path: String) throws(Failure) {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/", omittingEmptySubsequences: true) {
            made += (made.isEmpty || made.hasSuffix("/") ? "" : "/") + part
            if mkdir(made, 0o777) == 0 {
                // Its name is in its parent: until that is on disk, the directory can vanish with all it holds.
                try syncParent(of: made)
            } else if errno != EEXIST {
                throw failure("cannot make the directory", made)
            }
        }
    }

    private static func syncParent(of path: String) throws(Failure) {
        let parent = wfs_openat(AT_FDCWD, path + "/..", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        guard parent >= 0 else { throw failure("cannot open the directory above", path) }
        defer { close(parent) }
        guard fsync(parent) == 0 else { throw failure("cannot sync the directory above", path) }
    }

    func exists(_ name: String) -> Bool {
        var info = stat()
        return fstatat(descriptor, name, &info, AT_SYMLINK_NOFOLLOW) == 0
    }

    /// Makes a file that appears whole or not at all and that the disk has. False if there is something of that name: it is
    /// left as it is, and the disk has it too.
    func create(_ name: String, _ content: Text) throws(Failure) -> Bool {
        // Another thread, process or container may make the same file; a process id says nothing between containers.
        let temporary = ".\(name).\(String(UInt64.random(in: .min ... .max), radix: 16)).tmp"
        do throws(Failure) {
            try write(content, to: temporary)
            let isNew = try rename(temporary, toNew: name)
            if !isNew { _ = try remove(temporary) }
            try sync()
            return isNew
        } catch {
            _ = try? remove(temporary)
            throw error
        }
    }

    /// Writes a new file and waits until the disk has it.
    private func write(_ content: Text, to name: String) throws(Failure) {
        let file = wfs_openat(descriptor, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw failure("cannot make the file", name) }
        guard content.withBytes({ Self.writeAll(file, UnsafeRawBufferPointer($0)) }) else {
            throw closing(file, "cannot write the file", name)
        }
        guard fsync(file) == 0 else { throw closing(file, "cannot sync the file", name) }
        guard close(file) == 0 else { throw failure("cannot close the file", name) }
    }

    private static func writeAll(_ file: Int32, _ bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Glibc.write(file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Room for a full-size payload and the document around it.
    private static let largestFile = 1 << 31

    /// Nil if there is no such file.
    func read(_ name: String) throws(Failure) -> Text? {
        let file = wfs_openat(descriptor, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("cannot open the file", name)
        }
        defer { close(file) }
        var info = stat()
        guard fstat(file, &info) == 0 else { throw failure("cannot look at the file", name) }
        guard info.st_mode & S_IFMT == S_IFREG else {
            throw Failure(.checkpoint, "\(full(name)) is not a regular file, so it holds no document")
        }
        guard info.st_size <= Self.largestFile else {
            throw Failure(.limit, "the file \(full(name)) has \(info.st_size) bytes; a document has at most \(Self.largestFile)")
        }
        var content = TextBuilder(capacity: Int(info.st_size))
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure("cannot read the file", name) }
            if count == 0 { return content.finish() }
            buffer.withUnsafeBytes { content.append(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
        }
    }

    /// False if there is something of the new name already: that is left as it is.
    private func rename(_ name: String, toNew new: String) throws(Failure) -> Bool {
        if wfs_rename_new(descriptor, name, new) == 0 { return true }
        if errno == EEXIST { return false }
        throw failure("cannot rename a file to", new)
    }

    /// Waits until the disk has the names of the files.
    func sync() throws(Failure) {
        guard fsync(descriptor) == 0 else { throw Self.failure("cannot sync the directory", path) }
    }

    /// False if there was no such file.
    func remove(_ name: String) throws(Failure) -> Bool {
        if unlinkat(descriptor, name, 0) == 0 { return true }
        if errno == ENOENT { return false }
        throw failure("cannot delete the file", name)
    }

    /// The names of all files. One that is not UTF-8 has U+FFFD in place of what cannot be read.
    func names() throws(Failure) -> [String] {
        // A deleted directory lists as empty while it is held open.
        var info = stat()
        guard fstat(descriptor, &info) == 0, info.st_nlink > 0 else {
            throw Failure(.storage, "cannot list the directory \(path): it was deleted. No such file or directory")
        }
        // A description of its own: two listings must not share one position.
        let own = wfs_openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        guard own >= 0, let directory = fdopendir(own) else { throw Self.failure("cannot list the directory", path) }
        defer { closedir(directory) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                String(decoding: raw.prefix(while: { $0 != 0 }), as: UTF8.self)
            }
            names.append(name)
            errno = 0
        }
        guard errno == 0 else { throw Self.failure("cannot list the directory", path) }
        return names
    }

    func full(_ name: String) -> String { "\(path)/\(name)" }

    private func closing(_ file: Int32, _ action: String, _ name: String) -> Failure {
        let failure = failure(action, name)
        close(file)
        return failure
    }

    private func failure(_ action: String, _ name: String) -> Failure { Self.failure(action, full(name)) }

    private static func failure(_ action: String, _ path: String) -> Failure {
        Failure(.storage, "\(action) \(path.printable): \(String(cString: strerror(errno)))")
    }
}
