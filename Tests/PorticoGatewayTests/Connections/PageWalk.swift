import JSONBytes
import PorticoAccess
import PorticoGateway
import Testing

/// One page of a connection as a client sees it: ids, cursors, and what it says of itself.
struct PageSeen {
    var ids: [String] = []
    var cursors: [String] = []
    var hasNext = false
    var hasPrevious = false
    var start: String?
    var end: String?
    var total = 0

    init(_ value: JSONValue?) {
        for edge in value?["edges"]?.items ?? [] {
            ids.append(edge["node"]?["id"]?.text ?? "")
            cursors.append(edge["cursor"]?.text ?? "")
        }
        hasNext = value?["pageInfo"]?["hasNextPage"] == .bool(true)
        hasPrevious = value?["pageInfo"]?["hasPreviousPage"] == .bool(true)
        start = value?["pageInfo"]?["startCursor"]?.text
        end = value?["pageInfo"]?["endCursor"]?.text
        if case .number(let text)? = value?["totalCount"] { total = Int(text) ?? -1 }
    }

    static let fields =
        "totalCount edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
}

extension JSONValue {
    var items: [JSONValue] { if case .array(let items) = self { items } else { [] } }
    var text: String? { if case .string(let text) = self { text } else { nil } }
}

/// A list of one type at the root, and the connection beside it, asked with the same filter and
/// order.
struct PageWalk {
    let database: SpotexDatabase
    let viewer: Viewer
    /// Such as `tickets` of `Ticket`.
    let list: String
    let type: String
    /// As JSON, for variables.
    let filter: String
    let order: String

    private var connection: String {
        """
        query($w: \(type)Filter, $o: [\(type)Order!], $first: Int, $after: String, $last: Int, $before: String) {
          page: \(list)Connection(where: $w, orderBy: $o, first: $first, after: $after, last: $last, before: $before) { \(PageSeen.fields) }
        }
        """
    }

    /// The ids of the plain list.
    func whole() async throws -> [String] {
        let query =
            "query($w: \(type)Filter, $o: [\(type)Order!]) { rows: \(list)(where: $w, orderBy: $o, first: 500) { id } }"
        let answer = try await database.ask(query, as: viewer, variables: #"{"w": \#(filter), "o": \#(order)}"#)
        let rows = try #require(
            try parseJSON(answer.body)["data"]?["rows"], "\(String(decoding: answer.body, as: UTF8.self))")
        return rows.items.compactMap { $0["id"]?.text }
    }

    /// `arguments` are further variables, such as `"first": 3`.
    func page(_ arguments: String) async throws -> PageSeen {
        let answer = try await database.ask(
            connection, as: viewer, variables: #"{"w": \#(filter), "o": \#(order), \#(arguments)}"#)
        let page = try #require(
            try parseJSON(answer.body)["data"]?["page"], "\(String(decoding: answer.body, as: UTF8.self))")
        return PageSeen(page)
    }

    /// All ids page by page, from the start or from the end, with what each page says of itself
    /// checked on the way.
    func walk(size: Int, backward: Bool, rows: Int) async throws -> [String] {
        var ids: [String] = []
        var cursor: String?
        while true {
            let (count, side) = backward ? ("last", "before") : ("first", "after")
            let page = try await page("\"\(count)\": \(size)" + (cursor.map { ", \"\(side)\": \"\($0)\"" } ?? ""))
            ids = backward ? page.ids + ids : ids + page.ids
            #expect(page.total == rows)
            #expect(page.start == page.cursors.first && page.end == page.cursors.last)
            let (isMore, isBehind) = backward ? (page.hasPrevious, page.hasNext) : (page.hasNext, page.hasPrevious)
            #expect(isMore == (ids.count < rows))
            #expect(isBehind == (cursor != nil))
            guard isMore, let next = backward ? page.start : page.end, ids.count <= rows else { return ids }
            cursor = next
        }
    }
}
