import WorkflowJSON
public import WorkflowModel

/// What came of the clauses.
public struct ConformanceReport: Sendable {
    public enum Result: String, Sendable { case passed, failed, skipped }

    public struct Entry: Sendable {
        public let name: String
        public let level: Level
        public let result: Result
        /// Of a clause that did not pass.
        public let why: String?
    }

    /// What the host calls the storage.
    public let storage: String
    public let entries: [Entry]

    public func names(_ result: Result) -> [String] { entries.filter { $0.result == result }.map(\.name) }

    /// Failed if any of its clauses failed, skipped if none was tried.
    public func result(of level: Level) -> Result {
        let results = entries.filter { $0.level == level }.map(\.result)
        return results.contains(.failed) ? .failed : results.contains(.passed) ? .passed : .skipped
    }

    /// One clause a line.
    public func json() -> Text {
        var json = JSONWriter(capacity: 4096)
        json.document { json in
            json.member("storage", storage, onNewLine: true)
            for result in [Result.passed, .failed, .skipped] { json.member(result.rawValue, names(result).count, onNewLine: true) }
            json.name("levels", onNewLine: true)
            json.object { json in for level in Level.allCases { json.member(level.rawValue, result(of: level).rawValue) } }
            json.name("clauses", onNewLine: true)
            json.array { json in
                for entry in entries {
                    json.line { json in
                        json.member("name", entry.name)
                        json.member("level", entry.level.rawValue)
                        json.member("result", entry.result.rawValue)
                        json.member("why", entry.why)
                    }
                }
            }
        }
        return json.finish()
    }
}
