import Foundation
import TestCluster
import Testing

@Suite(.onBlockingThreads) struct AccessMatrixCommandTests {
    private func run(_ words: String..., project: ProjectCopy) throws -> CommandProcess.Result {
        try CommandProcess.run(
            ["access", "matrix", "--project", project.path] + words, environment: ["COLUMNS": "100"])
    }

    @Test func itIsPrintedInThreeForms() throws {
        let project = try ProjectCopy()
        let text = try run(project: project)
        #expect(
            text.status == 0 && text.output.contains("client: rows where creatorId is the viewer's id"),
            "\(text.errors)")
        #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 100 })
        #expect(
            try run("--csv", "--tenant", "agency-002", project: project).output.hasPrefix(
                "tenants,role,reach,type,isolation,field,access,optional,rows\r\nagency-002,super_admin,"))
        let file = project.path + "/matrix.html"
        let html = try run("--html", file, project: project)
        #expect(html.status == 0 && html.output.isEmpty)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == run("--html", "-", project: project).output)
    }

    @Test func whatIsWrongIsSaid() throws {
        let project = try ProjectCopy()
        #expect(try run("--csv", "--html", "-", project: project).status == 2)
        #expect(try run("--html", "/nowhere/x.html", project: project).errors.contains("/nowhere/x.html"))
        try project.write("client: { Tickets: {} }", to: "config/access/tenants/agency-002.yaml")
        let bad = try run("--tenant", "agency-002", project: project)
        #expect(bad.status == 2 && bad.errors.contains("agency-002.yaml:1"), "\(bad.errors)")
        let others = try run(project: project)
        #expect(others.status == 0 && others.errors.contains("agency-002") && !others.output.contains("agency-002"))
    }
}
