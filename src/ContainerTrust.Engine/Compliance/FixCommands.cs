using System.Globalization;
using System.Text;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Compliance;

/// <summary>
/// Commands that fix what was found, quoted so that no value can be taken for anything else. There is none for a value that does not survive being shown and copied
/// (control and format characters, lone surrogates).
/// </summary>
/// <param name="style">In whose words.</param>
/// <param name="target">Which files were meant.</param>
/// <param name="locations">The files in force.</param>
/// <param name="connection">How the host is reached, so that a fix that is run here fixes that host and not this one. Null for this host.</param>
/// <param name="resolve">Where a path below another root leads there: links are that root's own. Null to take paths as they are.</param>
internal sealed class FixCommands(
    FixStyle style, TrustStoreOptions target, TrustLocations locations, SshConnectionOptions? connection = null, Func<string, string>? resolve = null)
{
    private readonly bool _isPowerShell = style == FixStyle.PowerShell;

    /// <summary>Sets the policy's default to <c>Reject</c> or <c>Accept</c>.</summary>
    public string? SetDefault(string type) => Join(Words("Set-ImageTrust", "set", ("-Default", "--default", null), ("-Type", "--type", Type(type))));

    /// <summary>Sets an entry to <c>Reject</c> or <c>Accept</c>.</summary>
    public string? SetType(PolicyEntry entry, string type) =>
        entry.IsDefault ? SetDefault(type) : Join([.. Scope("Set-ImageTrust", "set", entry), .. Options(("-Type", "--type", Type(type))), .. Target()]);

    /// <summary>Forgets a scope.</summary>
    public string? Remove(PolicyEntry entry) =>
        entry.IsDefault ? null : Join([.. Scope("Remove-ImageTrust", "remove", entry, takesForce: false), .. Target()]);

    /// <summary>Names a signature store, and leaves the requirements.</summary>
    public string? SetStore(PolicyEntry entry, string url) =>
        Join([.. Scope("Set-ImageTrust", "set", entry), .. Options(("-SignatureStore", "--signature-store", url)), .. Target()]);

    /// <summary>Switches on reading sigstore signatures from the registry, and leaves the requirements.</summary>
    public string? SwitchAttachmentsOn(PolicyEntry entry) => Join([.. Scope("Set-ImageTrust", "set", entry), .. Attachments(), .. Target()]);

    /// <summary>The same for a name that is not a scope of the policy, such as a mirror's.</summary>
    public string? SwitchAttachmentsOn(string scope) => SwitchAttachmentsOn(new PolicyEntry("docker", scope, false, []));

    /// <summary>Takes signatures that name the repository without a tag.</summary>
    public string? MatchRepository(PolicyEntry entry) =>
        entry.Requirements is [SigstoreSignedRequirement one] ? Set(entry, [one with { SignedIdentity = new MatchRepositoryIdentity() }]) : null;

    /// <summary>Writes the requirements of a scope under its right name and forgets the wrong one.</summary>
    /// <param name="entry">The scope.</param>
    /// <param name="name">The right name. Null if it is not known.</param>
    /// <param name="policy">A scope of the right name that is there already stays as it is.</param>
    public string? Rename(PolicyEntry entry, string? name, PolicyDocument policy)
    {
        string? remove = Remove(entry);
        if (string.IsNullOrEmpty(name) || policy.FindTransport(entry.Transport)?.Find(name) is not null)
            return remove;
        return Set(entry with { Scope = name }, entry.Requirements) is { } set && remove is not null ? $"{set}{(_isPowerShell ? "; " : " && ")}{remove}" : null;
    }

    /// <summary>Sets requirements, as far as parameters can say them.</summary>
    /// <returns>Null if they cannot.</returns>
    public string? Set(PolicyEntry entry, IReadOnlyList<TrustRequirement> requirements)
    {
        if (Requirements(requirements) is not { } words)
            return null;
        return Join([.. Scope("Set-ImageTrust", "set", entry), .. words, .. Target()]);
    }

    /// <summary>Takes the permission to write from group and others.</summary>
    public string? RemoveWritePermission(string path) => OnFile("chmod go-w", path);

    /// <summary>Gives a file to a user.</summary>
    public string? GiveTo(string path, uint userId) => OnFile(string.Create(CultureInfo.InvariantCulture, $"chown {userId}"), path);

    /// <summary>Deletes a file.</summary>
    public string? DeleteFile(string path) => OnFile("rm", path);

    /// <summary>Deletes a directory with all that is in it.</summary>
    public string? DeleteDirectory(string path) => OnFile("rm -r", path);

    /// <summary>A value as one word of the shell. Null if it does not survive that.</summary>
    internal static string? Quote(string value, bool isPowerShell)
    {
        if (value.Length > 0 && (char.IsAsciiLetterOrDigit(value[0]) || value[0] == '/') && value.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '/' or ':' or '@'))
            return value;
        if (!PrintableText.IsLine(value) || value.Contains('\uFFFD', StringComparison.Ordinal))
            return null;
        StringBuilder text = new(value.Length + 8);
        text.Append('\'');
        foreach (Rune rune in value.EnumerateRunes())
        {
            // PowerShell takes typographic quotes for the plain one.
            bool isQuote = rune.Value == '\'' || (isPowerShell && rune.Value is 0x2018 or 0x2019 or 0x201A or 0x201B);
            text.Append(!isQuote ? rune.ToString() : isPowerShell ? $"{rune}{rune}" : "'\\''");
        }

        return text.Append('\'').ToString();
    }

    private string Type(string type) => _isPowerShell ? type : type switch
    {
        "SignedBy" => "signedBy",
        "SigstoreSigned" => "sigstoreSigned",
        _ => type.ToLowerInvariant(),
    };

    private IEnumerable<Word> Attachments() => [_isPowerShell ? new Word("-UseSigstoreAttachments", IsValue: false) : new Word("--use-sigstore-attachments true", IsValue: false)];

    private List<Word>? Requirements(IReadOnlyList<TrustRequirement> requirements)
    {
        switch (requirements)
        {
            case [RejectRequirement]:
                return [.. Options(("-Type", "--type", Type("Reject")))];
            case [AcceptRequirement]:
                return [.. Options(("-Type", "--type", Type("Accept")))];
            case [SignedByRequirement one]
                when one.GetKeyMaterials() is { Count: > 0 } all && all.All(static m => m is { Use: KeyMaterialUse.OpenPgp, Path: not null }):
                return [.. Keys("SignedBy", [.. all.Select(static m => m.Path!)]), .. Identity(one.SignedIdentity)];
            case [SigstoreSignedRequirement { Fulcio: null, Pki: null } one]
                when one.GetKeyMaterials() is { Count: > 0 } all && all.All(static m => m is { Use: KeyMaterialUse.PublicKey, Path: not null }):
                return [.. Keys("SigstoreSigned", [.. all.Select(static m => m.Path!)]), .. Identity(one.SignedIdentity)];
            default:
                return null;
        }
    }

    private IEnumerable<Word> Keys(string type, IReadOnlyList<string> paths)
    {
        foreach (Word word in Options(("-Type", "--type", Type(type))))
            yield return word;
        for (int i = 0; i < paths.Count; i++)
        {
            if (i == 0 || !_isPowerShell)
                yield return new Word(_isPowerShell ? "-KeyPath" : "--key", IsValue: false);
            yield return new Word(paths[i], IsValue: true) { ListContinues = _isPowerShell && i + 1 < paths.Count };
        }

        if (paths.Count > 1)
            yield return new Word(_isPowerShell ? "-AnyKey" : "--any-key", IsValue: false);
    }

    private IEnumerable<Word> Identity(SignedIdentity? identity) => identity switch
    {
        null => [],
        ExactReferenceIdentity i => Options(("-ExactReference", "--exact-reference", i.DockerReference)),
        ExactRepositoryIdentity i => Options(("-ExactRepository", "--exact-repository", i.DockerRepository)),
        RemapIdentity i => Options(("-RemapPrefix", "--remap-prefix", i.Prefix), ("-SignedPrefix", "--signed-prefix", i.SignedPrefix)),
        _ => Options(("-SignedIdentity", "--signed-identity", _isPowerShell ? char.ToUpperInvariant(identity.Type[0]) + identity.Type[1..] : identity.Type)),
    };

    private List<Word> Scope(string cmdlet, string command, PolicyEntry entry, bool takesForce = true)
    {
        List<Word> words = [.. Name(cmdlet, command)];
        if (entry.IsDefault)
        {
            words.AddRange(Options(("-Default", "--default", null)));
            return words;
        }

        words.Add(new Word(entry.Scope, IsValue: true) { IsPositional = true });
        if (entry.Transport != "docker" || entry.Scope.Length == 0)
            words.AddRange(Options(("-Transport", "--transport", entry.Transport)));
        if (takesForce && NeedsForce(entry))
            words.AddRange(Options(("-Force", "--force", null)));
        return words;
    }

    private static bool NeedsForce(PolicyEntry entry)
    {
        try
        {
            ScopeRules.Require(entry.Transport, entry.Scope, force: false);
            return false;
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
        {
            return true;
        }
    }

    private List<Word> Words(string cmdlet, string command, params (string Parameter, string Option, string? Value)[] options) =>
        [.. Name(cmdlet, command), .. Options(options), .. Target()];

    private IEnumerable<Word> Name(string cmdlet, string command) => [new Word(_isPowerShell ? cmdlet : $"containertrust {command}", IsValue: false)];

    private IEnumerable<Word> Options(params (string Parameter, string Option, string? Value)[] options)
    {
        foreach ((string parameter, string option, string? value) in options)
        {
            yield return new Word(_isPowerShell ? parameter : option, IsValue: false);
            if (value is not null)
                yield return new Word(value, IsValue: true);
        }
    }

    private IEnumerable<Word> Target()
    {
        List<(string, string, string?)> options = [];
        if (target.RootDirectory is { } root)
            options.Add(("-Root", "--root", root));
        if (target.PolicyPath is { } policy)
            options.Add(("-PolicyPath", "--policy", policy));
        if (target.RegistriesDirectory is { } registries)
            options.Add(("-RegistriesDirectory", "--registries-d", registries));

        // The user's own policy, found without being asked for, would be found again; said, it cannot be another.
        if (target.CurrentUser || (target.PolicyPath is null && locations.IsUserPolicy))
            options.Add(("-CurrentUser", "--user", null));
        if (target.PodmanVersion is { } version)
            options.Add(("-PodmanVersion", "--podman-version", version));
        return [.. Options([.. options]), .. connection is null ? [] : Host(connection)];
    }

    private List<Word> Host(SshConnectionOptions host)
    {
        // The command for machines without PowerShell works on its own host alone.
        if (!_isPowerShell)
            return [Word.None];
        List<Word> words = [.. Options(("-HostName", "", host.HostName))];
        if (host.UserName is { } user)
            words.AddRange(Options(("-UserName", "", user)));
        if (host.Port is { } port)
            words.AddRange(Options(("-Port", "", port.ToString(CultureInfo.InvariantCulture))));
        if (host.KeyFilePath is { } key)
            words.AddRange(Options(("-KeyFilePath", "", key)));
        if (host.Options.Count > 0)
        {
            List<string> options = [];
            foreach ((string name, string value) in host.Options)
            {
                if (Quote(value, isPowerShell: true) is not { } quoted)
                    return [Word.None];
                options.Add($"{name} = {(quoted[0] == '\'' ? quoted : $"'{quoted}'")}");
            }

            words.Add(new Word($"-Options @{{ {string.Join("; ", options)} }}", IsValue: false));
        }

        if (host.Sudo)
            words.AddRange(Options(("-Sudo", "", null)));
        return words;
    }

    private string? OnFile(string command, string path)
    {
        // Run on this machine, the path would follow the root's absolute links out of it.
        string local = target.RootDirectory is { } root ? root.TrimEnd('/') + (resolve?.Invoke(path) ?? path) : path;
        if (connection is null)
            return Quote(local, _isPowerShell) is { } word ? $"{command} -- {word}" : null;

        // On that host, by its shell: what is quoted for that one is quoted once more for this one.
        if (Quote(local, isPowerShell: false) is not { } there)
            return null;
        List<Word> words = [new Word("ssh", IsValue: false)];
        foreach ((string name, string value) in connection.Options)
            words.AddRange(Options(("-o", "-o", $"{name}={value}")));
        if (connection.Port is { } port)
            words.AddRange(Options(("-p", "-p", port.ToString(CultureInfo.InvariantCulture))));
        if (connection.UserName is { } user)
            words.AddRange(Options(("-l", "-l", user)));
        if (connection.KeyFilePath is { } key)
            words.AddRange(Options(("-i", "-i", key.Replace("%", "%%", StringComparison.Ordinal))));
        words.Add(new Word(connection.HostName, IsValue: true));
        words.Add(new Word($"{(connection.Sudo ? "sudo " : "")}{command} -- {there}", IsValue: true));
        return Join(words);
    }

    private string? Join(IReadOnlyList<Word> words)
    {
        StringBuilder text = new();
        foreach (Word word in words)
        {
            string? shown = ReferenceEquals(word, Word.None) ? null : word.Text;
            if (word.IsValue)
                shown = word.IsPositional && word.Text.StartsWith('-') ? null : Quote(word.Text, _isPowerShell);
            if (shown is null)
                return null;
            if (text.Length > 0)
                text.Append(' ');
            text.Append(shown);
            if (word.ListContinues)
                text.Append(',');
        }

        return text.ToString();
    }

    private sealed record Word(string Text, bool IsValue)
    {
        /// <summary>What cannot be said, and with it the whole command.</summary>
        public static readonly Word None = new("", IsValue: false);

        public bool IsPositional { get; init; }

        public bool ListContinues { get; init; }
    }
}
