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
    let descriptor: Int32
    let habits: Habits

    /// What a test may set.
    struct Habits: Sendable {
        /// False: as on a file system without hard links.
        var links = true
        /// False: nothing is waited for, and a loss of power loses it.
        var syncs = true
        /// So long after a change another one may not show in the time of the file, in nanoseconds: kernels write the time of
        /// their last tick.
        var tick = 50_000_000
        /// Called with the name of each file that is read.
        var reads: (@Sendable (String) -> Void)?
        /// Called before each step that another writer could see, or that sees what another has done.
        var pause: (@Sendable () -> Void)?
    }

    /// Makes the directory, and those above it, if they are not there.
    init(path: String, _ habits: Habits = Habits()) throws(Failure) {
        self.path = path
        self.habits = habits
        try Self.make(path)
        descriptor = wfs_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        guard descriptor >= 0 else { throw Self.failure("cannot open the directory", path) }
    }

    private init(path: String, descriptor: Int32, _ habits: Habits) {
        self.path = path
        self.habits = habits
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// A folder in this one; nil if there is none and none is to be made. One that is made is on disk, if `onDisk`.
    func folder(_ name: String, make: Bool, onDisk: Bool = true) throws(Failure) -> Folder? {
        while true {
            habits.pause?()
            if let inner = try opened(name) { return inner }
            guard make else { return nil }
            if mkdirat(descriptor, name, 0o777) == 0 {
                if onDisk { try sync() }
            } else if errno != EEXIST {
                throw failure("cannot make the directory", name)
            }
            // Opened in the next round, unless somebody has removed it again.
        }
    }

    private func opened(_ name: String) throws(Failure) -> Folder? {
        while true {
            let inner = wfs_openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
            if inner >= 0 { return Folder(path: full(name), descriptor: inner, habits) }
            guard errno == ENOENT else { throw failure("cannot open the directory", name) }
            var info = stat()
            guard fstatat(descriptor, name, &info, AT_SYMLINK_NOFOLLOW) == 0 else {
                guard errno == ENOENT else { throw failure("cannot look at the directory", name) }
                return nil
            }
            // A link that leads nowhere is there all the same: what it led to is not to be taken for empty.
            guard info.st_mode & S_IFMT != S_IFLNK else {
                throw Failure(.storage, "cannot open the directory \(full(name).printable): it is a link that leads nowhere. No such file or directory")
            }
            // Somebody has made it since.
        }
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

    /// Somebody removed it while it was held open.
    var isRemoved: Bool {
        var info = stat()
        return fstat(descriptor, &info) == 0 && info.st_nlink == 0
    }

    func exists(_ name: String) throws(Failure) -> Bool { try look(name) != nil }

    /// Waits until the disk has the names of the files.
    func sync() throws(Failure) {
        guard !habits.syncs || fsync(descriptor) == 0 else { throw Self.failure("cannot sync the directory", path) }
    }

    /// The names of all files. One that is not UTF-8 has U+FFFD in place of what cannot be read.
    func names() throws(Failure) -> [String] { try Listing(self).names() }

    func full(_ name: String) -> String { "\(path)/\(name)" }

    func failure(_ action: String, _ name: String) -> Failure { Self.failure(action, full(name)) }

    static func failure(_ action: String, _ path: String) -> Failure {
        Failure(.storage, "\(action) \(path.printable): \(String(cString: strerror(errno)))")
    }
}
