namespace ContainerTrust.Engine.Registry;

/// <summary>One way of authentication that a server offers (RFC 9110, section 11.3).</summary>
/// <param name="Scheme">The scheme's name in lower case: <c>basic</c>, <c>bearer</c>.</param>
/// <param name="Parameters">The parameters by their names in lower case; of several of one name the last.</param>
internal sealed record Challenge(string Scheme, IReadOnlyDictionary<string, string> Parameters)
{
    /// <summary>A parameter's value; null if it is missing or empty.</summary>
    public string? this[string name] => Parameters.TryGetValue(name, out string? value) && value.Length > 0 ? value : null;

    /// <summary>Whether a server that offers this would take the same credentials as for another.</summary>
    public bool IsSame(Challenge other) =>
        Scheme == other.Scheme && this["realm"] == other["realm"] && this["service"] == other["service"];
}
