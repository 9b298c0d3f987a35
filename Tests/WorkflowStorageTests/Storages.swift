import Testing
import WorkflowModel
import WorkflowStorage
import WorkflowTestSupport

/// Every storage keeps the same promises.
enum StorageKind: String, CaseIterable, CustomTestStringConvertible, Sendable {
    case memory, directory, sqlite
    /// Of the host: as little as possible, with `latest`, with `commit`, and one that keeps values instead of bytes.
    case host, hostWithLatest, hostWithFence, hostThatReformats

    var testDescription: String { rawValue }

    /// With a directory of its own, which lives as long as what is returned.
    func make() throws -> (storage: any Storage, place: TemporaryDirectory) {
        let place = TemporaryDirectory()
        let storage: any Storage =
            switch self {
            case .memory: try StorageURL.open("memory:")
            case .directory: try StorageURL.open("directory:\(place.path)/deep/er")
            case .sqlite: try StorageURL.open("sqlite:\(place.path)/flow.db")
            case .host: HostStorage(ScriptedStorage())
            case .hostWithLatest: HostStorage(ScriptedStorage(findsLatest: true))
            case .hostWithFence: HostStorage(ScriptedStorage(isFenced: true))
            case .hostThatReformats: HostStorage(ScriptedStorage(reformats: true))
            }
        return (storage, place)
    }
}

extension Storage {
    func save(_ document: SampleDocument) throws { try save(document.text, document.summary) }
}

extension StoredCheckpoint {
    var problem: String? {
        if case .damaged(_, let problem) = self { problem } else { nil }
    }
}
