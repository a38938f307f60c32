/// The release, by Semantic Versioning. Between two releases it is the next one with the suffix
/// `-dev`, as in CHANGELOG.md under «Unreleased».
public enum ServerVersion {
    public static let text = "0.2.0"
}
