/// Which release this is, by Semantic Versioning. Between two releases it is the next one with
/// `-dev` behind it, as CHANGELOG.md has it under «Unreleased».
public enum ServerVersion {
    public static let text = "0.2.0"
}
