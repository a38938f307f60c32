import Diagnostics
import GraphQLLanguage
import GraphQLSchema

/// The selections of a document with their types, numbered so that rules can remember what they
/// have seen.
///
/// Fragments are not expanded: each selection set that is written stands here once. What has no
/// type (an unknown field, a fragment on an unknown type) is left out, because an error stands for
/// it already.
struct TypedDocument {
    struct SelectedField {
        let field: Field
        /// The type that the field is selected from: an object, interface or union.
        let parent: String
        let parentIsObject: Bool
        let definition: FieldType
        /// Whether the named type of the field is a scalar or enum.
        let isLeaf: Bool
        /// Its selection set's position in ``sets``.
        let children: Int?
    }

    enum Entry {
        case field(Int)
        /// By the position of the fragment in ``DocumentIndex/fragments``.
        case fragment(Int)
        case inline(set: Int)
    }

    /// A use of a variable, with what its place expects.
    struct VariableUse {
        let name: Name
        /// `nil` where the place has no known type.
        let type: WrappedType?
        let hasDefault: Bool
        /// Whether it is the field of a OneOf input object.
        let inOneOf: Bool

        /// Section 5.8.5, IsNonNullPosition.
        var isNonNullPosition: Bool { inOneOf || type?.isNonNull == true }
    }

    /// What one operation or fragment holds itself, without what its spreads bring.
    struct Facts {
        var set = 0
        var spreads: [(fragment: Int, range: SourceRange)] = []
        var uses: [VariableUse] = []
        /// Literals of scalars with variables inside.
        var openScalars: [(literal: Value, scalar: ScalarType)] = []
    }

    var fields: [SelectedField] = []
    var sets: [[Entry]] = []
    /// Whether any set has something but fields.
    var holdsFragments = false
    /// By the position in ``DocumentIndex/operations``.
    var operations: [Facts] = []
    /// By the position in ``DocumentIndex/fragments``.
    var fragments: [Facts] = []
}
