using System.Management.Automation;
using ContainerTrust.Commands.Completion;
using ContainerTrust.Commands.Fleet;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands;

/// <summary><c>Get-ImageTrust</c>: what a host trusts, one object a scope.</summary>
[Cmdlet(VerbsCommon.Get, "ImageTrust", DefaultParameterSetName = RegistrySet, HelpUri = HelpPage.Directory + "Get-ImageTrust.md")]
[OutputType(typeof(ImageTrust))]
public sealed class GetImageTrustCommand : PipedTrustCmdlet
{
    private const string RegistrySet = "Registry";
    private const string DefaultSet = "Default";
    private const string ReferenceSet = "Reference";
    private const string InputObjectSet = "InputObject";

    private readonly List<Question> _questions = [];
    private readonly List<ImageTrust> _entries = [];

    /// <summary>
    /// Scopes to show: registries, namespaces, repositories or images. <c>*</c> and <c>?</c> are wildcards. All, and the default, if left
    /// out.
    /// </summary>
    [Parameter(Position = 0, ParameterSetName = RegistrySet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(RegistryCompleter))]
    public string[]? Registry { get; set; }

    /// <summary>Show this transport's scopes only. <c>*</c> and <c>?</c> are wildcards.</summary>
    [Parameter(ParameterSetName = RegistrySet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [TransportName]
    [ArgumentCompleter(typeof(TransportCompleter))]
    public string? Transport { get; set; }

    /// <summary>Show the policy's default only: what governs every image that no scope does.</summary>
    [Parameter(Mandatory = true, ParameterSetName = DefaultSet)]
    public SwitchParameter Default { get; set; }

    /// <summary>
    /// Images (<c>registry.example.com/app:v1</c>, <c>docker://…</c>, <c>dir:/…</c>, <c>oci:…</c>): show the one entry that governs each,
    /// and why.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = ReferenceSet, HelpMessage = "An image, such as registry.example.com/app:v1")]
    [Alias("Image")]
    [ValidateNotNullOrEmpty]
    public string[]? Reference { get; set; }

    /// <summary>Entries to read again where they were read, as they are now.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InputObjectSet, ValueFromPipeline = true, HelpMessage = "An entry from Get-ImageTrust")]
    [ValidateNotNull]
    public ImageTrust[]? InputObject { get; set; }

    private protected override IReadOnlyList<ImageTrust>? Piped => ParameterSetName == InputObjectSet ? _entries : null;

    private protected override void Process()
    {
        if (ParameterSetName == InputObjectSet)
        {
            _entries.AddRange(InputObject!);
            return;
        }

        Question question = new(ParameterSetName, Registry, Transport, Default, Reference);

        // Of many hosts each is visited once, when all is known that is asked of it.
        if (IsFleet)
            _questions.Add(question);
        else
            Answer(ThisHost, question);
    }

    private protected override void End()
    {
        if (IsFleet || _entries.Count > 0)
            base.End();
    }

    private protected override void Work(HostContext host)
    {
        foreach (ImageTrust entry in host.Entries ?? _entries)
            Again(host, entry);

        foreach (Question question in _questions)
            Answer(host, question);
        if (_questions.Exists(static q => q.Set != ReferenceSet))
            host.Store.WarnWhereCrioDiffers();
    }

    private static void Answer(HostContext host, Question question)
    {
        switch (question.Set)
        {
            case ReferenceSet:
                foreach (string image in question.Reference!)
                    Governing(host, image);
                break;
            case DefaultSet:
                if (question.Default)
                    host.Write(host.Store.Read(new TrustQuery { DefaultOnly = true }, host.Cancellation));
                break;
            default:
                Scopes(host, question);
                break;
        }
    }

    // Its own scope alone: to a query a name with a star is a pattern.
    private static void Again(HostContext host, ImageTrust entry)
    {
        TrustQuery query = entry.IsDefault ? new TrustQuery { DefaultOnly = true }
            : new TrustQuery { Registries = [entry.Registry], Transport = entry.Transport };
        bool isThere = false;
        foreach (ImageTrust now in host.Store.Read(query, host.Cancellation))
        {
            if (!entry.IsDefault && (now.Registry != entry.Registry || now.Transport != entry.Transport))
                continue;
            isThere = true;
            host.Write(now);
        }

        if (!isThere)
            host.Report(NotFound(host, entry.Registry, entry.Transport));
    }

    private static void Scopes(HostContext host, Question question)
    {
        // "all" and "default" are what the default's own entry has as transport and scope.
        TrustQuery query = question.Transport == "all" ? new TrustQuery { DefaultOnly = true }
            : new TrustQuery { Registries = question.Registry, Transport = question.Transport };
        HashSet<string> seen = new(StringComparer.OrdinalIgnoreCase);
        foreach (ImageTrust trust in host.Store.Read(query, host.Cancellation))
        {
            if (trust.IsDefault && question.Registry?.Any(r => ScopePattern.IsMatch(r, trust.Registry)) == false)
                continue;
            seen.Add(trust.Registry);
            host.Write(trust);
        }

        if (question is { Registry: null, Transport: { } transport } && seen.Count == 0)
        {
            host.Report(new TrustException(
                "ImageTrustNotFound",
                TrustErrorKind.NotFound,
                $"{host.Store.Locations.PolicyPath} has no scopes of transport '{transport}'. Run " +
                $"{host.Store.CommandFor(TrustOperation.Get)} to see those that it has.")
            {
                Target = transport,
            });
        }

        foreach (string name in (question.Registry ?? []).Distinct().Where(r => !ScopePattern.HasWildcards(r) && !seen.Contains(r)))
            host.Report(NotFound(host, name, question.Transport));
    }

    private static void Governing(HostContext host, string image)
    {
        ImageTrust? entry = null;
        try
        {
            entry = host.Store.Governing(image);
            host.Store.WarnWhereCrioDiffers(image);
        }
        catch (TrustException e) when (e.Kind == TrustErrorKind.InvalidArgument)
        {
            host.Report(e);
        }

        if (entry is not null)
            host.Write(entry);
    }

    private static TrustException NotFound(HostContext host, string name, string? transport)
    {
        string where = transport is null ? "" : $" in transport {transport}";
        string hint = name == "default" ? "For the policy's default use -Default."
            : $"Run {host.Store.CommandFor(TrustOperation.Get)} to see those that it has; -Reference says which one governs an image.";
        return new TrustException(
            "ImageTrustNotFound",
            TrustErrorKind.NotFound,
            $"{host.Store.Locations.PolicyPath} has no scope '{name}'{where}. {hint}")
        {
            Target = name,
        };
    }

    private sealed record Question(string Set, string[]? Registry, string? Transport, bool Default, string[]? Reference);
}
