using System.Management.Automation;
using ContainerTrust.Commands.Completion;
using ContainerTrust.Commands.Fleet;
using ContainerTrust.Commands.Objects;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands;

/// <summary><c>Remove-ImageTrust</c>: forgets scopes, and their signature stores.</summary>
[Cmdlet(VerbsCommon.Remove, "ImageTrust", DefaultParameterSetName = RegistrySet, SupportsShouldProcess = true,
    HelpUri = HelpPage.Directory + "Remove-ImageTrust.md")]
[OutputType(typeof(ImageTrustChange))]
public sealed class RemoveImageTrustCommand : ChangeTrustCmdlet
{
    private const string RegistrySet = "Registry";
    private const string InputObjectSet = "InputObject";

    private readonly List<ImageTrust> _entries = [];

    /// <summary>
    /// The scopes, exactly as they are in the policy. There are no wildcards: <c>*.example.com</c> is the scope of that name.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = RegistrySet, HelpMessage = "A scope, exactly as it is in the policy")]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(RegistryCompleter))]
    public string[]? Registry { get; set; }

    /// <summary>The transport that the scopes belong to.</summary>
    [Parameter(ParameterSetName = RegistrySet)]
    [ValidateNotNullOrEmpty]
    [TransportName]
    [ArgumentCompleter(typeof(TransportCompleter))]
    public string Transport { get; set; } = "docker";

    /// <summary>Entries to forget, names of scopes, or rows with the column <c>Registry</c>.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InputObjectSet, ValueFromPipeline = true, HelpMessage = "An entry from Get-ImageTrust")]
    [ValidateNotNull]
    public object[]? InputObject { get; set; }

    /// <summary>Leave the scopes' sections in registries.d.</summary>
    [Parameter]
    public SwitchParameter KeepSignatureStore { get; set; }

    /// <summary>Return what has changed: of each scope the host, the entry before, and what became of it.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override bool WantsChanges => PassThru;

    private protected override IReadOnlyList<ImageTrust>? Piped => ParameterSetName == InputObjectSet ? _entries : null;

    private protected override void Process()
    {
        foreach (object item in InputObject ?? [])
            _entries.Add(EntryRows.ToEntry(item, static (path, _) => path, isRemoval: true));
    }

    private protected override void Collect(HostContext host, HostChanges changes)
    {
        if (ParameterSetName == RegistrySet)
        {
            foreach (string name in Registry!)
            {
                if (name.Length > 0 || MyInvocation.BoundParameters.ContainsKey(nameof(Transport)))
                    changes.Add(Removal(Transport, name));
                else
                    host.Report(new TrustException(
                        "EmptyScope",
                        TrustErrorKind.InvalidArgument,
                        "A registry is empty; perhaps a variable is not set. " +
                        "To remove the default of a whole transport give -Transport too."));
            }

            return;
        }

        foreach (ImageTrust trust in host.Entries ?? _entries)
        {
            if (!changes.Attempt(() => ScopeRules.RequireNamed(trust)))
                continue;
            if (trust.IsDefault)
                host.Report(new TrustException(
                    "DefaultNotRemovable",
                    TrustErrorKind.InvalidArgument,
                    "A policy must have a default, so it cannot be removed. Use "
                        + $"{host.Store.CommandFor(TrustOperation.Set, TrustOption.Default.With())} to change it, or "
                        + $"{host.Store.CommandFor(TrustOperation.Reset)}.")
                {
                    Target = trust.Registry,
                });
            else
                changes.Add(Removal(trust.Transport, trust.Registry));
        }
    }

    private protected override string WorkInWords => PrintableText.Line(
        $"Remove trust for {(Registry is not null ? string.Join(", ", Registry) : $"{_entries.Count} entries")}");

    private protected override string Describe(HostChanges changes, TrustChange change) =>
        KeepSignatureStore ? "Remove trust" : "Remove trust and signature store";

    private TrustChange Removal(string transport, string name) =>
        new() { Transport = transport, Registry = name, Remove = true, KeepSection = KeepSignatureStore };
}
