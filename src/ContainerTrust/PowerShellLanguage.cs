using System.Globalization;
using System.Text;

namespace ContainerTrust.Commands;

/// <summary>Advice in PowerShell: cmdlets and parameters, with its quotes.</summary>
internal sealed class PowerShellLanguage : AdviceLanguage
{
    private static readonly PowerShellLanguage s_instance = new();

    /// <summary>From now on the engine's advice is in PowerShell.</summary>
    public static void Use()
    {
        if (!ReferenceEquals(Current, s_instance))
            Speak(s_instance);
    }

    /// <inheritdoc/>
    public override string Word(TrustOperation operation) => operation.Name switch
    {
        nameof(TrustOperation.Set) => "Set-ImageTrust",
        nameof(TrustOperation.Remove) => "Remove-ImageTrust",
        nameof(TrustOperation.Reset) => "Reset-ImageTrust",
        nameof(TrustOperation.Get) => "Get-ImageTrust",
        nameof(TrustOperation.Audit) => "Test-ImageTrust",
        nameof(TrustOperation.Verify) => "Test-ImageSignature",
        nameof(TrustOperation.ListRelease) => "Get-ReleaseImage",
        nameof(TrustOperation.CheckMirror) => "Test-ReleaseMirror",
        nameof(TrustOperation.SaveSignatures) => "Save-ImageSignature",
        nameof(TrustOperation.MakeMachineConfig) => "New-MachineConfigTrust",
        nameof(TrustOperation.WatchMachineConfig) => "Test-MachineConfigTrust",
        nameof(TrustOperation.ReadMachineConfig) => "Get-MachineConfigTrust",
        nameof(TrustOperation.CheckBoot) => "Test-BootImage",
        nameof(TrustOperation.MakeLayer) => "New-ImageTrustLayer",
        nameof(TrustOperation.MakeImagePolicy) => "ConvertTo-ClusterImagePolicy",
        _ => operation.Name,
    };

    /// <inheritdoc/>
    public override string Word(TrustOption which) => $"-{which.Name}";

    /// <inheritdoc/>
    protected override string Sequence => " && ";

    /// <inheritdoc/>
    protected override string Choice(string value) => value.Length == 0 ? value : char.ToUpperInvariant(value[0]) + value[1..];

    /// <inheritdoc/>
    protected override string Several(string word, IReadOnlyList<string> values) => $"{word} {string.Join(", ", values)}";

    /// <inheritdoc/>
    protected override string InQuotes(string value)
    {
        StringBuilder text = new(value.Length + 8);
        text.Append('\'');
        foreach (char c in value)
        {
            // PowerShell takes typographic quotes for the plain one.
            text.Append(c, c is '\'' or '\u2018' or '\u2019' or '\u201A' or '\u201B' ? 2 : 1);
        }

        return text.Append('\'').ToString();
    }

    /// <inheritdoc/>
    protected override string? Host(AdviceHost host)
    {
        List<string?> words = [Words(TrustOption.HostName.With(host.HostName))];
        if (host.UserName is { } user)
            words.Add(Words(TrustOption.UserName.With(user)));
        if (host.Port is { } port)
            words.Add(Words(TrustOption.Port.With(port.ToString(CultureInfo.InvariantCulture))));
        if (host.KeyFilePath is { } key)
            words.Add(Words(TrustOption.KeyFilePath.With(key)));
        if (host.Options.Count > 0)
            words.Add(Table(host.Options));
        if (host.Sudo)
            words.Add(Word(TrustOption.Sudo));
        return words.Contains(null) ? null : string.Join(' ', words);
    }

    private string? Table(IReadOnlyDictionary<string, string> options)
    {
        List<string> pairs = [];
        foreach ((string name, string value) in options)
        {
            // A bare word is no value in a table.
            if (Quote(value) is not { } quoted)
                return null;
            pairs.Add($"{name} = {(quoted[0] == '\'' ? quoted : InQuotes(value))}");
        }

        return $"{Word(TrustOption.Options)} @{{ {string.Join("; ", pairs)} }}";
    }
}
