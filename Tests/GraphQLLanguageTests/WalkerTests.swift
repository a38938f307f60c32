import Diagnostics
import GraphQLLanguage
import Testing

/// Counts by the defaults alone.
struct Everything: DocumentVisitor {}

/// Writes down what is entered (`+`) and left (`-`); stops or skips at a field of that name.
private struct Recorder: DocumentVisitor {
    var log: [String] = []
    var skipped = "", stopped = ""

    mutating func enter(_ operation: OperationDefinition) -> WalkStep { note("+query") }
    mutating func leave(_ operation: OperationDefinition) { log.append("-query") }
    mutating func enter(_ fragment: FragmentDefinition) -> WalkStep { note("+fragment \(fragment.name.value)") }
    mutating func leave(_ fragment: FragmentDefinition) { log.append("-fragment") }
    mutating func enter(_ variable: VariableDefinition) -> WalkStep { note("+$\(variable.name.value)") }
    mutating func leave(_ variable: VariableDefinition) { log.append("-$") }
    mutating func enter(_ field: Field) -> WalkStep { note("+\(field.name.value)") }
    mutating func leave(_ field: Field) { log.append("-\(field.name.value)") }
    mutating func enter(_ fragment: InlineFragment) -> WalkStep {
        note("+... on \(fragment.typeCondition?.value ?? "")")
    }
    mutating func leave(_ fragment: InlineFragment) { log.append("-... on") }
    mutating func enter(_ spread: FragmentSpread) -> WalkStep { note("+...\(spread.name.value)") }
    mutating func leave(_ spread: FragmentSpread) { log.append("-...") }
    mutating func enter(_ directive: Directive) -> WalkStep { note("+@\(directive.name.value)") }
    mutating func leave(_ directive: Directive) { log.append("-@") }
    mutating func enter(_ argument: Argument) -> WalkStep { note("+\(argument.name.value):") }
    mutating func leave(_ argument: Argument) { log.append("-:") }
    mutating func enter(_ value: Value) -> WalkStep { note("+=\(DocumentPrinter.print(value))") }
    mutating func leave(_ value: Value) { log.append("-=") }

    private mutating func note(_ text: String) -> WalkStep {
        log.append(text)
        if text == skipped { return .skip }
        return text == stopped ? .stop : .descend
    }
}

@Suite struct WalkerTests {
    private let text =
        "query($v: I = 1 @d) @e { a(x: [$v]) @f { b } ... on T @g { c } ...F @h } fragment F on T { d } type X"

    private func log(skipping skipped: String = "", stoppingAt stopped: String = "") throws -> ([String], Bool) {
        var recorder = Recorder(skipped: skipped, stopped: stopped)
        let isComplete = try parse(SourceText(name: "", text)).walk(&recorder)
        return (recorder.log, isComplete)
    }

    @Test func order() throws {
        let (log, isComplete) = try log()
        #expect(isComplete)
        #expect(
            log.joined(separator: " ") == """
                +query +$v +=1 -= +@d -@ -$ +@e -@ +a +x: +=[$v] +=$v -= -= -: +@f -@ +b -b -a +... on T +@g -@ +c -c -... on +...F +@h -@ -... -query \
                +fragment F +d -d -fragment
                """)
    }

    @Test(arguments: [
        ("+query", "+query +fragment F +d -d -fragment"),
        (
            "+a",
            "+query +$v +=1 -= +@d -@ -$ +@e -@ +a +... on T +@g -@ +c -c -... on +...F +@h -@ -... -query +fragment F +d -d -fragment"
        ),
        (
            "+=[$v]",
            "+query +$v +=1 -= +@d -@ -$ +@e -@ +a +x: +=[$v] -: +@f -@ +b -b -a +... on T +@g -@ +c -c -... on +...F +@h -@ -... -query +fragment F +d -d -fragment"
        ),
    ])
    func skipping(_ node: String, _ expected: String) throws {
        let (log, isComplete) = try log(skipping: node)
        #expect(log.joined(separator: " ") == expected && isComplete)
    }

    /// Wherever it stops, nothing is entered or left after that.
    @Test func stoppingAnywhere() throws {
        let (all, _) = try log()
        #expect(all.count > 30)
        for (index, node) in all.enumerated() where node.hasPrefix("+") {
            let (log, isComplete) = try log(stoppingAt: node)
            #expect(log == Array(all[...index]) && !isComplete)
        }
    }

    @Test func defaultsDescend() throws {
        var visitor = Everything()
        #expect(try parse(SourceText(name: "", KitchenSink.executable)).walk(&visitor))
    }
}
