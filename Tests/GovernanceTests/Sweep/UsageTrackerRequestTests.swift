import Testing

@testable import Governance

@Suite struct UsageTrackerRequestTests {
    @Test(arguments: [
        (#"{"sweep": {}}"#, false), (#"{"sweep": {"force": true}}"#, true), (#"{"sweep": {"force": false}}"#, false),
        (#"{"sweep": {"force": null}}"#, false),
    ])
    func sweeps(json: String, isForced: Bool) throws {
        #expect(try UsageTrackerRequest(parsing: Array(json.utf8)) == .sweep(isForced: isForced))
    }

    @Test func events() throws {
        let event = try Sample.event("run-instances")
        #expect(try UsageTrackerRequest(parsing: Array(Sample.json("run-instances").utf8)) == .event(event))
    }

    @Test(arguments: [
        (#"{"sweep": 5}"#, "sweep"), (#"{"sweep": null}"#, "sweep"), (#"{"sweep": []}"#, "sweep"),
        (#"{"sweep": true}"#, "sweep"), (#"{"sweep": {"force": "yes"}}"#, "sweep.force"),
        (#"{"sweep": {"force": 1}}"#, "sweep.force"), (#"{"sweep": {"forced": true}}"#, "sweep.forced"),
        (#"{"sweep": {}, "force": true}"#, "force"), ("{}", "detail-type"), ("[]", "event"), ("", "event"),
        (#"{"Sweep": {}}"#, "detail-type"),
    ])
    func othersNameTheField(json: String, field: String) {
        do throws(MalformedEvent) {
            _ = try UsageTrackerRequest(parsing: Array(json.utf8))
            Issue.record("\(json) was understood")
        } catch {
            #expect(error.field == field)
        }
    }

    @Test func notesAtMostEveryFiveMinutes() {
        let notes = EventNotes()
        func note(_ event: String, _ now: String) -> EventTime? { Self.note(event, now, notes) }
        #expect(note("08:00:00", "08:00:10") == time("2026-11-20T08:00:00Z"))
        #expect(note("08:01:00", "08:01:10") == nil)
        #expect(note("08:04:00", "08:05:09.999") == nil)
        // The newest of all that came, not the one that comes.
        #expect(note("08:03:00", "08:05:10") == time("2026-11-20T08:04:00Z"))
        #expect(note("08:09:00", "08:10:09") == nil)
        // The clock was set back.
        #expect(note("08:02:00", "08:02:00") == time("2026-11-20T08:09:00Z"))
    }

    /// What is to be noted is written, unless that fails.
    private static func note(_ event: String, _ now: String, fails: Bool = false, _ notes: EventNotes) -> EventTime? {
        let now = time("2026-11-20T\(now)Z")
        let newest = notes.note(time("2026-11-20T\(event)Z"), at: now)
        if let newest, !fails { notes.wrote(newest, at: now) }
        return newest
    }

    /// An old event comes late, and new ones follow: it does not stay the last one for as long as nothing else comes.
    @Test func aMuchNewerEventIsNotedAtOnce() {
        let notes = EventNotes()
        #expect(Self.note("03:00:00", "10:00:00", notes) == time("2026-11-20T03:00:00Z"))
        #expect(Self.note("03:05:00", "10:00:30", notes) == nil)
        #expect(Self.note("10:01:00", "10:01:10", notes) == time("2026-11-20T10:01:00Z"))
        #expect(Self.note("10:02:00", "10:02:10", notes) == nil)
        #expect(Self.note("03:10:00", "10:02:20", notes) == nil)
    }

    @Test func whatCouldNotBeWrittenIsStillToBeNoted() {
        let notes = EventNotes()
        #expect(Self.note("08:00:00", "08:00:10", fails: true, notes) == time("2026-11-20T08:00:00Z"))
        #expect(Self.note("07:59:00", "08:00:11", fails: true, notes) == time("2026-11-20T08:00:00Z"))
        #expect(Self.note("08:00:05", "08:00:12", notes) == time("2026-11-20T08:00:05Z"))
        #expect(Self.note("08:00:06", "08:00:13", notes) == nil)
    }

    /// Events of the same minutes, in any order: two writes at most, whatever comes first.
    @Test func aStormOfEventsIsFewWrites() {
        let notes = EventNotes()
        let start = time("2026-11-20T08:00:00Z")
        let written = (0..<1000).compactMap { number -> EventTime? in
            // Of six minutes, handled in about four.
            let event = start.advanced(bySeconds: Int64(number * 7919 % 360))
            let now = start.advanced(bySeconds: 600 + Int64(number / 4))
            let newest = notes.note(event, at: now)
            if let newest { notes.wrote(newest, at: now) }
            return newest
        }
        #expect((1...2).contains(written.count))
        #expect(written.last.map { start.advanced(bySeconds: 359) <= $0.advanced(bySeconds: 300) } == true)
    }
}
