import Testing
import WorkflowModel
import WorkflowStorage
import WorkflowTestSupport

/// Every storage keeps the same promises.
enum StorageKind: String, CaseIterable, CustomTestStringConvertible, Sendable {
    case memory, directory

    var testDescription: String { rawValue }

    /// With a directory of its own, which lives as long as what is returned.
    func make() throws -> (storage: any Storage, place: TemporaryDirectory) {
        let place = TemporaryDirectory()
        return (try StorageURL.open(self == .memory ? "memory:" : "directory:\(place.path)/deep/er"), place)
    }
}

extension Storage {
    func save(_ document: SampleDocument) throws { try save(document.text, document.summary) }
}

extension StoredCheckpoint {
    var id: String {
        switch self {
        case .good(let summary): summary.id
        case .damaged(let id, _): id
        }
    }

    var problem: String? {
        if case .damaged(_, let problem) = self { problem } else { nil }
    }
}
