using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.OpenPgp;

namespace ContainerTrust.Engine.Compliance;

/// <summary>
/// The system's files that only root can read: rootless podman needs them too, and fetches nothing without. Access control lists and the
/// directories above are not looked at.
/// </summary>
internal sealed class ReadableCheck : IComplianceCheck
{
    private const uint ReadableByAll = 0x4;

    public IReadOnlyList<string> Rules { get; } = [ComplianceRules.FileUnreadableByUsers];

    public void Run(Audit audit)
    {
        if (audit.Store.Locations.PolicyPath is not (TrustLocations.SystemPolicyPath or TrustLocations.VendorPolicyPath))
            return;
        if (audit.PolicyFile is { } policy)
            Judge(audit, policy, "so podman fetches no image for other users", mayBeSecret: HasPrivateKeys(audit));
        foreach (HostFile file in OfUsers(audit))
        {
            if (file.Path.StartsWith("/etc/", StringComparison.Ordinal) || file.Path.StartsWith("/usr/", StringComparison.Ordinal))
                Judge(audit, file, "so podman fetches no image for other users", mayBeSecret: HasPasswords(audit, file));
        }

        foreach (string path in PolicyFiles.Of(audit.Entries.SelectMany(static e => e.Requirements)).Distinct(StringComparer.Ordinal))
        {
            // The rest of the policy is in force for other users, and without the key they are refused what it has signed.
            if (audit.Load(path).File is { } key)
                Judge(audit, key, "so podman accepts nothing by it for other users", mayBeSecret: !IsPublic(key), isKey: true);
        }
    }

    // A private key that lies among public ones must not be opened to all, nor what is not known to be a key.
    private static bool IsPublic(HostFile file)
    {
        ReadOnlySpan<byte> content = file.Content.Span;
        if (SecretKeys.AreIn(content))
            return false;
        if (content.IndexOf("-----BEGIN PUBLIC KEY-----"u8) >= 0 || content.IndexOf("-----BEGIN CERTIFICATE-----"u8) >= 0)
            return true;
        try
        {
            return OpenPgpKeyReader.Read(content, file.Path).Keys.Count > 0;
        }
        catch (TrustException)
        {
            return false;
        }
    }

    // What podman 6 reads for users other than root is not what it reads for root.
    private static IReadOnlyList<HostFile> OfUsers(Audit audit)
    {
        if (audit.Lookaside is not { } own)
            return [];
        TrustLocations locations = audit.Store.Locations;
        if (!locations.ReadsAllRegistries || !HostUser.IsRoot(audit.Host))
            return own.Files;
        try
        {
            UserView user = new(audit.Host, home: null, number: null);
            return LookasideConfiguration.LoadAllLevels(user, locations.RegistriesDirectory, locations.Release).Files;
        }
        catch (TrustException e) when (e.Kind is not (TrustErrorKind.ConnectionFailed or TrustErrorKind.PermissionDenied))
        {
            // A finding of its own: UserLevels.
            return [];
        }
    }

    private static void Judge(Audit audit, HostFile file, string consequence, bool mayBeSecret, bool isKey = false)
    {
        audit.Cancellation.ThrowIfCancellationRequested();
        if (file.Permissions is not { } permissions || (permissions.Mode & ReadableByAll) != 0)
            return;
        string mode = Convert.ToString(permissions.Mode & 0xFFF, 8).PadLeft(4, '0');
        audit.Add(
            ComplianceRules.FileUnreadableByUsers,
            $"{Printable.Of(file.Path, Printable.NameLength)} cannot be read by every user (mode {mode}), {consequence}.",
            file.Path,
            severity: isKey ? ImageTrustSeverity.Warning : null);

        // What other users were refused so far, an entry that accepts anything would accept.
        bool acceptsAnything = !isKey
            && audit.Entries.Any(static e => e.Type == TrustType.Accept && AcceptCheck.IsFromElsewhere(e.Transport));
        string decide = mayBeSecret ? "Look whether all that it holds is public, and decide whether others are to read it."
            : "Decide whether other users are to accept what the policy accepts without a signature.";
        audit.Propose(
            ComplianceRules.FileUnreadableByUsers,
            [mayBeSecret || acceptsAnything ? null : audit.Fix.AddReadPermission(file.Path)],
            null,
            decide);
    }

    private static bool HasPrivateKeys(Audit audit) =>
        audit.Entries.SelectMany(static e => e.Requirements).SelectMany(static r => r.GetKeyMaterials())
        .Any(static m => m.Data is { } data && (KeyData.Decode(data) is not { } content || SecretKeys.AreIn(content)));

    // The URL of a store can have a password in it.
    private static bool HasPasswords(Audit audit, HostFile file)
    {
        if (audit.Lookaside is not { } lookaside || lookaside.Files.All(f => f.Path != file.Path))
            return true;
        LookasideEntry?[] sections = [lookaside.Default, .. lookaside.Sections.Values];
        return sections.OfType<LookasideEntry>().Where(s => s.Path == file.Path)
            .SelectMany(static s => new[] { s.Section.SignatureStore, s.Section.SignatureStoreStaging }).OfType<string>()
            .Any(static url => url.AsSpan().ContainsAny('@', '?'));
    }
}
