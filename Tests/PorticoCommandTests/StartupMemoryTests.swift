import Testing

@testable import portico

struct StartupMemoryTests {
    private static let text = """
        55d0c0000000-55d0c0200000 r-xp 00001000 fe:00 131 /usr/local/bin/portico
        Size:               2048 kB
        Rss:                1024 kB
        Anonymous:             0 kB
        VmFlags: rd ex mr mw me
        55d0c0200000-55d0c0300000 r--p 00201000 fe:00 131                        /usr/local/bin/portico
        Anonymous:           908 kB
        55d0c0300000-55d0c0310000 rw-p 00301000 fe:00 131 /usr/local/bin/portico
        Anonymous:             0 kB
        55d0c1000000-55d0c1100000 rw-p 00000000 00:00 0 [heap]
        Anonymous:          1024 kB
        7f0000000000-7f0000001000 r--p 00000000 00:00 0
        7ffd00000000-7ffd00002000 r-xp 00000000 00:00 0 [vdso]
        Anonymous:             0 kB
        """

    /// What the linker has filled in, what can be written and what is no file's must stay.
    @Test func onlyUnchangedPagesOfFilesAreGivenBack() {
        let mappings = StartupMemory.read(Self.text)
        #expect(mappings.map(\.anonymous) == [0, 908, 0, 1024, nil, 0])
        #expect(mappings.map(\.isUnchangedFile) == [true, false, false, false, false, false])
        #expect(
            mappings.first
                == StartupMemory.Mapping(
                    start: 0x55d0_c000_0000, length: 0x20_0000, isWritable: false, hasFile: true, anonymous: 0))
    }

    @Test(arguments: ["", "\n\n", "x", "1-0 r-xp 0 0 0 /x", "Anonymous: 3 kB"]) func whatIsNoListIsNone(_ text: String)
    {
        #expect(StartupMemory.read(text) == [])
    }

    @Test func theProcessGoesOn() {
        StartupMemory.giveBack()
        #expect(!StartupMemory.read("0-1000 r-xp 0 0 0 /x\nAnonymous: 0 kB").isEmpty)
    }
}
