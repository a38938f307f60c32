import GraphQLSchema
import PorticoAccess
import PorticoCatalog
import PorticoPlanning
import ExactText
import PostgresSQL
import Testing

@testable import PorticoExecution

/// The tenants of a viewer as a parameter: the same for all its statements, and encoded once.
@Suite struct TenantArrayTests {
    private func viewer(_ list: TenantList) -> Viewer {
        Viewer(id: "u", role: "owner", tenant: list.ids.first.map { ExactString($0) }, tenants: list)
    }

    private func bytes(_ value: ParameterValue) -> [UInt8]? {
        switch value {
        case .null: nil
        case .text(let bytes), .binary(let bytes): bytes
        }
    }

    private func address(_ value: ParameterValue) -> UnsafeRawPointer? {
        bytes(value).flatMap { $0.withUnsafeBytes(\.baseAddress) }
    }

    @Test func fewTravelAsText() {
        let viewer = viewer(TenantList(["a", "b\"c"]))
        #expect(RequestBinding.tenants(of: viewer, .text) == .text(Array(#"{"a","b\"c"}"#.utf8)))
        #expect(RequestBinding.tenants(of: viewer, .int4) == .null, "what one column cannot hold is null")
    }

    @Test(
        arguments: [
            (ColumnType.text, 25 as UInt32, "tenant-1", Array("tenant-1".utf8)),
            (.varchar, 25, "tenant-1", Array("tenant-1".utf8)),
            (.bpchar, 1042, "tenant-1", Array("tenant-1".utf8)),
            (.int2, 21, "258", [1, 2]),
            (.int4, 23, "-2", [255, 255, 255, 254]),
            (.int8, 20, "258", [0, 0, 0, 0, 0, 0, 1, 2]),
            (
                .uuid, 2950, "2F1C8A52-6f0e-4b5c-9d59-0c9a4f4ce0aa",
                [0x2F, 0x1C, 0x8A, 0x52, 0x6F, 0x0E, 0x4B, 0x5C, 0x9D, 0x59, 0x0C, 0x9A, 0x4F, 0x4C, 0xE0, 0xAA]
            ),
        ] as [(ColumnType, UInt32, String, [UInt8])])
    func manyTravelInBinary(_ type: ColumnType, _ element: UInt32, _ id: String, _ content: [UInt8]) {
        let count = RequestBinding.tenantsInBinary
        let value = RequestBinding.tenants(of: viewer(TenantList([String](repeating: id, count: count))), type)
        var array = BinaryArray(elementType: element, capacity: 0)
        for _ in 0..<count { content.withUnsafeBytes { array.append($0) } }
        #expect(value == array.finish())
    }

    @Test func oneThatCannotBeClosesAll() {
        var ids = (0..<1_000).map(String.init)
        ids[700] = "x"
        #expect(RequestBinding.tenants(of: viewer(TenantList(ids)), .int4) == .null)
        #expect(bytes(RequestBinding.tenants(of: viewer(TenantList(ids)), .text)) != nil)
    }

    /// Viewers that share a list share its bytes, for every use.
    @Test func theyAreEncodedOnce() {
        let list = TenantList((0..<1_000).map { "tenant-\($0)" })
        let one = RequestBinding.tenants(of: viewer(list), .text),
            other = RequestBinding.tenants(of: viewer(list), .text)
        #expect(address(one) == address(other) && address(one) != nil)
        let asked = RequestBinding.value(.tenants, of: viewer(list), ValueForm(.text, isList: true))
        let bound = ViewerBinding(viewer: viewer(list), now: []).values(of: [
            .tenants(.text), .viewer(.tenants, ValueForm(.text)),
        ])
        for value in [asked] + bound { #expect(address(value) == address(one)) }
        var calls = 0
        for _ in 0..<3 {
            _ = list.encoded(for: .varchar) { _, _ in
                calls += 1
                return .missing
            }
        }
        #expect(calls == 1, "of another type once more")
    }

    /// What is still to be encoded shows, so that it is not done on the loop.
    @Test func itShowsWhatIsToBeEncoded() {
        let list = TenantList((0..<1_000).map { "tenant-\($0)" })
        #expect(list.bytesToEncode(for: .text) == list.ids.reduce(0) { $0 + $1.utf8.count })
        _ = RequestBinding.tenants(of: viewer(list), .text)
        #expect(list.bytesToEncode(for: .text) == 0 && list.bytesToEncode(for: .varchar) > 0)
    }

    /// A value of the viewer's that one column cannot hold is missing for all of the statement.
    @Test func whatIsMissingForOneIsMissingForAll() {
        let viewer = Viewer(id: "u", role: "owner", tenant: "x", tenants: ["x"], claims: ["number": "a"])
        let sources: [ParameterSource] = [
            .viewer(.claim("number"), ValueForm(.text)), .viewer(.claim("number"), ValueForm(.int4)),
            .viewer(.id, ValueForm(.text)),
        ]
        #expect(ViewerBinding(viewer: viewer, now: []).values(of: sources) == [.null, .null, .text(Array("u".utf8))])
    }
}
