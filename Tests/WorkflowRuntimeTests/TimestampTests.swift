import Testing
import WorkflowModel
@testable import WorkflowRuntime
import WorkflowTestSupport

@Suite("Timestamps")
struct TimestampTests {
    @Test(
        "Known dates, as Python's datetime writes them",
        arguments: [
            (0, "1970-01-01T00:00:00.000000+00:00"),
            (1, "1970-01-01T00:00:00.000001+00:00"),
            (31_535_999_999_999, "1970-12-31T23:59:59.999999+00:00"),
            (68_169_600_000_000, "1972-02-29T00:00:00.000000+00:00"),
            (946_684_799_999_999, "1999-12-31T23:59:59.999999+00:00"),
            (946_684_800_000_000, "2000-01-01T00:00:00.000000+00:00"),
            (951_782_399_999_999, "2000-02-28T23:59:59.999999+00:00"),
            (951_825_600_000_005, "2000-02-29T12:00:00.000005+00:00"),
            (951_868_800_000_000, "2000-03-01T00:00:00.000000+00:00"),
            (978_220_800_000_000, "2000-12-31T00:00:00.000000+00:00"),
            (1_709_251_199_999_999, "2024-02-29T23:59:59.999999+00:00"),
            (1_795_238_340_123_456, "2026-11-21T05:19:00.123456+00:00"),
            (2_147_483_648_000_000, "2038-01-19T03:14:08.000000+00:00"),
            (4_107_542_399_999_999, "2100-02-28T23:59:59.999999+00:00"),
            (4_107_542_400_000_000, "2100-03-01T00:00:00.000000+00:00"),
            (13_574_563_200_000_000, "2400-02-29T00:00:00.000000+00:00"),
            (253_402_300_799_999_999, "9999-12-31T23:59:59.999999+00:00"),
        ] as [(UInt64, String)])
    func known(microseconds: UInt64, text: String) {
        #expect(Timestamp.text(microseconds: microseconds) == text)
    }

    @Test("Every day of 800 years follows the day before")
    func everyDay() {
        var (year, month, day) = (1970, 1, 1)
        for number in 0..<292_194 {
            func pad(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
            let text = Timestamp.text(microseconds: UInt64(number) * 86_400_000_000)
            guard text == "\(year)-\(pad(month))-\(pad(day))T00:00:00.000000+00:00" else {
                Issue.record("day \(number) is \(text), not \(year)-\(month)-\(day)")
                return
            }
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let length = month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
            day += 1
            if day > length { (day, month) = (1, month + 1) }
            if month > 12 { (month, year) = (1, year + 1) }
        }
        #expect(year == 2770)
    }

    @Test("The end of time is a time")
    func end() {
        #expect(Timestamp.text(microseconds: .max).hasSuffix("+00:00"))
    }

    @Test("Checkpoints carry the time of the run's clock")
    func inCheckpoints() throws {
        let run = try Run(countingWorkflow(to: 1), .with(checkpoints: true, FakeWorld(now: 951_825_600_000_005)), input: "0")
        try run.play()
        #expect(try run.checkpoint().map { member("timestamp", of: $0) } == "\"2000-02-29T12:00:00.000005+00:00\"")
    }
}
