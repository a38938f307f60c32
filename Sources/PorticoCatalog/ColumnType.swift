/// The types of columns that the gateway can read and compare; each has one binary form.
public indirect enum ColumnType: Sendable, Hashable {
    case text, varchar, bpchar, citext, uuid
    case int2, int4, int8
    case float4, float8
    case numeric
    case bool
    case timestamptz, timestamp, date
    case json, jsonb
    case `enum`(EnumBinding)
    case array(ColumnType)
}
