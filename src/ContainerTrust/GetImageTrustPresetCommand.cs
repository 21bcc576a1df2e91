using System.Management.Automation;
using ContainerTrust.Commands.Completion;
using ContainerTrust.Commands.Fleet;
using ContainerTrust.Engine.Foundation;
using ContainerTrust.Engine.Trust.Presets;

namespace ContainerTrust.Commands;

/// <summary><c>Get-ImageTrustPreset</c>: the presets, their sources, and what each would write on a host.</summary>
[Cmdlet(VerbsCommon.Get, "ImageTrustPreset", HelpUri = HelpPage.Directory + "Get-ImageTrustPreset.md")]
[OutputType(typeof(ImageTrustPreset))]
public sealed class GetImageTrustPresetCommand : FleetCmdlet
{
    private readonly List<string> _asked = [];
    private PresetCatalog _presets = PresetCatalog.BuiltIn;

    /// <summary>Names of presets; <c>*</c> and <c>?</c> are wildcards. All presets if left out.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Preset")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(PresetCompleter))]
    public string[]? Name { get; set; }

    /// <summary>
    /// The directory of this machine that your own presets are in, <c>/etc/containertrust/presets.d</c> if left out (on Windows
    /// <c>containertrust\presets.d</c> in the folder of the data of all users).
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? PresetDirectory { get; set; }

    private protected override IReadOnlyList<string> FilesNeeded =>
        [.. _asked.Where(n => !_presets.HasConflict(n)).SelectMany(_presets.Files).Distinct(StringComparer.Ordinal)];

    private protected override void Begin()
    {
        base.Begin();
        _presets = PresetCatalog.Load(LocalPathOrNull(PresetDirectory));
        foreach (TrustException fault in _presets.Faults)
            Report(fault);
    }

    private protected override void Process()
    {
        foreach (string pattern in Name ?? ["*"])
        {
            string[] found = [.. _presets.Names.Where(n => ScopePattern.IsMatch(pattern, n))];
            if (found.Length == 0)
                Report(new TrustException("PresetNotFound", TrustErrorKind.NotFound,
                    $"There is no preset '{PrintableText.Line(pattern)}'; known are {string.Join(", ", _presets.Names)}.")
                    { Target = pattern });
            _asked.AddRange(found.Except(_asked));
        }
    }

    private protected override void Work(HostContext host)
    {
        foreach (string name in _asked)
        {
            // The file that has the name, too, was told of before.
            if (_presets.HasConflict(name))
                continue;
            host.Cancellation.ThrowIfCancellationRequested();
            host.Write(_presets.Describe(name, host.Store.Host));
        }
    }
}
