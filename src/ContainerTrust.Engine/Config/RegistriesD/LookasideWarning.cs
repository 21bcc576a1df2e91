namespace ContainerTrust.Engine.Config.RegistriesD;

/// <summary>Something in registries.d, or in a change of it, that is allowed and probably not meant.</summary>
/// <param name="WarningId">
/// Stable id in PascalCase: <c>UnknownKey</c>, <c>NullKey</c>, <c>IgnoredDocument</c>, <c>DifferentStores</c>, <c>UnusableStore</c>,
/// <c>UnusableNamespace</c>, <c>UnencryptedStore</c>, <c>SecretInStore</c>, <c>MisnamedFile</c>.
/// </param>
/// <param name="Path">The file.</param>
/// <param name="Line">The line, from 1; 0 if the warning is not about a line.</param>
/// <param name="Problem">What is odd and what it leads to: a sentence that ends with a full stop.</param>
internal sealed record LookasideWarning(string WarningId, string Path, int Line, string Problem)
{
    /// <summary>The whole message, the place first.</summary>
    public string Message => Line > 0 ? $"{Path}:{Line}: {Problem}" : $"{Path}: {Problem}";

    /// <inheritdoc/>
    public override string ToString() => Message;
}
