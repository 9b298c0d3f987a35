import WorkflowModel
import WorkflowStorage

/// Which checkpoint may follow which.
extension Clause {
    static let fencing = [
        Clause("a new run has no head, and gets one only once", .fence, needs: .fence) { trial throws(Verdict) in
            let (run, samples) = (trial.run(), trial.chain(2))
            for place in trial.places { try place.expect(head: nil, of: run, "before its first commit") }
            try trial.first.save(samples[0], .head(nil))
            for place in trial.places {
                try place.expect(head: samples[0].id, of: run, "after its first commit")
                try place.refuse("commit of '\(samples[1].id)' as the first of a run that is there", .conflict) { () throws(Failure) in
                    try place.storage.save(samples[1].commit(.head(nil)))
                }
                try place.expectNone(samples[1].id)
                try place.expect(head: samples[0].id, of: run, "after a refused commit")
            }
        },
        Clause("the head goes along with the commits", .fence, needs: .fence) { trial throws(Verdict) in
            let samples = trial.chain(8)
            for (index, sample) in samples.enumerated() {
                try trial.places[index % trial.places.count].save(sample, .head(index == 0 ? nil : samples[index - 1].id))
                for place in trial.places { try place.expect(head: sample.id, of: trial.run(), "after the commit of '\(sample.id)'") }
            }
            try trial.first.expect(list: samples, of: trial.workflow())
        },
        Clause("a commit that expects another head changes nothing", .fence, needs: .fence) { trial throws(Verdict) in
            let (samples, run) = (trial.chain(3), trial.run())
            for (index, sample) in samples.enumerated() { try trial.first.save(sample, .head(index == 0 ? nil : samples[index - 1].id)) }
            let late = trial.sample(previous: samples[1].id)
            for place in trial.places {
                for expected in [nil, samples[0].id, samples[1].id, trial.prefix + ".never", samples[2].id + ".1", String(samples[2].id.dropLast())] {
                    try place.refuse("commit of '\(late.id)' after \(expected.told), when '\(samples[2].id)' is the head", .conflict) {
                        () throws(Failure) in try place.storage.save(late.commit(.head(expected)))
                    }
                }
                try place.expectNone(late.id)
                try place.expect(list: samples, of: trial.workflow())
                try place.expect(latest: samples[2].id, of: trial.workflow())
                try place.expect(head: samples[2].id, of: run, "after refused commits")
            }
            try trial.second.save(late, .head(samples[2].id))
            try trial.first.expect(head: late.id, of: run, "after the commit that expected the right head")
        },
        Clause("a run that is not there has no successor", .fence, needs: .fence) { trial throws(Verdict) in
            let sample = trial.sample(previous: trial.prefix + ".00000000")
            for place in trial.places {
                try place.refuse("commit after a head of a run that is not there", .conflict) { () throws(Failure) in
                    try place.storage.save(sample.commit(.head(trial.prefix + ".00000000")))
                }
                try place.expectNone(sample.id)
                try place.expect(head: nil, of: trial.run(), "after a refused commit")
            }
        },
        Clause("a commit that is repeated is no conflict", .fence, needs: .fence) { trial throws(Verdict) in
            let samples = trial.chain(3)
            for (index, sample) in samples.enumerated() {
                for place in trial.places { try place.save(sample, .head(index == 0 ? nil : samples[index - 1].id)) }
                try trial.first.save(sample, .head(index == 0 ? nil : samples[index - 1].id), .full)
            }
            try trial.first.expect(head: samples[2].id, of: trial.run(), "after each commit was repeated")
            try trial.first.expect(list: samples, of: trial.workflow())
        },
        Clause("each run has a head of its own", .fence, needs: .fence) { trial throws(Verdict) in
            let names = Self.names.filter { !$0.utf8.contains(0) }
            let runs = names.map { trial.chain(2, run: $0) }
            for run in runs { try trial.first.save(run[0], .head(nil)) }
            for run in runs.reversed() { try trial.second.save(run[1], .head(run[0].id)) }
            for (name, run) in zip(names, runs) {
                for place in trial.places { try place.expect(head: run[1].id, of: trial.run(name), "among others") }
            }
        },
        Clause("a document of the host becomes the head if it is later", .fence, needs: .fence) { trial throws(Verdict) in
            let samples = trial.chain(5)
            for (index, head) in [(1, 1), (0, 1), (3, 3), (2, 3)] {
                try trial.first.save(samples[index])
                for place in trial.places {
                    try place.expect(head: samples[head].id, of: trial.run(), "after the save of '\(samples[index].id)' by the host")
                }
            }
            try trial.second.save(samples[4], .head(samples[3].id))
            try trial.first.expect(list: samples, of: trial.workflow())
        },
        Clause("what a run commits is its head, whatever its id", .fence, needs: .fence) { trial throws(Verdict) in
            let samples = trial.chain(3)
            let greater = trial.sample(SampleID.text(trial.prefix, 99), previous: samples[0].id)
            try trial.first.save(samples[0], .head(nil))
            try trial.first.save(greater)
            for (sample, head) in [(samples[1], greater.id), (samples[2], samples[1].id)] {
                try trial.second.save(sample, .head(head))
                for place in trial.places { try place.expect(head: sample.id, of: trial.run(), "after the run went on from '\(head)'") }
            }
        },
        Clause("the head stays until the last checkpoint of its run is deleted", .fence, needs: .fence) { trial throws(Verdict) in
            let (samples, run) = (trial.chain(4), trial.run())
            for (index, sample) in samples.enumerated() { try trial.first.save(sample, .head(index == 0 ? nil : samples[index - 1].id)) }
            let other = trial.sample(run: "other")
            try trial.first.save(other, .head(nil))
            let late = trial.sample(previous: samples[2].id)
            for index in [3, 0, 2] {
                try trial.first.delete(samples[index].id)
                for place in trial.places {
                    try place.expect(head: samples[3].id, of: run, "after '\(samples[index].id)' was deleted and others stayed")
                    try place.refuse("commit after '\(samples[2].id)', when the head was '\(samples[3].id)'", .conflict) { () throws(Failure) in
                        try place.storage.save(late.commit(.head(samples[2].id)))
                    }
                }
            }
            try trial.second.delete(samples[1].id)
            for place in trial.places {
                try place.expect(head: nil, of: run, "after its last checkpoint was deleted")
                try place.refuse("commit after the head of a run that was deleted", .conflict) { () throws(Failure) in
                    try place.storage.save(late.commit(.head(samples[3].id)))
                }
                try place.expect(head: other.id, of: trial.run("other"), "after another run was deleted")
            }
            try trial.first.save(late, .head(nil))
            try trial.first.expect(head: late.id, of: run, "after it began anew")
        },
        Clause("another document of an id is refused", .fence) { trial throws(Verdict) in
            let (first, other) = (trial.sample(), trial.sample(payload: Text("\"other\"")))
            let usurper = trial.sample(first.id, payload: Text("\"another\""))
            try trial.first.save(first)
            for place in trial.places {
                let refusal = failure { () throws(Failure) in try place.storage.save(usurper.commit(.any)) }
                if refusal == nil && !place.storage.isFenced {
                    throw .skipped("the storage replaces what it has, and has no fence: two writers of one id undo each other")
                }
                try place.require(
                    "save of another document as '\(first.id)'", refusal?.status == .exists, expected: "it to be refused with WF_E_EXISTS",
                    came: refusal?.told ?? "success")
                try place.expect(first)
            }
            try trial.first.save(other)
            try trial.first.expect(list: [first, other], of: trial.workflow())
        },
    ]
}
