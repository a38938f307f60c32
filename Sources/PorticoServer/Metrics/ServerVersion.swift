/// Which release this is; between releases, none.
public enum ServerVersion {
    public static let text = "unreleased"
}
