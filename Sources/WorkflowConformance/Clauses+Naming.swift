import WorkflowModel
import WorkflowStorage

/// Ids that could lead out of the storage, and names of any kind.
extension Clause {
    private static let hostileIDs = [
        "", ".", "..", "../x", "/etc/passwd", "a/b", "a\\b", "a\0b", "\0", ".hidden", "a b", "a\n", "\u{E9}", "a:b", "*", "~", "%2e%2e",
        "a'b", "a\"b", "a;b", "a?b", String(repeating: "x", count: 201), String(repeating: "x", count: 10_000),
    ]

    static let naming = [
        Clause("an id that could leave the storage is refused", .basic) { trial throws(Verdict) in
            for place in trial.places {
                for id in hostileIDs {
                    // Not one of the trial's: what is refused needs no cleaning.
                    let summary = trial.maker.summary(id, run: trial.run(), workflow: trial.workflow())
                    let sample = trial.maker.sample(summary)
                    try place.refuse("save of the id '\(String(id.prefix(20)).printable)'", .invalid) { () throws(Failure) in
                        try place.storage.save(sample.commit(.any))
                    }
                    try place.refuse("load of the id '\(String(id.prefix(20)).printable)'", .invalid) { () throws(Failure) in
                        _ = try place.storage.load(id)
                    }
                    try place.refuse("delete of the id '\(String(id.prefix(20)).printable)'", .invalid) { () throws(Failure) in
                        _ = try place.storage.delete(id)
                    }
                }
                try place.expect(list: [], of: trial.workflow())
            }
        },
        Clause("an id may have 200 bytes and any allowed byte", .basic) { trial throws(Verdict) in
            let start = trial.prefix + "."
            let ids = [
                start + "1-_.AZaz09", start + "2..json", start + "3.json", start + "4-", start + "5_", start + "6.tmp",
                start + "7" + String(repeating: "x", count: max(0, 199 - start.utf8.count)),
            ]
            let samples = ids.map { trial.sample($0) }
            for sample in samples { try trial.first.save(sample) }
            for place in trial.places {
                for sample in samples { try place.expect(sample) }
                try place.expect(list: samples, of: trial.workflow())
                try place.expect(latest: samples.last?.id, of: trial.workflow())
            }
        },
        Clause("any name of a workflow or a run is a name of its own", .basic) { trial throws(Verdict) in
            for place in trial.places {
                var kept: [Sample] = []
                for name in Self.names {
                    let sample = trial.sample(run: name, workflow: name)
                    let refusal = failure { () throws(Failure) in try place.storage.save(sample.commit(.any)) }
                    if let refusal {
                        // A NUL ends a text in C: such a name may be refused, but never be taken for another one.
                        guard name.utf8.contains(0), refusal.status == .invalid else {
                            throw .broken(
                                "save for the workflow '\(name.printable)'" + place.suffix, expected: "it to be kept", came: refusal.told)
                        }
                        continue
                    }
                    kept.append(sample)
                }
                for sample in kept {
                    try place.expect(sample)
                    try place.expect(list: [sample], of: sample.summary.workflowName)
                    try place.expect(latest: sample.id, of: sample.summary.workflowName)
                    if place.storage.isFenced { try place.expect(head: sample.id, of: sample.summary.runID, "after its only save") }
                }
                for sample in kept { try place.delete(sample.id) }
            }
        },
    ]

    /// Some look alike, some end early for who takes them for C texts or paths.
    static let names = [
        "x", "X", "\u{E9}", "e\u{301}", "\u{4E16}\u{754C}", "\u{1F469}\u{200D}\u{1F52C}", "a/b", "../a", "a\\b", "..", "a'b", "a\"b", "a;b", "a%b", "a_b",
        "a*b", "a b", "a\nb", "a\tb", "\u{7F}", "x\u{FEFF}", "a\0b", "a\0c", "a\0", "a", String(repeating: "n", count: 400),
    ]
}
