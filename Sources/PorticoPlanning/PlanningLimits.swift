/// How much one operation may make of the planner and of PostgreSQL's. Each limit that is exceeded is a ``PlanningError`` with its name.
public struct PlanningLimits: Sendable, Hashable {
    /// Loads, and so statements, of one operation (default 200). Stands against fragments that double at each step: a kilobyte of text could ask for thousands.
    public var loads: Int
    /// Relations that the conditions of one statement follow, those of rules included (default 100). Stands against filters that cost PostgreSQL's own planner seconds.
    public var relations: Int

    public init(loads: Int = 200, relations: Int = 100) {
        self.loads = loads
        self.relations = relations
    }
}
