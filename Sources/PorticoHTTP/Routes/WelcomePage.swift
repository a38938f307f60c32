/// The page of browsers at `/graphql`, until the explorer exists. It loads nothing external.
enum WelcomePage {
    /// - Parameter sample: A query that the reader of the page can run: only names, braces and
    ///   numbers, which need no escaping.
    static func html(sample: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>Portico</title>
        <style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 40em; margin: 4em auto; padding: 0 1em } pre { background: #8882; padding: 1em; overflow: auto }</style>
        <h1>Portico</h1>
        <p>This is a GraphQL endpoint. Send a query by POST, as JSON, with your token if you have one:</p>
        <pre>curl -H 'Authorization: Bearer TOKEN' -H 'Content-Type: application/json' \\
          --data '{"query": "\(sample)"}' …/graphql</pre>
        <p>The schema as you may see it: <a href="/schema.graphql">/schema.graphql</a>. Everything else stands in the README.md of the project.</p>
        </html>

        """
    }

    /// Only the page's own style, and no frames around it.
    static let contentSecurityPolicy: StaticString =
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
}
