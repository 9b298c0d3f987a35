/// The hash of FIPS 180-4, here because no library that we may link at run time has one.
public enum SHA256 {
    public static func hex(of text: Text) -> String {
        text.withBytes { hex(of: $0) }
    }

    public static func hex(of bytes: UnsafeBufferPointer<UInt8>) -> String {
        var state = State()
        let whole = bytes.count / 64
        if let start = bytes.baseAddress { compress(UnsafeRawPointer(start), blocks: whole, &state) }
        // The rest, a 1 bit, zeros, and the length in bits fill one or two more blocks.
        let rest = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[(whole * 64)...])
        withUnsafeTemporaryAllocation(byteCount: 128, alignment: 8) { tail in
            let length = rest.count < 56 ? 64 : 128
            tail.copyMemory(from: rest)
            tail[rest.count] = 0x80
            for place in (rest.count + 1)..<(length - 8) { tail[place] = 0 }
            tail.storeBytes(of: (UInt64(bytes.count) &* 8).bigEndian, toByteOffset: length - 8, as: UInt64.self)
            if let start = tail.baseAddress { compress(UnsafeRawPointer(start), blocks: length / 64, &state) }
        }
        return state.hex
    }

    private struct State {
        var (a, b, c, d): (UInt32, UInt32, UInt32, UInt32) = (0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a)
        var (e, f, g, h): (UInt32, UInt32, UInt32, UInt32) = (0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19)

        var hex: String {
            String(unsafeUninitializedCapacity: 64) { digits in
                var place = 0
                for word in [a, b, c, d, e, f, g, h] {
                    for shift in stride(from: UInt32(28), through: 0, by: -4) {
                        let digit = UInt8(truncatingIfNeeded: word >> shift) & 15
                        digits[place] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit
                        place += 1
                    }
                }
                return place
            }
        }

        /// One of 64 rounds. The variables change places with every round; here the caller says which is which.
        @inline(__always)
        static func round(
            _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32, _ e: UInt32, _ f: UInt32, _ g: UInt32, _ h: inout UInt32, _ input: UInt32
        ) {
            let s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
            let t = h &+ s1 &+ (g ^ (e & (f ^ g))) &+ input
            let s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
            d = d &+ t
            h = t &+ s0 &+ ((a & b) | (c & (a | b)))
        }
    }

    /// So many blocks of 64 bytes, which the caller knows to be there. The time of large checkpoints is spent here: no index is
    /// checked, and eight rounds at a time need no variable to be moved.
    private static func compress(_ start: UnsafeRawPointer, blocks: Int, _ state: inout State) {
        constants.withUnsafeBufferPointer { constants in
            guard let constants = constants.baseAddress else { return }
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
                guard let schedule = schedule.baseAddress else { return }
                for block in 0..<blocks { compress(start + block &* 64, schedule, constants, &state) }
            }
        }
    }

    @inline(__always)
    private static func compress(
        _ block: UnsafeRawPointer, _ schedule: UnsafeMutablePointer<UInt32>, _ constants: UnsafePointer<UInt32>, _ state: inout State
    ) {
        var i = 0
        while i < 16 {
            schedule[i] = UInt32(bigEndian: block.loadUnaligned(fromByteOffset: i &* 4, as: UInt32.self))
            i &+= 1
        }
        while i < 64 {
            let (a, b) = (schedule[i &- 15], schedule[i &- 2])
            let s0 = rotate(a, 7) ^ rotate(a, 18) ^ (a >> 3)
            let s1 = rotate(b, 17) ^ rotate(b, 19) ^ (b >> 10)
            schedule[i] = schedule[i &- 16] &+ s0 &+ schedule[i &- 7] &+ s1
            i &+= 1
        }
        var (a, b, c, d) = (state.a, state.b, state.c, state.d)
        var (e, f, g, h) = (state.e, state.f, state.g, state.h)
        i = 0
        while i < 64 {
            State.round(a, b, c, &d, e, f, g, &h, constants[i] &+ schedule[i])
            State.round(h, a, b, &c, d, e, f, &g, constants[i &+ 1] &+ schedule[i &+ 1])
            State.round(g, h, a, &b, c, d, e, &f, constants[i &+ 2] &+ schedule[i &+ 2])
            State.round(f, g, h, &a, b, c, d, &e, constants[i &+ 3] &+ schedule[i &+ 3])
            State.round(e, f, g, &h, a, b, c, &d, constants[i &+ 4] &+ schedule[i &+ 4])
            State.round(d, e, f, &g, h, a, b, &c, constants[i &+ 5] &+ schedule[i &+ 5])
            State.round(c, d, e, &f, g, h, a, &b, constants[i &+ 6] &+ schedule[i &+ 6])
            State.round(b, c, d, &e, f, g, h, &a, constants[i &+ 7] &+ schedule[i &+ 7])
            i &+= 8
        }
        (state.a, state.b, state.c, state.d) = (state.a &+ a, state.b &+ b, state.c &+ c, state.d &+ d)
        (state.e, state.f, state.g, state.h) = (state.e &+ e, state.f &+ f, state.g &+ g, state.h &+ h)
    }

    @inline(__always)
    private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 { word &>> count | word &<< (32 &- count) }

    private static let constants: [UInt32] = [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ]
}
