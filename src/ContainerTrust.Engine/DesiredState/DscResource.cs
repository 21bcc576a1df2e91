using ContainerTrust.Engine.Config.Policy;

namespace ContainerTrust.Engine.DesiredState;

/// <summary>
/// The resources for Microsoft DSC 3. Each takes a JSON object and answers with lines of JSON, as the manifests in
/// <c>packaging/dsc</c> promise; changes are those of the same planner, lock and write that every other change is made by.
/// </summary>
public static class DscResource
{
    /// <summary>The largest input, in bytes: that of a policy.</summary>
    public const int MaxBytes = PolicyReader.MaxBytes;

    private const string Prefix = "ContainerTrust/";

    /// <summary>The resources, in small letters and without <c>ContainerTrust/</c>.</summary>
    public static IReadOnlyList<string> Names { get; } = ["scope", "policy", "compliance"];

    /// <summary>The name of a resource as <see cref="Names"/> has it.</summary>
    /// <param name="resource">A name, or a type of DSC such as <c>ContainerTrust/Scope</c>; DSC compares them without case.</param>
    /// <exception cref="TrustException">There is none (<c>DscResourceNotFound</c>).</exception>
    public static string NameOf(string resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        string name = resource.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? resource[Prefix.Length..] : resource;
        return Names.FirstOrDefault(n => n.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw new TrustException(
            "DscResourceNotFound",
            TrustErrorKind.InvalidArgument,
            $"'{resource}' is not a resource; possible are {string.Join(", ", Names)}.")
        {
            Target = resource,
        };
    }

    /// <summary>Does what DSC asks for.</summary>
    /// <param name="resource">Which resource, see <see cref="NameOf"/>.</param>
    /// <param name="operation">What to do.</param>
    /// <param name="input">The input, UTF-8; empty if there is none.</param>
    /// <param name="messages">Where words for the user go.</param>
    /// <param name="cancellationToken">Ends the wait for other writers, and an audit.</param>
    /// <returns>
    /// Lines of JSON, each with its line feed: a state; for <see cref="DscOperation.Set"/>, <see cref="DscOperation.WhatIf"/> and
    /// <see cref="DscOperation.Test"/> a second line with the names of the properties that changed, would change or differ.
    /// </returns>
    /// <exception cref="TrustException">
    /// The resource or the operation does not exist (<c>DscResourceNotFound</c>, <c>DscOperationNotSupported</c>); the input is refused
    /// (<c>InvalidDesiredState</c>); or what every change and audit throws. Nothing was written, or the message says what was.
    /// </exception>
    public static string Run(
        string resource, DscOperation operation, ReadOnlyMemory<byte> input, TrustMessages messages,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return NameOf(resource) switch
        {
            "scope" => new ScopeResource(messages, cancellationToken).Run(operation, input.Span),
            "policy" => new PolicyResource(messages, cancellationToken).Run(operation, input.Span),
            _ => new ComplianceResource(messages, cancellationToken).Run(operation, input.Span),
        };
    }

    /// <summary>The error for what a resource cannot do.</summary>
    /// <param name="type">The resource, such as <c>Scope</c>.</param>
    /// <param name="operation">What was asked for.</param>
    /// <param name="instead">What to do, a sentence.</param>
    internal static TrustException NotSupported(string type, DscOperation operation, string instead) => new(
        "DscOperationNotSupported",
        TrustErrorKind.InvalidArgument,
        $"{Prefix}{type} does not know the operation {operation.ToString().ToLowerInvariant()}. {instead}");
}
