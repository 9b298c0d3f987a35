import CShims
import Glibc
import WorkflowModel

extension Folder {
    /// Lists a folder, again and again without opening it anew. For one thread at a time: it has one position, in a description
    /// of its own.
    ///
    /// `@unchecked Sendable` because whoever holds one holds it alone, see `KnownRuns`.
    final class Listing: @unchecked Sendable {
        private let folder: Folder
        private var directory: OpaquePointer?

        init(_ folder: Folder) { self.folder = folder }

        deinit { if let directory { closedir(directory) } }

        func names() throws(Failure) -> [String] {
            folder.habits.pause?()
            // A deleted directory lists as empty while it is held open.
            guard !folder.isRemoved else {
                throw Failure(.storage, "cannot list the directory \(folder.path.printable): it was deleted. No such file or directory")
            }
            let directory = try opened()
            var names: [String] = []
            errno = 0
            while let entry = readdir(directory) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                    String(decoding: raw.prefix(while: { $0 != 0 }), as: UTF8.self)
                }
                names.append(name)
                errno = 0
            }
            guard errno == 0 else { throw failure }
            return names
        }

        private func opened() throws(Failure) -> OpaquePointer {
            if let directory {
                rewinddir(directory)
                return directory
            }
            let own = wfs_openat(folder.descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
            guard own >= 0 else { throw failure }
            guard let opened = fdopendir(own) else {
                defer { close(own) }
                throw failure
            }
            directory = opened
            return opened
        }

        private var failure: Failure { Folder.failure("cannot list the directory", folder.path) }
    }
}
