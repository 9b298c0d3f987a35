import CShims
import Glibc
import WorkflowModel

/// The files of a folder.
extension Folder {
    /// What tells one file from another while both are there, and from its own earlier content.
    struct Looks {
        let device: UInt64
        let number: UInt64
        let size: Int
        /// Of its content, in nanoseconds.
        let changed: Int
        /// Of anything about it: nobody can set it back.
        let touched: Int
        /// How many it has.
        let names: UInt64
        let isRegular: Bool

        init(_ info: stat) {
            device = UInt64(info.st_dev)
            number = UInt64(info.st_ino)
            size = info.st_size
            (changed, touched) = (Self.nanoseconds(info.st_mtim), Self.nanoseconds(info.st_ctim))
            names = UInt64(info.st_nlink)
            isRegular = info.st_mode & S_IFMT == S_IFREG
        }

        private static func nanoseconds(_ time: timespec) -> Int {
            let (seconds, overflow) = time.tv_sec.multipliedReportingOverflow(by: 1_000_000_000)
            return overflow ? .min : seconds &+ time.tv_nsec
        }

        /// The same file, and nobody has touched it.
        func isUnchanged(_ other: Looks) -> Bool {
            isSameFile(other) && isRegular && size == other.size && changed == other.changed && touched == other.touched
        }

        func isSameFile(_ other: Looks) -> Bool { device == other.device && number == other.number }
    }

    /// Nil if there is no such name. A link is looked at itself.
    func look(_ name: String) throws(Failure) -> Looks? {
        habits.pause?()
        var info = stat()
        guard fstatat(descriptor, name, &info, AT_SYMLINK_NOFOLLOW) == 0 else {
            // Whoever takes another error for "not there" may give away what is there.
            guard errno == ENOENT || errno == ENOTDIR else { throw failure("cannot look at the file", name) }
            return nil
        }
        return Looks(info)
    }

    /// Whether it is somebody else's and not to be read: that stays so, other than most errors of a system.
    func isForbidden(_ name: String) -> Bool { faccessat(descriptor, name, R_OK, AT_EACCESS) != 0 && errno == EACCES }

    /// Makes a file that appears whole or not at all and that the disk has. False if there is something of that name: it is
    /// left as it is, and the disk has it too.
    func create(_ name: String, _ content: Text, onDisk: Bool = true) throws(Failure) -> Bool {
        try withTemporary(name, content, onDisk: onDisk) { (temporary: inout Temporary) throws(Failure) in
            let isNew = try rename(&temporary, toNew: name)
            if onDisk { try sync() }
            return isNew
        }
    }

    /// Makes or replaces a file, which appears whole or not at all and which the disk has.
    func replace(_ name: String, _ content: Text, onDisk: Bool = true) throws(Failure) {
        try withTemporary(name, content, onDisk: onDisk) { (temporary: inout Temporary) throws(Failure) in
            habits.pause?()
            guard renameat(descriptor, temporary.name, descriptor, name) == 0 else { throw failure("cannot replace the file", name) }
            temporary.isRenamed = true
            if onDisk { try sync() }
        }
    }

    /// Gives `body` a new file with that content, and removes what is left of it afterwards.
    func withTemporary<Result>(
        _ name: String, _ content: Text, onDisk: Bool, _ body: (inout Temporary) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        // Another thread, process or container may make the same file; a process id says nothing between containers.
        var temporary = Temporary(name: ".\(name).\(String(UInt64.random(in: .min ... .max), radix: 16)).tmp")
        defer { if !temporary.isRenamed { unlinkat(descriptor, temporary.name, 0) } }
        try write(content, to: temporary.name, onDisk: onDisk)
        return try body(&temporary)
    }

    struct Temporary {
        let name: String
        fileprivate(set) var isRenamed = false
    }

    private func write(_ content: Text, to name: String, onDisk: Bool) throws(Failure) {
        let file = wfs_openat(descriptor, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw failure("cannot make the file", name) }
        guard content.withBytes({ Self.writeAll(file, UnsafeRawBufferPointer($0)) }) else {
            throw closing(file, "cannot write the file", name)
        }
        guard !onDisk || !habits.syncs || fsync(file) == 0 else { throw closing(file, "cannot sync the file", name) }
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
    func read(_ name: String) throws(Failure) -> Text? { try contents(name)?.text }

    /// With what the file looked like before it was read. Where the name is a link, what it leads to.
    func contents(_ name: String) throws(Failure) -> (text: Text, looks: Looks)? {
        habits.pause?()
        habits.reads?(name)
        let file = wfs_openat(descriptor, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            guard errno != ELOOP && errno != ENXIO else { throw Self.notRegular(full(name)) }
            throw failure("cannot open the file", name)
        }
        defer { close(file) }
        var info = stat()
        guard fstat(file, &info) == 0 else { throw failure("cannot look at the file", name) }
        guard info.st_mode & S_IFMT == S_IFREG else {
            throw Self.notRegular(full(name))
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
            if count == 0 { return (content.finish(), Looks(info)) }
            buffer.withUnsafeBytes { content.append(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
        }
    }

    private static func notRegular(_ path: String) -> Failure {
        Failure(.checkpoint, "\(path.printable) is not a regular file, so it holds no document")
    }

    /// Waits until the disk has the content of a file that somebody else wrote.
    func sync(_ name: String) throws(Failure) {
        let file = wfs_openat(descriptor, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0)
        guard file >= 0 else { throw failure("cannot open the file", name) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw failure("cannot sync the file", name) }
    }

    /// False if there is something of the new name already: that is left as it is.
    func rename(_ temporary: inout Temporary, toNew new: String) throws(Failure) -> Bool {
        habits.pause?()
        if wfs_rename_new(descriptor, temporary.name, new) == 0 {
            temporary.isRenamed = true
            return true
        }
        if errno == EEXIST { return false }
        throw failure("cannot rename a file to", new)
    }

    enum Link { case made, exists, noFolder }

    /// Gives a file a second name, in `other`. Where there are no hard links, a copy of it, which also appears whole or not
    /// at all: `content` is what stands in it.
    func link(_ name: String, in other: Folder, asNew new: String, _ content: Text, onDisk: Bool) throws(Failure) -> Link {
        habits.pause?()
        if habits.links {
            if linkat(descriptor, name, other.descriptor, new, 0) == 0 { return .made }
            if errno == EEXIST { return .exists }
            if errno == ENOENT && other.isRemoved { return .noFolder }
            guard [EPERM, EOPNOTSUPP, ENOSYS, EMLINK, EXDEV].contains(errno) else {
                throw other.failure("cannot link a file to", new)
            }
        }
        do throws(Failure) {
            return try other.withTemporary(new, content, onDisk: onDisk) { (temporary: inout Temporary) throws(Failure) in
                try other.rename(&temporary, toNew: new) ? .made : .exists
            }
        } catch {
            if other.isRemoved { return .noFolder }
            throw error
        }
    }

    /// False if there was no such file.
    func remove(_ name: String) throws(Failure) -> Bool {
        habits.pause?()
        if unlinkat(descriptor, name, 0) == 0 { return true }
        if errno == ENOENT { return false }
        throw failure("cannot delete the file", name)
    }

    /// If nothing is in it.
    func removeFolder(_ name: String) { unlinkat(descriptor, name, AT_REMOVEDIR) }

    private func closing(_ file: Int32, _ action: String, _ name: String) -> Failure {
        let failure = failure(action, name)
        close(file)
        return failure
    }
}
