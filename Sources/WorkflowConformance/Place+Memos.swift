import WorkflowJSON
import WorkflowModel
import WorkflowStorage

extension Place {
    func remember(_ value: String, _ key: String, _ run: String) throws(Verdict) {
        try ask("remembering as '\(key.printable)'") { () throws(Failure) in
            try storage.remember(Text(value), key: Text(key), run: run)
        }
    }

    func expect(memo value: String?, _ key: String, _ run: String) throws(Verdict) {
        let asked = "recall of '\(key.printable)' of the run '\(run.printable)'"
        let found = try ask(asked) { () throws(Failure) in try storage.recall(Text(key), run: run) }
        let isSame =
            switch (found, value.map({ Text($0) })) {
            case (nil, nil): true
            case (let found?, let value?): found == value || (!storage.keepsBytes && JSON.isSame(found, value))
            default: false
            }
        try require(asked, isSame, expected: value.map { Text($0).shown } ?? "none", came: found?.shown ?? "none")
    }

    func forget(_ run: String, finding isThere: Bool) throws(Verdict) {
        let found = try ask("forgetting the run '\(run.printable)'") { () throws(Failure) in try storage.forget(run: run) }
        try require(
            "forgetting the run '\(run.printable)'", found == isThere, expected: isThere ? "there to be memos" : "that there are none",
            came: found ? "that there were some" : "that there are none")
    }
}
