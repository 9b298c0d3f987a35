import CShims
import Glibc
import WorkflowModel

/// The system calls of `directory:`, each with an error that names the file and what the system said.
enum Files {
    static var processID: Int32 { getpid() }

    static func makeDirectories(_ path: String) throws(Failure) {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/", omittingEmptySubsequences: true) {
            made += (made.isEmpty || made.hasSuffix("/") ? "" : "/") + part
            if mkdir(made, 0o777) == 0 {
                // Its name is in its parent: until that is on disk, the directory can vanish with all it holds.
                try syncDirectory(made + "/..")
            } else if errno != EEXIST {
                throw failure("cannot make the directory", made)
            }
        }
        guard isDirectory(path) else {
            throw Failure(.storage, "\(path) is a file; a directory storage needs a directory")
        }
    }

    /// The path without links and independent of the working directory.
    static func absolute(_ path: String) throws(Failure) -> String {
        guard let absolute = realpath(path, nil) else { throw failure("cannot find the directory", path) }
        defer { free(absolute) }
        return String(cString: absolute)
    }

    private static func isDirectory(_ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
    }

    static func exists(_ path: String) -> Bool {
        var info = stat()
        return lstat(path, &info) == 0
    }

    /// Writes a new file and waits until the disk has it.
    static func write(_ content: Text, to path: String) throws(Failure) {
        let descriptor = wfs_open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure("cannot make the file", path) }
        let written = content.withBytes { writeAll(descriptor, UnsafeRawBufferPointer($0)) }
        guard written else { throw closing(descriptor, "cannot write the file", path) }
        guard fsync(descriptor) == 0 else { throw closing(descriptor, "cannot sync the file", path) }
        guard close(descriptor) == 0 else { throw failure("cannot close the file", path) }
    }

    private static func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Nil if there is no such file.
    static func read(_ path: String) throws(Failure) -> Text? {
        let descriptor = wfs_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("cannot open the file", path)
        }
        defer { close(descriptor) }
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { throw failure("cannot look at the file", path) }
        guard info.st_mode & S_IFMT == S_IFREG else {
            throw Failure(.checkpoint, "\(path) is not a regular file, so it is no checkpoint")
        }
        guard info.st_size <= JSONLimit.file else {
            throw Failure(.limit, "the file \(path) has \(info.st_size) bytes; a checkpoint has at most \(JSONLimit.file)")
        }
        var content = TextBuilder(capacity: Int(info.st_size))
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure("cannot read the file", path) }
            if count == 0 { return content.finish() }
            buffer.withUnsafeBytes { content.append(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
        }
    }

    /// False if there is something of the new name already: that is left as it is.
    static func rename(_ path: String, toNew new: String) throws(Failure) -> Bool {
        if wfs_rename_new(path, new) == 0 { return true }
        if errno == EEXIST { return false }
        throw failure("cannot rename a file to", new)
    }

    static func syncDirectory(_ path: String) throws(Failure) {
        let descriptor = wfs_open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        guard descriptor >= 0 else { throw failure("cannot open the directory", path) }
        guard fsync(descriptor) == 0 else { throw closing(descriptor, "cannot sync the directory", path) }
        close(descriptor)
    }

    static func remove(_ path: String) throws(Failure) -> Bool {
        if unlink(path) == 0 { return true }
        if errno == ENOENT { return false }
        throw failure("cannot delete the file", path)
    }

    /// For cleaning up behind an error, which is the one to report.
    static func removeIfThere(_ path: String) { unlink(path) }

    static func names(in path: String) throws(Failure) -> [String] {
        guard let directory = opendir(path) else { throw failure("cannot list the directory", path) }
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
        guard errno == 0 else { throw failure("cannot list the directory", path) }
        return names
    }

    private static func closing(_ descriptor: Int32, _ action: String, _ path: String) -> Failure {
        let failure = failure(action, path)
        close(descriptor)
        return failure
    }

    private static func failure(_ action: String, _ path: String) -> Failure {
        Failure(.storage, "\(action) \(path.printable): \(String(cString: strerror(errno)))")
    }
}

private enum JSONLimit {
    /// Room for a full-size payload and the document around it.
    static let file = 1 << 31
}
