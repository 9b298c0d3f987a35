import WorkflowJSON
import WorkflowModel
import WorkflowStorage

/// Deep, large and many.
extension Clause {
    static let large = [
        Clause("a document of 2,000 levels comes back", .large) { trial throws(Verdict) in
            let deepest = JSON.deepestText
            for payload in [
                String(repeating: "[", count: deepest) + String(repeating: "]", count: deepest),
                String(repeating: "{\"a\":", count: deepest - 1) + "[]" + String(repeating: "}", count: deepest - 1),
            ] {
                try trial.keep(Text(payload))
            }
        },
        Clause("a document of 8 MB comes back", .large) { trial throws(Verdict) in
            try trial.keep(text(of: 8 << 20))
            try trial.keep(Text("[" + (0..<400_000).map { "{\"n\":\($0)}" }.joined(separator: ",") + "]"))
        },
        Clause("a document of 64 MB comes back", .large, needs: .patience) { trial throws(Verdict) in
            try trial.keep(text(of: 64 << 20))
        },
        Clause("a thousand checkpoints are all there", .large) { trial throws(Verdict) in
            let samples = trial.chain(1000)
            for (index, sample) in samples.enumerated() { try trial.first.save(sample, .head(index == 0 ? nil : samples[index - 1].id)) }
            for place in trial.places {
                try place.expect(list: samples, of: trial.workflow())
                try place.expect(latest: samples.last?.id, of: trial.workflow())
                for index in [0, 1, 499, 998, 999] { try place.expect(samples[index]) }
            }
            for sample in samples.dropFirst(990) { try trial.first.delete(sample.id) }
            try trial.first.expect(latest: samples[989].id, of: trial.workflow())
        },
    ]

    /// A JSON string of about so many bytes that repeats itself nowhere.
    private static func text(of size: Int) -> Text {
        var text = TextBuilder(capacity: size + 32)
        text.append("\"")
        var number: UInt64 = 88_172_645_463_325_252
        while text.count < size {
            number ^= number << 13
            number ^= number >> 7
            number ^= number << 17
            text.append(String(number, radix: 36))
        }
        text.append("\"")
        return text.finish()
    }
}

extension Trial {
    /// Saves a document with this payload, reads it through each handle, and deletes it.
    fileprivate func keep(_ payload: Text) throws(Verdict) {
        let sample = sample(payload: payload)
        try first.save(sample, .any, .full)
        for place in places { try place.expect(sample) }
        try first.expect(list: [sample], of: workflow())
        try first.delete(sample.id)
    }
}
