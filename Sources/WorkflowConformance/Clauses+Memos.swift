import WorkflowModel
import WorkflowStorage

/// What runs remember.
extension Clause {
    static let memos = [
        Clause("what is remembered is recalled", .memos) { trial throws(Verdict) in
            let run = try trial.rememberingRun()
            for place in trial.places {
                try place.expect(memo: nil, "never", run)
                for (key, value) in Self.values {
                    let key = "\(key)\(place.suffix)"
                    try place.remember(value, key, run)
                    try place.expect(memo: value, key, run)
                }
            }
            for place in trial.places { for (key, value) in Self.values { try place.expect(memo: value, key, run) } }
        },
        Clause("the first memo of a key stays", .memos) { trial throws(Verdict) in
            let run = try trial.rememberingRun()
            try trial.first.remember("{\"paid\": 12}", "refund", run)
            for place in trial.places {
                try place.remember("{\"paid\": 12}", "refund", run)
                for other in ["{\"paid\": 13}", "null", "12"] {
                    try place.refuse("remembering something else as 'refund'", .conflict) { () throws(Failure) in
                        try place.storage.remember(Text(other), key: Text("refund"), run: run)
                    }
                }
                try place.expect(memo: "{\"paid\": 12}", "refund", run)
            }
        },
        Clause("any text is a key of its own", .memos) { trial throws(Verdict) in
            for name in Self.names {
                let (run, key) = (try trial.rememberingRun(), name)
                let refusal = failure { () throws(Failure) in
                    try trial.first.storage.remember(Text("[\"\(key.utf8.count)\"]"), key: Text(key), run: run)
                }
                if refusal != nil && key.utf8.contains(0) && refusal?.status == .invalid { continue }
                try trial.first.require(
                    "remembering as '\(key.printable)'", refusal == nil, expected: "it to be kept", came: refusal?.told ?? "")
            }
            let run = try trial.rememberingRun()
            for place in trial.places {
                for name in Self.names where !name.utf8.contains(0) { try place.expect(memo: "[\"\(name.utf8.count)\"]", name, run) }
            }
        },
        Clause("each run remembers for itself, and forgets for itself", .memos) { trial throws(Verdict) in
            let runs = try ["a", "b", "\u{E9}", "e\u{301}"].map { name throws(Verdict) in try trial.rememberingRun(name) }
            for run in runs { for key in ["k", "l"] { try trial.first.remember("\"\(run.utf8.count)\"", key, run) } }
            for (index, run) in runs.enumerated() {
                for place in trial.places {
                    for run in runs[index...] { for key in ["k", "l"] { try place.expect(memo: "\"\(run.utf8.count)\"", key, run) } }
                }
                try trial.second.forget(run, finding: true)
                for place in trial.places {
                    for key in ["k", "l"] { try place.expect(memo: nil, key, run) }
                    try place.forget(run, finding: false)
                }
            }
            try trial.first.remember("\"anew\"", "k", runs[0])
            try trial.first.expect(memo: "\"anew\"", "k", runs[0])
        },
        Clause("memos and checkpoints do not meet", .memos) { trial throws(Verdict) in
            let (run, samples) = (try trial.rememberingRun(), trial.chain(2))
            for sample in samples { try trial.first.save(sample) }
            for sample in samples { try trial.first.remember("1", sample.id, run) }
            for place in trial.places { try place.expect(list: samples, of: trial.workflow()) }
            try trial.first.delete(samples[1].id)
            try trial.first.expect(memo: "1", samples[1].id, run)
            try trial.first.forget(run, finding: true)
            try trial.first.expect(samples[0])
        },
        Clause("of four threads that remember under one key one wins", .memos) { trial throws(Verdict) in
            let run = try trial.rememberingRun()
            for round in 0..<10 {
                let winners = Locked<[Int]>([])
                try Crew.work(4) { thread throws(Verdict) in
                    let place = trial.places[thread % trial.places.count]
                    let refusal = failure { () throws(Failure) in
                        try place.storage.remember(Text("\(thread)"), key: Text("\(round)"), run: run)
                    }
                    if refusal == nil { winners.withLock { $0.append(thread) } }
                    try place.require(
                        "remembering one of four values", refusal == nil || refusal?.status == .conflict, expected: "success or WF_E_CONFLICT",
                        came: refusal?.told ?? "")
                }
                let won = winners.withLock { $0 }
                try trial.first.require(
                    "remembering four values as '\(round)' at once", won.count == 1, expected: "one to be kept",
                    came: "\(won.count) were said to be")
                for place in trial.places { try place.expect(memo: "\(won[0])", "\(round)", run) }
            }
        },
    ]

    private static let values = [
        ("text", #""\u0000 é 世界""#), ("number", "1.50e0"), ("null", "null"), ("object", #"{"ab": ["a\u0000b", {"c": ""}]}"#),
        ("large", "\"\(String(repeating: "0123456789", count: 20_000))\""),
        ("deep", String(repeating: "[", count: 500) + String(repeating: "]", count: 500)),
    ]
}

extension Trial {
    /// A run; skips the clause if the storage keeps no memos.
    fileprivate func rememberingRun(_ name: String = "r") throws(Verdict) -> String {
        let run = run(name)
        if failure({ () throws(Failure) in _ = try first.storage.recall(Text("never"), run: run) })?.status == .unsupported {
            throw .skipped("the storage keeps no memos: a run that uses it cannot remember. Give it 'remember', 'recall' and 'forget'")
        }
        return run
    }
}
