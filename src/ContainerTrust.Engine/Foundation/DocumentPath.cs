namespace ContainerTrust.Engine.Foundation;

/// <summary>
/// A place in a document, at most three keys deep, that is written out only if somebody asks
/// (<c>docker.registry.example.com.lookaside</c>).
/// </summary>
internal readonly record struct DocumentPath(string? First, string? Second = null, string? Third = null)
{
    public DocumentPath Then(string name) => First is null ? new(name) : Second is null ? new(First, name) : new(First, Second, name);

    public override string ToString() =>
        First is null ? "" : Second is null ? First : Third is null ? $"{First}.{Second}" : $"{First}.{Second}.{Third}";
}
