import Diagnostics
import GraphQLLanguage
import GraphQLSchema

/// The selections of a document with their types, numbered so that rules can mark visited ones.
///
/// Fragments are not expanded: each written selection set occurs once. Selections without a type
/// (an unknown field, a fragment on an unknown type) are omitted: they already have an error.
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

    /// A use of a variable, and what its place expects.
    struct VariableUse {
        let name: Name
        /// `nil` if the place has no known type.
        let type: WrappedType?
        let hasDefault: Bool
        /// Whether it is the field of a OneOf input object.
        let inOneOf: Bool

        /// Section 5.8.5, IsNonNullPosition.
        var isNonNullPosition: Bool { inOneOf || type?.isNonNull == true }
    }

    /// The content of one operation or fragment, without that of its spreads.
    struct Facts {
        var set = 0
        var spreads: [(fragment: Int, range: SourceRange)] = []
        var uses: [VariableUse] = []
        /// Literals of scalars with variables inside.
        var openScalars: [(literal: Value, scalar: ScalarType)] = []
    }

    var fields: [SelectedField] = []
    var sets: [[Entry]] = []
    /// Whether any set contains anything but fields.
    var holdsFragments = false
    /// By the position in ``DocumentIndex/operations``.
    var operations: [Facts] = []
    /// By the position in ``DocumentIndex/fragments``.
    var fragments: [Facts] = []
}
