import WorkflowModel
import WorkflowStorage

/// What is kept comes back, and what is deleted is gone.
extension Clause {
    static let keeping = [
        Clause("what is saved comes back", .basic) { trial throws(Verdict) in
            let samples = trial.chain(3)
            for (sample, durability) in zip(samples, [Durability.full, .process, .full]) {
                try trial.first.save(sample, .any, durability)
                for place in trial.places { try place.expect(sample) }
            }
            for sample in samples { try trial.first.expect(sample) }
        },
        Clause("what is not there is not found", .basic) { trial throws(Verdict) in
            let (id, workflow) = (trial.id(), trial.workflow())
            for place in trial.places {
                try place.expectNone(id)
                try place.delete(id, finding: false)
                try place.expect(list: [], of: workflow)
                try place.expect(latest: nil, of: workflow)
            }
            let one = trial.sample()
            try trial.first.save(one)
            try trial.first.expectNone(id)
            try trial.first.expectNone(one.id + ".1")
            try trial.first.expectNone(String(one.id.dropLast()))
        },
        Clause("saving the same again is no error", .basic) { trial throws(Verdict) in
            let samples = trial.chain(3)
            for sample in samples { try trial.first.save(sample) }
            for sample in samples { for place in trial.places { try place.save(sample) } }
            try trial.first.expect(list: samples, of: trial.workflow())
            for sample in samples { try trial.first.expect(sample) }
        },
        Clause("what is deleted is gone, the rest stays", .basic) { trial throws(Verdict) in
            let samples = trial.chain(4)
            for sample in samples { try trial.first.save(sample) }
            for (deleted, left) in [(1, [0, 2, 3]), (3, [0, 2]), (0, [2])] {
                try trial.second.delete(samples[deleted].id)
                for place in trial.places {
                    try place.expectNone(samples[deleted].id)
                    try place.delete(samples[deleted].id, finding: false)
                    try place.expect(list: left.map { samples[$0] }, of: trial.workflow())
                    for index in left { try place.expect(samples[index]) }
                    try place.expect(latest: left.max().map { samples[$0].id }, of: trial.workflow())
                }
            }
            let anew = trial.sample(samples[3].id, payload: Text("\"anew\""))
            try trial.first.save(anew)
            try trial.first.expect(anew)
        },
        Clause("any text comes back", .basic) { trial throws(Verdict) in
            let payloads: [Text] = [
                Text(#""\u0000 at the beginning, \u0000 in the middle, at the end \u0000""#), Text(#"{"a": "\u0000\u0000", "A": "a\u0000b", "\u0061b": "a"}"#),
                Text("\"\u{E9} e\u{301} \u{4E16}\u{754C} \u{1F469}\u{200D}\u{1F52C} \u{FEFF} \u{202E}\u{FFFD}\u{10FFFF}\""),
                Text(#""\u00e9 \ud83d\ude00 \\ \/ \" \b\f\n\r\t \u001f \u007f \u2028""#), Text(#"[1.50e0, -0.0, 1E2, 9223372036854775807, -1, 0.1]"#),
                Text("{\"\": {\"\": [[], {}, null, true, false, \"\"]}}"), Text("\"<xml/> '; DROP TABLE checkpoints; -- % \\\\u0041 $1 ?1 :a @b\""),
                Text("[ 1 ,\t2 , {  \"white\" :  \"space\" } ]"),
            ]
            for payload in payloads {
                let sample = trial.sample(payload: payload)
                try trial.first.save(sample)
                for place in trial.places { try place.expect(sample) }
            }
        },
        Clause("what a run saves step by step comes back whole", .basic) { trial throws(Verdict) in
            var run = SteppingRun(trial)
            var samples: [Sample] = []
            for _ in 0..<30 { samples.append(try run.step(in: trial.first)) }
            for place in trial.places {
                for sample in samples { try place.expect(sample) }
                try place.expect(list: samples, of: trial.workflow())
            }
            // What others are told by their difference from it must outlive it.
            for index in stride(from: 0, to: 30, by: 2) { try trial.first.delete(samples[index].id) }
            for index in stride(from: 1, to: 30, by: 2) { try trial.second.expect(samples[index]) }
        },
    ]
}
