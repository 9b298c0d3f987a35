import WorkflowModel

/// Why a clause did not pass: what was asked, what was expected, what came; or why it could not be tried.
enum Verdict: Error {
    case broken(String)
    case skipped(String)

    static func broken(_ asked: String, expected: String, came: String) -> Verdict {
        .broken("\(asked): expected \(expected), got \(came)")
    }
}

extension Failure {
    /// As a report shows it.
    var told: String { "\(status.words.name) (\(message))" }
}

/// What went wrong, if anything did.
func failure(_ body: () throws(Failure) -> Void) -> Failure? {
    do throws(Failure) {
        try body()
        return nil
    } catch { return error }
}

extension Text {
    /// In a few words, for a report: the beginning and how much there is.
    var shown: String {
        count <= 60 ? "'\(string.printable)'" : "'\(String(decoding: slice(0..<60).withBytes { Array($0) }, as: UTF8.self).printable)...' (\(count) bytes)"
    }

    /// Where another text begins to differ.
    func difference(from other: Text) -> String {
        let place = withBytes { own in other.withBytes { zip(own, $0).prefix { $0 == $1 }.count } }
        return "\(count) bytes that differ from byte \(place) on: \(slice(place..<place + 60).shown)"
    }
}
