import Glibc
import Testing
import WorkflowModel
@testable import WorkflowRuntime
import WorkflowTestSupport

@Suite("Pending calls and the end of their run")
struct PendingLifetimeTests {
    @Test("When the run is gone, its pending calls are told so and nothing leaks")
    func runIsGone() throws {
        weak var code: ScriptedExecutor?
        weak var gone: Run?
        weak var leaked: Context?
        do {
            let waiting = Waiting()
            do {
                let executor = waiting.executor
                code = executor
                let run = try Run(makeWorkflow(["a": executor]), .with(), input: "0")
                gone = run
                try run.play(timeout: 0)
            }
            #expect(gone == nil)
            let context = waiting.contexts.takeAll()[0]
            leaked = context
            #expect(failure { try context.finish() }?.status == .closed)
        }
        #expect(leaked == nil)
        #expect(code == nil)
    }

    @Test("A report that nobody reads any more is released with the run")
    func unreadReport() throws {
        weak var leaked: Context?
        do {
            let waiting = Waiting()
            let run = try Run(makeWorkflow(["a": waiting.executor]), .with(), input: "0")
            try run.play(timeout: 0)
            let context = waiting.contexts.takeAll()[0]
            leaked = context
            try context.output("1")
            try context.finish()
        }
        #expect(leaked == nil)
    }

    @Test("Finishing races with the end of the run, and nobody is hurt")
    func race() throws {
        for _ in 0..<50 {
            let waiting = Waiting()
            var run: Run? = try Run(makeWorkflow(["a": waiting.executor]), .with(), input: "0")
            try run?.play(timeout: 0)
            let thread = startThread {
                let context = waiting.contexts.all[0]
                _ = try? context.output("1")
                _ = try? context.finish()
            }
            run = nil
            pthread_join(thread, nil)
        }
    }

    @Test("Hundreds of calls finished by eight threads lose none")
    func stress() throws {
        let ids = (0..<40).map { "x\($0)" }
        let waiting = Waiting()
        var code = Dictionary(uniqueKeysWithValues: ids.map { ($0, waiting.executor) })
        code["a"] = ScriptedExecutor { context in
            for number in 0..<10 { try context.send(Text("\(number)"), to: nil) }
            return .ok
        }
        let run = try Run(
            makeWorkflow({ draft throws(Failure) in try draft.addFanOut("a", ids) }, code), .with(), input: "0")
        let threads = (0..<8).map { thread in
            startThread {
                for index in stride(from: thread, to: 400, by: 8) {
                    guard eventually({ waiting.contexts.all.count > index }) else {
                        Issue.record("call \(index) never came")
                        return
                    }
                    let context = waiting.contexts.all[index]
                    #expect(throws: Never.self) {
                        try context.output(context.input)
                        try context.finish()
                    }
                }
            }
        }
        let lines = try run.play()
        for thread in threads { pthread_join(thread, nil) }
        #expect(lines.filter { $0.hasPrefix("output") }.count == 400)
        #expect(lines.last == "status IDLE")
    }
}
