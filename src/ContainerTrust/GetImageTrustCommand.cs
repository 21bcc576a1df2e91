using System.Management.Automation;
using ContainerTrust.Commands.Completion;
using ContainerTrust.Engine;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands;

/// <summary><c>Get-ImageTrust</c>: what a host trusts, one object a scope.</summary>
[Cmdlet(VerbsCommon.Get, "ImageTrust", DefaultParameterSetName = RegistrySet)]
[OutputType(typeof(ImageTrust))]
public sealed class GetImageTrustCommand : TrustCmdlet
{
    private const string RegistrySet = "Registry";
    private const string DefaultSet = "Default";
    private const string ReferenceSet = "Reference";

    /// <summary>Scopes to show: registries, namespaces, repositories or images. <c>*</c> and <c>?</c> are wildcards. All, and the default, if left out.</summary>
    [Parameter(Position = 0, ParameterSetName = RegistrySet, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(RegistryCompleter))]
    public string[]? Registry { get; set; }

    /// <summary>Show this transport's scopes only.</summary>
    [Parameter(ParameterSetName = RegistrySet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TransportCompleter))]
    public string? Transport { get; set; }

    /// <summary>Show the policy's default only: what governs every image that no scope does.</summary>
    [Parameter(Mandatory = true, ParameterSetName = DefaultSet)]
    public SwitchParameter Default { get; set; }

    /// <summary>
    /// Images (<c>registry.example.com/app:v1</c>, <c>docker://…</c>, <c>dir:/…</c>, <c>oci:…</c>): show the one entry that governs each, and why.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = ReferenceSet, HelpMessage = "An image, such as registry.example.com/app:v1")]
    [Alias("Image")]
    [ValidateNotNullOrEmpty]
    public string[]? Reference { get; set; }

    private protected override void Process()
    {
        switch (ParameterSetName)
        {
            case ReferenceSet:
                foreach (string image in Reference!)
                    Governing(image);
                break;
            case DefaultSet:
                if (Default)
                    Write(Store.Read(new TrustQuery { DefaultOnly = true }, Cancellation));
                break;
            default:
                Scopes();
                break;
        }
    }

    private void Scopes()
    {
        // "all" and "default" are what the default's own entry has as transport and scope.
        TrustQuery query = Transport == "all" ? new TrustQuery { DefaultOnly = true } : new TrustQuery { Registries = Registry, Transport = Transport };
        HashSet<string> seen = new(StringComparer.OrdinalIgnoreCase);
        foreach (ImageTrust trust in Store.Read(query, Cancellation))
        {
            if (trust.IsDefault && Registry?.Any(r => ScopePattern.IsMatch(r, trust.Registry)) == false)
                continue;
            seen.Add(trust.Registry);
            Write(trust);
        }

        foreach (string name in (Registry ?? []).Distinct().Where(r => !ScopePattern.HasWildcards(r) && !seen.Contains(r)))
            Report(NotFound(name));
    }

    private void Governing(string image)
    {
        ImageTrust? entry = null;
        try
        {
            entry = Store.Governing(image);
        }
        catch (TrustException e) when (e.Kind == TrustErrorKind.InvalidArgument)
        {
            Report(e);
        }

        if (entry is not null)
            Write(entry);
    }

    private TrustException NotFound(string name)
    {
        string where = Transport is null ? "" : $" in transport {Transport}";
        string hint = name == "default" ? "For the policy's default use -Default." : "Get-ImageTrust without parameters shows the scopes that are there; -Reference shows which one governs an image.";
        return new TrustException("ImageTrustNotFound", TrustErrorKind.NotFound, $"{Store.Locations.PolicyPath} has no scope '{name}'{where}. {hint}") { Target = name };
    }
}
